"""A WebAuthn challenge between question and answer: kept in the session, used once, for five minutes."""

from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from todoke.kernel import clock

CHALLENGE = "passkey-challenge"
LASTS_SECONDS = 300


def keep_challenge(request: HttpRequest, purpose: str, challenge: bytes) -> None:
    """Replaces a challenge that was not answered."""
    request.session[CHALLENGE] = [purpose, bytes_to_base64url(challenge), clock.now().timestamp()]


def take_challenge(request: HttpRequest, purpose: str) -> bytes | None:
    """The challenge, gone from the session before it is looked at; None when none for ``purpose`` is in force."""
    kept = request.session.pop(CHALLENGE, None)
    request.session.save()
    if not kept or kept[0] != purpose or clock.now().timestamp() - kept[2] > LASTS_SECONDS:
        return None
    return base64url_to_bytes(kept[1])
