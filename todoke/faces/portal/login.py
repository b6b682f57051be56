"""How residents log in and out."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.kernel import sessions
from todoke.kernel.trace import current_trace
from todoke.registry.people.actions import sign_in
from todoke.registry.people.adapters.authentication_app import authentication_app, our_public_keys
from todoke.registry.people.identity import LoginError

log = structlog.get_logger(__name__)

BEGUN = "logins"
BEGUN_AT_ONCE = 5
LONGEST_PATH = 2000


def local_path(target: str) -> str:
    """``target`` when it leads to a page of ours, else the first page."""
    home = reverse("portal:home")
    if not target.startswith("/") or len(target) > LONGEST_PATH:
        return home
    if "\\" in target or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in target):
        return home
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in target):
        return home
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return home
    return home if urlsplit(target).path.startswith((reverse("portal:login"), reverse("portal:logout"))) else target


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the authentication app. Some log-ins can be under way at once, in several windows."""
    return_to = local_path(request.GET.get("next", ""))
    if getattr(request, "resident", None):
        return redirect(return_to)
    redirect_uri = settings.BASE_URL + reverse("portal:login-callback")
    address, kept = authentication_app().begin_login(return_to, redirect_uri)
    request.session[BEGUN] = [*request.session.get(BEGUN, []), kept][-BEGUN_AT_ONCE:]
    return redirect(address)


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """The browser comes back: find out who it is, and go on where they were."""
    kept = _take(request, request.GET.get("state", ""))
    if kept is None and getattr(request, "resident", None):
        return redirect("portal:home")
    return_to = local_path(kept["return_to"]) if kept else reverse("portal:home")
    try:
        identity = authentication_app().finish_login(request.GET.dict(), kept)
        resident = sign_in(identity=identity)
    except LoginError as error:
        log.info("log-in failed", code=error.code)
        return _failed(request, error, return_to)
    sessions.sign_in(request, f"resident:{resident.pk}")
    return redirect(return_to)


def _take(request: HttpRequest, state: str) -> dict[str, Any] | None:
    """What was kept of the log-in with this state; it is good once."""
    begun: list[dict[str, Any]] = request.session.get(BEGUN, [])
    kept = next((login for login in begun if login["state"] == state), None)
    if kept:
        request.session[BEGUN] = [login for login in begun if login is not kept]
    return kept


def _failed(request: HttpRequest, error: LoginError, return_to: str) -> HttpResponse:
    context = {
        "error": error,
        "again": f"{reverse('portal:login')}?{urlencode({'next': return_to})}",
        "trace_id": current_trace(),
    }
    return render(request, "portal/login/failed.html", context, status=error.status)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this log-in."""
    sessions.sign_out(request)
    return redirect("portal:home")


@require_POST
def logout_everywhere(request: HttpRequest) -> HttpResponse:
    """End every log-in of this resident, on all devices."""
    principal = sessions.principal_of(request)
    if not principal.startswith("resident:"):
        return redirect("portal:home")
    sessions.sign_out(request)
    ended = 1 + sessions.sign_out_everywhere(principal)
    request.resident = None  # type: ignore[attr-defined]
    return render(request, "portal/login/logged_out_everywhere.html", {"ended": ended})


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """Our public keys, for the authentication app."""
    answer = JsonResponse(our_public_keys())
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
