"""An officer's own ways in: passkeys, password, one-time code, and every log-in that is open."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from todoke.faces.console.challenges import keep_challenge, take_challenge
from todoke.faces.console.enrolment import forget_pending, in_fours, party_name, pending_address, pending_key
from todoke.faces.console.login import PROVED_AT, problem, read_json, start_session
from todoke.faces.console.typed import clean, typed
from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel import audit, clock
from todoke.kernel.errors import NotAllowedError, TodokeError
from todoke.kernel.models import Session
from todoke.kernel.sessions import sign_out_everywhere
from todoke.registry.organisations.credentials.errors import PasskeyNotAddedError, PasswordsDifferError
from todoke.registry.organisations.credentials.passkeys import (
    add_passkey,
    has_password_way,
    registration_options,
    remove_passkey,
)
from todoke.registry.organisations.credentials.passwords import enrol_one_time_code, set_password
from todoke.registry.organisations.officers import home_organisation_id, principal

PROVED_FOR_SECONDS = 600

Parameters = ParamSpec("Parameters")


class ProveAgainError(NotAllowedError):
    """ログインしてから10分を過ぎました。安全のため、ログインし直してから変更してください。"""

    code = "prove-again"


def proved_recently(request: HttpRequest) -> bool:
    """Whether the officer proved themselves in the last 10 minutes: a screen left open must not change ways in."""
    age: float = clock.now().timestamp() - request.session.get(PROVED_AT, 0)
    return age < PROVED_FOR_SECONDS


def fresh_proof_required(
    view: Callable[Concatenate[OfficerRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Sends officers whose proof is older to the log-in, and back to the security page."""

    @wraps(view)
    def guarded(request: OfficerRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if not proved_recently(request):
            if request.content_type == "application/json":
                return problem(ProveAgainError())
            return redirect(f"{reverse('console:login')}?{urlencode({'next': reverse('console:security')})}")
        return view(request, *args, **kwargs)

    return officer_required(guarded)


@never_cache
@require_GET
@officer_required
def security(request: OfficerRequest) -> HttpResponse:
    """What there is, and what can be changed."""
    return _page(request)


def _page(request: OfficerRequest, failure: TodokeError | None = None, part: str = "") -> HttpResponse:
    officer = request.officer
    fresh = proved_recently(request)
    context: dict[str, Any] = {
        "passkeys": officer.passkeys.order_by("added_at"),
        "has_password": bool(officer.password),
        "has_code": bool(officer.one_time_code_key),
        "password_way": has_password_way(officer),
        "sessions_open": Session.objects.filter(principal=principal(officer), expire_date__gt=clock.now()).count(),
        "fresh": fresh,
        "failure": failure,
        "part": part,
    }
    if fresh:
        context["key"] = in_fours(pending_key(request, officer))
        context["code_address"] = pending_address(request, officer)
    return render(request, "console/security.html", context, status=failure.status if failure else 200)


@require_POST
@fresh_proof_required
def passkey_add_begin(request: OfficerRequest) -> JsonResponse:
    """Options for navigator.credentials.create()."""
    options, challenge = registration_options(request.officer, party_name())
    keep_challenge(request, "add", challenge)
    return JsonResponse(options)


@require_POST
@fresh_proof_required
def passkey_add_finish(request: OfficerRequest) -> JsonResponse:
    """Keep the new passkey; says where to go on."""
    try:
        body = read_json(request)
        challenge = take_challenge(request, "add")
        if challenge is None:
            raise PasskeyNotAddedError
        add_passkey(
            officer=request.officer,
            challenge=challenge,
            credential=body["credential"],
            label=clean(body.get("label", "")),
        )
    except TodokeError as error:
        return problem(error)
    return JsonResponse({"next": reverse("console:security")})


@require_POST
@fresh_proof_required
def passkey_remove(request: OfficerRequest) -> HttpResponse:
    """Take one of the officer's passkeys away."""
    key = request.POST.get("passkey", "")
    try:
        remove_passkey(officer=request.officer, passkey_id=int(key) if key.isdecimal() else 0)
    except TodokeError as error:
        return _page(request, error, "passkeys")
    return redirect("console:security")


@sensitive_post_parameters("password", "again")
@require_POST
@fresh_proof_required
def password(request: OfficerRequest) -> HttpResponse:
    """Set or change the password; every other log-in ends."""
    try:
        if typed(request.POST, "password") != typed(request.POST, "again"):
            raise PasswordsDifferError
        set_password(officer=request.officer, password=typed(request.POST, "password"))
    except TodokeError as error:
        return _page(request, error, "password")
    return _alone(request)


@sensitive_post_parameters("code")
@require_POST
@fresh_proof_required
def one_time_code(request: OfficerRequest) -> HttpResponse:
    """Set or change the code app; every other log-in ends."""
    try:
        enrol_one_time_code(
            officer=request.officer,
            key=pending_key(request, request.officer),
            code=typed(request.POST, "code"),
        )
    except TodokeError as error:
        return _page(request, error, "code")
    forget_pending(request)
    return _alone(request)


def _alone(request: OfficerRequest) -> HttpResponse:
    sign_out_everywhere(principal(request.officer))
    return redirect(start_session(request, request.officer, reverse("console:security")))


@require_POST
@officer_required
def logout_everywhere(request: OfficerRequest) -> HttpResponse:
    """End every log-in of this officer, this one too."""
    officer = request.officer
    ended = sign_out_everywhere(principal(officer))
    audit.record(
        actor=principal(officer),
        action="sign-out.everywhere",
        subject=principal(officer),
        organisation_id=home_organisation_id(officer),
        sessions_ended=ended,
    )
    request.session.flush()
    return redirect("console:login")
