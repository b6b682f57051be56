"""The first log-in of a new officer, behind the secret of their invitation."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from todoke.faces.console.challenges import keep_challenge, take_challenge
from todoke.faces.console.enrolment import (
    forget_pending,
    in_fours,
    party_name,
    pending_address,
    pending_key,
)
from todoke.faces.console.login import problem, read_json, start_session
from todoke.faces.console.typed import clean, typed
from todoke.kernel.errors import TodokeError
from todoke.registry.organisations.credentials.errors import (
    InvitationEndedError,
    PasskeyNotAddedError,
    PasswordsDifferError,
)
from todoke.registry.organisations.credentials.invitations import (
    accept_with_passkey,
    accept_with_password,
    invited_officer,
)
from todoke.registry.organisations.credentials.passkeys import registration_options


@never_cache
@sensitive_post_parameters("password", "again", "code")
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Both ways in to choose from, and the target of password and one-time code."""
    officer = invited_officer(secret)
    failure = None
    if request.method == "POST":
        try:
            if typed(request.POST, "password") != typed(request.POST, "again"):
                raise PasswordsDifferError
            officer = accept_with_password(
                secret=secret,
                password=typed(request.POST, "password"),
                key=pending_key(request, officer),
                code=typed(request.POST, "code"),
            )
        except InvitationEndedError:
            raise
        except TodokeError as error:
            failure = error
        else:
            forget_pending(request)
            return redirect(start_session(request, officer))
    context = {
        "invited": officer,
        "memberships": officer.memberships.select_related("organisation").order_by("pk"),
        "secret": secret,
        "key": in_fours(pending_key(request, officer)),
        "code_address": pending_address(request, officer),
        "failure": failure,
    }
    return render(request, "console/invitation.html", context, status=failure.status if failure else 200)


@require_POST
@sensitive_variables("secret")
def passkey_begin(request: HttpRequest, secret: str) -> JsonResponse:
    """Options for navigator.credentials.create()."""
    try:
        options, challenge = registration_options(invited_officer(secret), party_name())
    except TodokeError as error:
        return problem(error)
    keep_challenge(request, "invitation", challenge)
    return JsonResponse(options)


@require_POST
@sensitive_variables("secret")
def passkey_finish(request: HttpRequest, secret: str) -> JsonResponse:
    """Keep the passkey and log the officer in."""
    try:
        body = read_json(request)
        challenge = take_challenge(request, "invitation")
        if challenge is None:
            raise PasskeyNotAddedError
        officer = accept_with_passkey(
            secret=secret,
            challenge=challenge,
            credential=body["credential"],
            label=clean(body.get("label", "")),
        )
    except TodokeError as error:
        return problem(error)
    forget_pending(request)
    return JsonResponse({"next": start_session(request, officer)})
