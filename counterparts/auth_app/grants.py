"""Codes and access tokens that are out."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum

from counterparts.auth_app.authorization import AuthorizationRequest
from counterparts.auth_app.cards import Card
from counterparts.auth_app.refusals import RefusedError

CODE_SECONDS = 60
TOKEN_SECONDS = 300


class Behaviour(StrEnum):
    """How a log-in goes."""

    OK = "ok"
    DENIED = "denied"
    EXPIRED = "expired"
    NONCE = "nonce"
    REPLAYED = "replayed"
    KEY = "key"
    ACR = "acr"
    DOWN = "down"


@dataclass
class Grant:
    """What was agreed to on the page, until its code is exchanged."""

    request: AuthorizationRequest
    card: Card
    behaviour: Behaviour
    authenticated_at: float
    used: bool = False
    access_token: str = ""


@dataclass
class Grants:
    """In memory: a restart ends all log-ins that are under way."""

    _codes: dict[str, Grant] = field(default_factory=dict)
    _tokens: dict[str, tuple[Grant, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue_code(self, grant: Grant) -> str:
        """A code that works once, for CODE_SECONDS."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._sweep()
            self._codes[code] = grant
        return code

    def take(self, code: str) -> Grant:
        """The grant of a fresh code. A code that comes twice also ends the token it gave."""
        with self._lock:
            grant = self._codes.get(code)
            if grant is None:
                raise RefusedError("invalid_grant", "Code not valid")
            if grant.used:
                self._tokens.pop(grant.access_token, None)
                raise RefusedError("invalid_grant", "Code already used")
            if time.time() - grant.authenticated_at > CODE_SECONDS:
                raise RefusedError("invalid_grant", "Code is expired")
            grant.used = True
            return grant

    def issue_token(self, grant: Grant) -> str:
        """An access token for userinfo, good for TOKEN_SECONDS."""
        with self._lock:
            grant.access_token = secrets.token_urlsafe(32)
            self._tokens[grant.access_token] = (grant, time.time() + TOKEN_SECONDS)
            return grant.access_token

    def of_token(self, token: str) -> Grant | None:
        """The grant behind an access token that is still good."""
        with self._lock:
            grant, ends = self._tokens.get(token, (None, 0.0))
            return grant if ends > time.time() else None

    def _sweep(self) -> None:
        now = time.time()
        self._codes = {c: g for c, g in self._codes.items() if now - g.authenticated_at < 10 * CODE_SECONDS}
        self._tokens = {t: (g, ends) for t, (g, ends) in self._tokens.items() if ends > now}
