"""Tokens, and what they tell about a card."""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Any

from joserfc import jwt

from counterparts.auth_app.cards import Card
from counterparts.auth_app.grants import TOKEN_SECONDS, Behaviour, Grant
from counterparts.auth_app.keys import SigningKeys, new_key
from counterparts.auth_app.refusals import RefusedError

HIGHEST_ACR = "aal3"
LOWEST_ACR = "aal1"


def s256(verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def check_verifier(grant: Grant, redirect_uri: str, verifier: str) -> None:
    """Raises RefusedError unless the code comes back from who asked for it."""
    if redirect_uri != grant.request.redirect_uri:
        raise RefusedError("invalid_grant", "Incorrect redirect_uri")
    if not 43 <= len(verifier) <= 128 or not hmac.compare_digest(s256(verifier), grant.request.code_challenge):
        raise RefusedError("invalid_grant", "PKCE verification failed")


def pairwise_subject(card: Card, client_id: str, secret: str) -> str:
    """The same for a card and a client for ever, and unlike that of any other client."""
    return hmac.new(secret.encode(), f"{client_id}\0{card.id}".encode(), hashlib.sha256).hexdigest()


def id_token(grant: Grant, *, issuer: str, subject: str, access_token: str, keys: SigningKeys) -> str:
    """Signed with ES256; wrong in the one way that the grant's behaviour asks for."""
    now = int(time.time())
    behaviour, request = grant.behaviour, grant.request
    asked = request.acr_values.split()
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": request.client_id,
        "azp": request.client_id,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "auth_time": int(grant.authenticated_at),
        "jti": secrets.token_hex(16),
        "nonce": request.nonce,
        "acr": asked[0] if asked else HIGHEST_ACR,
        "at_hash": urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode(),
    }
    if behaviour is Behaviour.EXPIRED:
        claims["exp"] = now - 3600
    elif behaviour is Behaviour.NONCE:
        claims["nonce"] = secrets.token_urlsafe(16)
    elif behaviour is Behaviour.ACR:
        claims["acr"] = LOWEST_ACR
    key = new_key() if behaviour is Behaviour.KEY else keys.current
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def userinfo(grant: Grant, subject: str) -> dict[str, str]:
    """The attributes whose scopes were granted."""
    card = grant.card
    known = {"name": card.name, "address": card.address, "birthdate": card.birthdate, "gender": card.gender}
    return {"sub": subject, **{claim: value for claim, value in known.items() if claim in grant.request.scopes}}
