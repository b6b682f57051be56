"""Addresses by postal code."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from todoke.registry.places.queries import towns_for_postal_code


@require_safe
def postal_code(request: HttpRequest) -> JsonResponse:
    """The towns of ``?code=``, for the address question."""
    towns = towns_for_postal_code(request.GET.get("code", "")[:20])
    return JsonResponse({"towns": [{"municipality": t.municipality_name, "town": t.town} for t in towns]})
