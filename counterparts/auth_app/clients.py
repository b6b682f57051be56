"""The registered client, its keys, and proof that a token request comes from it (private_key_jwt, RFC 7523)."""

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from counterparts.auth_app.refusals import RefusedError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["ES256", "RS256"]
LONGEST_ASSERTION = 600
LEEWAY = 30


@dataclass
class ClientKeys:
    """A client's public keys, read from a file or fetched from its address and kept for five minutes."""

    source: str
    _keys: KeySet | None = None
    _read_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read_ahead(self) -> None:
        """Fetch before the token request: a client that waits for its tokens may be unable to serve its keys."""
        if self._keys is None or time.monotonic() - self._read_at > 300:
            self._read()

    def all(self, kid: str | None) -> KeySet | None:
        """The keys, read again when ``kid`` is not among them."""
        if self._keys is None or kid not in {key.kid for key in self._keys}:
            self._read()
        return self._keys

    def _read(self) -> None:
        with self._lock:
            try:
                if self.source.startswith(("http://", "https://")):
                    answer = httpx.get(self.source, timeout=3.0)
                    answer.raise_for_status()
                    document = answer.json()
                else:
                    document = json.loads(Path(self.source).read_text(encoding="utf-8"))
                self._keys = KeySet.import_key_set(document)
                self._read_at = time.monotonic()
            except (httpx.HTTPError, OSError, ValueError, KeyError, JoseError) as error:
                print(f"client keys not read: {type(error).__name__}", flush=True)  # noqa: T201


@dataclass
class Client:
    """What was registered for the service that uses the provider."""

    client_id: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    keys: ClientKeys
    _seen: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def authenticate(self, assertion_type: str, assertion: str, token_endpoint: str) -> None:
        """Raises RefusedError unless ``assertion`` is signed by the client, for us, now, and for the first time."""
        if assertion_type != ASSERTION_TYPE:
            raise RefusedError("invalid_client", "client_assertion_type must be jwt-bearer", 401)
        claims = self._verified(assertion)
        if claims.get("iss") != self.client_id or claims.get("sub") != self.client_id:
            raise RefusedError("invalid_client", "iss and sub must be the client_id", 401)
        if claims.get("aud") not in (token_endpoint, [token_endpoint]):
            raise RefusedError("invalid_client", "aud must be the token endpoint", 401)
        now = time.time()
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int | float) or not isinstance(issued, int | float):
            raise RefusedError("invalid_client", "exp and iat are required", 401)
        if expires < now - LEEWAY or issued > now + LEEWAY or expires > now + LONGEST_ASSERTION:
            raise RefusedError("invalid_client", "the assertion is not valid now", 401)
        self._use_once(claims.get("jti"), expires, now)

    def _verified(self, assertion: str) -> dict[str, Any]:
        try:
            keys = self.keys.all(jws.extract_compact(assertion.encode()).headers().get("kid"))
            if keys is None:
                raise RefusedError("invalid_client", "the client's keys cannot be read", 401)
            return jwt.decode(assertion, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise RefusedError("invalid_client", "the assertion's signature is not the client's", 401) from error

    def _use_once(self, jti: Any, expires: float, now: float) -> None:
        if not isinstance(jti, str) or not jti:
            raise RefusedError("invalid_client", "jti is required", 401)
        with self._lock:
            for old in [key for key, end in self._seen.items() if end < now - LEEWAY]:
                del self._seen[old]
            if jti in self._seen:
                raise RefusedError("invalid_client", "jti was used before", 401)
            self._seen[jti] = expires
