"""One-time codes (TOTP, RFC 6238): six digits, a new one every 30 seconds."""

import hmac

import pyotp
import segno

from todoke.kernel import clock
from todoke.registry.organisations.models import Officer

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How far the clock of a phone may be off, in steps, either way."""


def new_code_key() -> str:
    """160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def matching_step(key: str, code: str, after: int = 0) -> int | None:
    """The time step whose code was typed, or None. Steps up to ``after`` are spent: a code works once."""
    typed = "".join(code.split())
    totp = pyotp.TOTP(key, interval=STEP_SECONDS)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    match = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())
        if right and step > after and match is None:
            match = step
    return match


def code_address(officer: Officer, key: str, issuer: str) -> str:
    """The otpauth: address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(key, interval=STEP_SECONDS).provisioning_uri(name=officer.login, issuer_name=issuer)


def code_picture(address: str) -> bytes:
    """The QR code as an SVG document, black on white in every theme."""
    svg: bytes = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff").encode()
    return svg.replace(b"<svg ", b'<svg xmlns="http://www.w3.org/2000/svg" ', 1)
