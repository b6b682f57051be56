"""Our keys towards the authentication app: they sign client assertions (private_key_jwt, RFC 7523)."""

import contextlib
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

from todoke.kernel import clock
from todoke.kernel.configuration import ConfigurationError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 120

ClientKey = ECKey | RSAKey


def client_keys(sources: list[str], kids: list[str], generated: Path) -> list[ClientKey]:
    """The keys of ``sources``, the signing one first.

    A source is a PEM file or PEM text, EC P-256 or RSA. Without sources the key of ``generated`` is used, and made
    when it is not there. A key without a kid of its own in ``kids`` has its thumbprint (RFC 7638).
    """
    if sources:
        return _read(tuple(sources), tuple(kids))
    make_key(generated)
    return _read((str(generated),), tuple(kids))


@cache
def _read(sources: tuple[str, ...], kids: tuple[str, ...]) -> list[ClientKey]:
    return [_key(source, kids[place] if place < len(kids) else "") for place, source in enumerate(sources)]


def _key(source: str, kid: str) -> ClientKey:
    parameters: KeyParameters = {"use": "sig"}
    if kid:
        parameters["kid"] = kid
    try:
        pem = source.replace("\\n", "\n").encode() if "-----BEGIN" in source else Path(source).read_bytes()
        key = _imported(pem, parameters)
    except (OSError, ValueError, JoseError) as error:
        raise ConfigurationError("TODOKE_OIDC_KEYS holds what is no private key in PEM, EC P-256 or RSA") from error
    key.ensure_kid()
    return key


def _imported(pem: bytes, parameters: KeyParameters) -> ClientKey:
    try:
        elliptic = ECKey.import_key(pem, parameters)
    except (ValueError, JoseError):
        rsa = RSAKey.import_key(pem, parameters)
        if not rsa.is_private:
            raise ValueError("public") from None
        return rsa
    if not elliptic.is_private or elliptic.curve_name != "P-256":
        raise ValueError("curve")
    return elliptic


def make_key(path: Path) -> None:
    """Write a new key, readable by this user only, unless there is one. Of two processes at once one wins."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(ECKey.generate_key("P-256").as_pem(private=True))
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()


def algorithm(key: ClientKey) -> str:
    """ES256 or RS256."""
    return "ES256" if isinstance(key, ECKey) else "RS256"


def client_assertion(key: ClientKey, client_id: str, audience: str) -> str:
    """Proof for one token request at ``audience``, good for ASSERTION_SECONDS."""
    now = int(clock.now().timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(24),
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    name = algorithm(key)
    return jwt.encode({"alg": name, "kid": key.kid}, claims, key, algorithms=[name])


def public_keys(keys: list[ClientKey]) -> dict[str, Any]:
    """The JWKS that the provider reads: all keys, so that one can follow another without a gap."""
    listed = KeySet(list(keys)).as_dict(private=False)["keys"]
    return {"keys": [{**public, "alg": algorithm(key)} for public, key in zip(listed, keys, strict=True)]}
