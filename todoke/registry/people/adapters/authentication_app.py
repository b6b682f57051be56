"""Log-in with the Digital Agency's authentication app (デジタル認証アプリ): OpenID Connect, authorization code flow.

What it requires: PKCE S256, ``state`` and ``nonce``, ``private_key_jwt``; it signs id_tokens with ES256. Whatever it
leaves open (which endpoints, what ``acr`` it gives) is a setting.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from django.conf import settings
from joserfc import jws, jwt
from joserfc.errors import JoseError

from todoke.kernel import clock
from todoke.registry.people.adapters.card_attributes import read_attributes
from todoke.registry.people.adapters.client_keys import (
    ASSERTION_TYPE,
    ClientKey,
    client_assertion,
    client_keys,
    public_keys,
)
from todoke.registry.people.adapters.provider_keys import provider_key
from todoke.registry.people.identity import (
    AssuranceTooLowError,
    CodeReplayedError,
    LoginDeniedError,
    LoginError,
    LoginExpiredError,
    LoginNotBegunHereError,
    ProviderDownError,
    UnexpectedAnswerError,
    UnknownKeyError,
    VerifiedIdentity,
)

log = structlog.get_logger(__name__)

LEEWAY_SECONDS = 60
_REFUSALS: dict[str, type[LoginError]] = {
    "access_denied": LoginDeniedError,
    "login_required": LoginDeniedError,
    "interaction_required": LoginDeniedError,
    "consent_required": LoginDeniedError,
    "temporarily_unavailable": ProviderDownError,
    "server_error": ProviderDownError,
}


@dataclass(frozen=True)
class AuthenticationApp:
    """A client of the provider. ``levels`` are its assurance levels, lowest first; '' as minimum asks for none."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    client_id: str
    keys: tuple[ClientKey, ...]
    scopes: tuple[str, ...]
    acr_values: str
    minimum_level: str
    levels: tuple[str, ...]
    login_seconds: int
    timeout_seconds: float

    def begin_login(self, return_to: str, redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """The address to send the browser to, and what to keep for ``finish_login`` in its session."""
        verifier = secrets.token_urlsafe(48)
        kept = {
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
            "verifier": verifier,
            "created_at": clock.now().timestamp(),
            "return_to": return_to,
            "redirect_uri": redirect_uri,
        }
        parameters = {
            "response_type": "code",
            "scope": " ".join(self.scopes),
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": _base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if self.acr_values:
            parameters["acr_values"] = self.acr_values
        return f"{self.authorization_endpoint}?{urlencode(parameters)}", kept

    def finish_login(self, answer: Mapping[str, str], kept: Mapping[str, Any] | None) -> VerifiedIdentity:
        """Who logged in, from the query of the callback.

        Raises a LoginError of the kind that went wrong. ``kept`` is good for one call: forget it before.
        """
        if not kept:
            raise LoginNotBegunHereError
        code = self._code(answer, kept)
        with httpx.Client(timeout=self.timeout_seconds, follow_redirects=False) as client:
            tokens = self._exchange(client, code, kept)
            claims = self._verified(client, tokens, kept)
            attributes = read_attributes(self._userinfo(client, tokens["access_token"], claims["sub"]), self.scopes)
        authenticated = claims.get("auth_time", claims["iat"])
        return VerifiedIdentity(
            issuer=self.issuer,
            subject=claims["sub"],
            name=attributes.name,
            address=attributes.address,
            birth_date=attributes.birth_date,
            gender=attributes.gender,
            acr=claims.get("acr", ""),
            authenticated_at=datetime.fromtimestamp(_number(authenticated), UTC),
        )

    def _code(self, answer: Mapping[str, str], kept: Mapping[str, Any]) -> str:
        if not hmac.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            raise LoginNotBegunHereError
        if clock.now().timestamp() - kept["created_at"] > self.login_seconds:
            raise LoginNotBegunHereError
        if error := answer.get("error"):
            log.info("log-in refused by provider", error=error[:100])
            raise _REFUSALS.get(error, UnexpectedAnswerError)
        if answer.get("iss", self.issuer) != self.issuer or not answer.get("code"):
            raise UnexpectedAnswerError
        return answer["code"]

    def _exchange(self, client: httpx.Client, code: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": kept["redirect_uri"],
            "code_verifier": kept["verifier"],
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client_assertion(self.keys[0], self.client_id, self.token_endpoint),
        }
        status, document = _fetched(client, "POST", self.token_endpoint, data=form)
        if status != httpx.codes.OK:
            log.warning("token request refused", status=status, error=str(document.get("error", ""))[:100])
            raise CodeReplayedError if document.get("error") == "invalid_grant" else UnexpectedAnswerError
        if not all(isinstance(document.get(name), str) for name in ("access_token", "id_token")):
            raise UnexpectedAnswerError
        return document

    def _verified(self, client: httpx.Client, tokens: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
        claims = self._signed(client, tokens["id_token"])
        audience = claims.get("aud")
        ours = audience == self.client_id or audience == [self.client_id]
        if claims.get("iss") != self.issuer or not ours or claims.get("azp", self.client_id) != self.client_id:
            raise UnexpectedAnswerError
        now, issued = clock.now().timestamp(), _number(claims.get("iat"))
        if _number(claims.get("exp")) <= now - LEEWAY_SECONDS or issued < kept["created_at"] - LEEWAY_SECONDS:
            raise LoginExpiredError
        if issued > now + LEEWAY_SECONDS:
            raise UnexpectedAnswerError
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), kept["nonce"].encode()):
            raise LoginNotBegunHereError
        if claims.get("at_hash", _half_hash(tokens["access_token"])) != _half_hash(tokens["access_token"]):
            raise UnexpectedAnswerError
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise UnexpectedAnswerError
        self._check_level(claims.get("acr"))
        return claims

    def _signed(self, client: httpx.Client, token: str) -> dict[str, Any]:
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError) as error:
            raise UnexpectedAnswerError from error
        if header.get("alg") != "ES256" or not isinstance(header.get("kid"), str):
            raise UnexpectedAnswerError
        key = provider_key(self.jwks_uri, header["kid"], client)
        try:
            return jwt.decode(token, key, algorithms=["ES256"]).claims
        except (JoseError, ValueError) as error:
            raise UnknownKeyError from error

    def _check_level(self, acr: Any) -> None:
        if not self.minimum_level:
            return
        reached = [self.levels.index(word) for word in str(acr or "").split() if word in self.levels]
        if not reached or max(reached) < self.levels.index(self.minimum_level):
            raise AssuranceTooLowError

    def _userinfo(self, client: httpx.Client, access_token: str, subject: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        status, document = _fetched(client, "GET", self.userinfo_endpoint, headers=headers)
        if status != httpx.codes.OK or document.get("sub") != subject:
            raise UnexpectedAnswerError
        return document


def authentication_app() -> AuthenticationApp:
    """The client as the settings describe it."""
    realm = settings.OIDC_ISSUER
    protocol = f"{realm}/protocol/openid-connect"
    return AuthenticationApp(
        issuer=realm,
        authorization_endpoint=settings.OIDC_AUTHORIZATION_ENDPOINT or f"{protocol}/auth",
        token_endpoint=settings.OIDC_TOKEN_ENDPOINT or f"{protocol}/token",
        userinfo_endpoint=settings.OIDC_USERINFO_ENDPOINT or f"{protocol}/userinfo",
        jwks_uri=settings.OIDC_JWKS_URI or f"{protocol}/certs",
        client_id=settings.OIDC_CLIENT_ID,
        keys=tuple(our_keys()),
        scopes=tuple(settings.OIDC_SCOPES),
        acr_values=settings.OIDC_ACR_VALUES.strip("-"),
        minimum_level=settings.OIDC_MINIMUM_LEVEL.strip("-"),
        levels=tuple(settings.OIDC_LEVELS),
        login_seconds=settings.OIDC_LOGIN_SECONDS,
        timeout_seconds=settings.OIDC_TIMEOUT_SECONDS,
    )


def our_keys() -> list[ClientKey]:
    """The keys of the settings."""
    return client_keys(settings.OIDC_KEYS, settings.OIDC_KEY_IDS, Path(settings.STATE) / "keys" / "oidc-client.pem")


def our_public_keys() -> dict[str, Any]:
    """The JWKS to serve to the provider."""
    return public_keys(our_keys())


def _fetched(client: httpx.Client, method: str, address: str, **request: Any) -> tuple[int, dict[str, Any]]:
    try:
        answer = client.request(method, address, **request)
    except httpx.HTTPError as error:
        log.warning("provider not reached", address=address, error=type(error).__name__)
        raise ProviderDownError from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        log.warning("provider out of order", address=address, status=answer.status_code)
        raise ProviderDownError
    try:
        document = answer.json()
    except ValueError as error:
        raise UnexpectedAnswerError from error
    if not isinstance(document, dict):
        raise UnexpectedAnswerError
    return answer.status_code, document


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnexpectedAnswerError
    return float(value)


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _half_hash(access_token: str) -> str:
    return _base64url(hashlib.sha256(access_token.encode()).digest()[:16])
