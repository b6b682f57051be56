"""How officers log in and out: by passkey first, by password and one-time code as the second way."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from todoke.faces.console.challenges import keep_challenge, take_challenge
from todoke.faces.console.typed import clean, typed
from todoke.kernel import audit, clock
from todoke.kernel.errors import TodokeError
from todoke.kernel.sessions import sign_in, sign_out
from todoke.registry.organisations.credentials.errors import PasskeyRefusedError
from todoke.registry.organisations.credentials.passkeys import authentication_options, sign_in_with_passkey
from todoke.registry.organisations.credentials.passwords import sign_in_with_password
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import home_organisation_id, principal
from todoke.registry.organisations.types import Role

PROVED_AT = "proved"


@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The page of both ways, and the target of the second."""
    after = typed(request.POST if request.method == "POST" else request.GET, "next")
    failure = None
    if request.method == "POST":
        try:
            officer = sign_in_with_password(
                login=typed(request.POST, "login"),
                password=typed(request.POST, "password"),
                code=typed(request.POST, "code"),
            )
        except TodokeError as error:
            failure = error
        else:
            return redirect(start_session(request, officer, after))
    context = {"next": after, "login": typed(request.POST, "login"), "failure": failure}
    return render(request, "console/login.html", context, status=failure.status if failure else HTTPStatus.OK)


def start_session(request: HttpRequest, officer: Officer, after: str = "") -> str:
    """Log the officer in; gives the address to go to, which never leads to another site."""
    sign_in(request, principal(officer))
    request.session[PROVED_AT] = clock.now().timestamp()
    if after.startswith("/") and url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        return after
    return reverse(_first_page(officer))


def _first_page(officer: Officer) -> str:
    roles = set(officer.memberships.values_list("role", flat=True))
    if roles & {Role.OFFICER, Role.APPROVER} or not roles:
        return "console:worklist"
    return "console:office" if roles & {Role.ADMINISTRATOR, Role.PLATFORM} else "console:audit"


@require_POST
def passkey_begin(request: HttpRequest) -> JsonResponse:
    """Options for navigator.credentials.get()."""
    options, challenge = authentication_options()
    keep_challenge(request, "sign-in", challenge)
    return JsonResponse(options)


@require_POST
def passkey_finish(request: HttpRequest) -> JsonResponse:
    """Check what the authenticator answered; says where to go on."""
    try:
        body = read_json(request)
        challenge = take_challenge(request, "sign-in")
        if challenge is None:
            raise PasskeyRefusedError
        officer = sign_in_with_passkey(challenge=challenge, credential=body.get("credential") or {})
    except TodokeError as error:
        return problem(error)
    return JsonResponse({"next": start_session(request, officer, clean(body.get("next", "")))})


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this log-in."""
    officer: Officer | None = getattr(request, "officer", None)
    if officer:
        audit.record(
            actor=principal(officer),
            action="sign-out.done",
            subject=principal(officer),
            organisation_id=home_organisation_id(officer),
        )
    sign_out(request)
    return redirect("console:login")


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The body as an object. Raises PasskeyRefusedError."""
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise PasskeyRefusedError from error
    if not isinstance(body, dict) or not isinstance(body.get("credential"), dict):
        raise PasskeyRefusedError
    return body


def problem(error: TodokeError) -> JsonResponse:
    """Problem details (RFC 9457)."""
    return JsonResponse(
        {"title": error.message, "status": error.status, "code": error.code},
        status=error.status,
        content_type="application/problem+json",
    )
