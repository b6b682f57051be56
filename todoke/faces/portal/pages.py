"""Pages without data, and the choice of language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.language import COOKIE, EASY
from todoke.registry.organisations.queries import contact_offices


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language for a year, and go back to where they were."""
    chosen = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = redirect(target)
    if chosen in {EASY, *dict(settings.LANGUAGES)}:
        response.set_cookie(
            COOKIE, chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SECURE, httponly=True
        )
    return response


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Help by phone and at the counter: the reader's own municipality and the prefecture first."""
    resident = getattr(request, "resident", None)
    home = resident.household.municipality_code if resident else ""
    offices = list(contact_offices())
    near = [office for office in offices if office.municipality_code in {"", home}]
    others = [office for office in offices if office not in near]
    return render(request, "portal/pages/help.html", {"near": near, "others": others})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """How personal data is handled."""
    return render(request, "portal/pages/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested, and how to tell us what is in the way."""
    return render(request, "portal/pages/accessibility.html")
