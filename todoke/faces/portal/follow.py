"""Following a request without log-in, by its number and its secret."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from todoke.capabilities.forms.queries import draft_with_secret
from todoke.faces.portal.holders import remember_case, remember_draft
from todoke.kernel.errors import TodokeError
from todoke.loops.apply.queries import case_by_secret


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Number and secret open the case; the secret alone goes on with a draft."""
    number = request.POST.get("receipt_number", "").strip()[:40]
    secret = request.POST.get("secret", "").strip()[:60]
    error = ""
    if request.method == "POST":
        if not number and (draft := draft_with_secret(secret)):
            remember_draft(request, draft, secret)
            return redirect("portal:draft", draft_id=draft.pk)
        try:
            case = case_by_secret(number, secret)
        except TodokeError as refused:
            error = refused.message
        else:
            remember_case(request, case)
            return redirect("portal:case", receipt_number=case.receipt_number)
    context = {"error": error, "receipt_number": number}
    return render(request, "portal/follow.html", context, status=422 if error else 200)
