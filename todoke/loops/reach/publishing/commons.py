"""The client of Lアラート: SOAP ``publish(message)``, with what its operator gives to members in settings."""

import ssl
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import httpx
from django.conf import settings

from todoke.kernel.configuration import ConfigurationError
from todoke.loops.reach.telegrams.commons import Profile
from todoke.loops.reach.telegrams.commons.profile import profile_at
from todoke.loops.reach.telegrams.commons.soap import fault_of, wrap
from todoke.loops.reach.telegrams.errors import TelegramError
from todoke.loops.reach.telegrams.markup import parse

LARGEST_ANSWER = 256 * 1024
SAID = 300
"""Characters that are kept of what the other side says."""


class Failure(StrEnum):
    """Why a document was not taken."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    NOT_ALLOWED = "not-allowed"
    TOO_MANY = "too-many"
    DOWN = "down"
    UNCLEAR = "unclear"
    """It answered well, and not as one does to this call: it may have taken it. Coming again does no harm."""

    REFUSED = "refused"

    @property
    def passes(self) -> bool:
        """Whether the same document may be taken later."""
        return self is not Failure.REFUSED


@dataclass(frozen=True)
class Outcome:
    """Taken, or why not."""

    failure: Failure | None = None
    said: str = ""


def is_on() -> bool:
    """Whether anything goes out to Lアラート."""
    return bool(settings.COMMONS_ENDPOINT)


def profile() -> Profile:
    """The edition that the settings name. Raises ConfigurationError."""
    return profile_at(settings.COMMONS_PROFILE)


def publish(document: bytes) -> Outcome:
    """Hand a document over. What goes wrong is named, never raised; a copy of what was taken is no failure there."""
    edition = profile()
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{edition.soap_action}"'}
    try:
        with _client(settings.COMMONS_AUTHORITY, settings.COMMONS_CERTIFICATE, settings.COMMONS_KEY) as client:
            return _call(client, wrap(document, edition), headers)
    except httpx.TimeoutException:
        return Outcome(Failure.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        failure = Failure.CERTIFICATE if _is_about_trust(error) else Failure.UNREACHABLE
        return Outcome(failure, str(error)[:SAID])
    except ConfigurationError as error:
        return Outcome(Failure.CERTIFICATE, str(error)[:SAID])


def _client(authority: str, certificate: str, key: str) -> httpx.Client:
    user = settings.COMMONS_USER
    return httpx.Client(
        verify=_trust(authority, certificate, key),
        timeout=settings.COMMONS_TIMEOUT_SECONDS,
        auth=(user, settings.COMMONS_PASSWORD) if user else None,
        follow_redirects=False,
    )


@lru_cache(maxsize=2)
def _trust(authority: str, certificate: str, key: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authority or None)
        if certificate:
            context.load_cert_chain(certificate, key or None)
    except OSError as error:
        raise ConfigurationError(f"TODOKE_COMMONS_CERTIFICATE or its key or authority: {error}") from error
    return context


def _call(client: httpx.Client, body: bytes, headers: dict[str, str]) -> Outcome:
    with client.stream("POST", settings.COMMONS_ENDPOINT, content=body, headers=headers) as response:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST_ANSWER:
                return Outcome(Failure.UNCLEAR, f"more than {LARGEST_ANSWER} bytes")
            parts.append(part)
        return _read(response.status_code, b"".join(parts))


def _read(status: int, body: bytes) -> Outcome:
    """SOAP answers faults with 500: what they say counts, not the number."""
    try:
        root = parse(body)
    except TelegramError:
        root = None
    fault = fault_of(root) if root is not None and root.name == "Envelope" else None
    if fault is not None:
        return Outcome(Failure.REFUSED if fault.ours else Failure.DOWN, f"{fault.code} {fault.text}".strip()[:SAID])
    if 200 <= status < 300:
        taken = root is not None and root.name == "Envelope" and root.find("Body") is not None
        return Outcome() if taken else Outcome(Failure.UNCLEAR, _start(body))
    named = {401: Failure.NOT_ALLOWED, 403: Failure.NOT_ALLOWED, 408: Failure.TIMEOUT, 429: Failure.TOO_MANY}
    unwell = Failure.REFUSED if status in {400, 413, 415, 422} else Failure.DOWN
    return Outcome(named.get(status, unwell), f"{status} {_start(body)}".strip()[:SAID])


def _start(body: bytes) -> str:
    return " ".join(body[: 4 * SAID].decode(errors="replace").split())[:SAID].replace("\x00", "")


def _is_about_trust(error: Exception) -> bool:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            return True
        found = found.__cause__ or found.__context__
    return False
