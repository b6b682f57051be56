"""A device becomes a reader by the link that an officer made; the public keys of passes."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.exchange.passes.actions.readers import reader_of_link, take_up_reader
from todoke.exchange.passes.keys import published_keys
from todoke.faces.reader.devices import remember


@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest, secret: str) -> HttpResponse:
    """Opening the link changes nothing, so that a preview does not use it up; pressing the button does."""
    if request.method != "POST":
        return render(request, "reader/enrol.html", {"reader": reader_of_link(secret)})
    _reader, token = take_up_reader(secret=secret, operator=request.POST.get("operator", "").replace("\0", ""))
    response = redirect("reader:door")
    remember(response, token)
    return response


@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """By which anybody can tell without network that a pass is genuine (JWKS)."""
    return JsonResponse(published_keys(), headers={"Cache-Control": "public, max-age=3600"})
