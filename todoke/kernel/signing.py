"""Secrets at rest, encrypted by Fernet with keys that can be rotated; and marks that only this program can make."""

import hmac
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEALED = "sealed"


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Encrypted under the newest key of TODOKE_FIELD_KEYS."""
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(plain.encode()).decode()


def decrypt(secret: str) -> str:
    """What ``encrypt`` was given, under any of the keys. Raises cryptography.fernet.InvalidToken."""
    return _keys(tuple(settings.FIELD_KEYS)).decrypt(secret.encode()).decode()


def encrypt_bytes(plain: bytes) -> bytes:
    """As ``encrypt``, for a file."""
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(plain)


def decrypt_bytes(secret: bytes) -> bytes:
    """What ``encrypt_bytes`` was given. Raises cryptography.fernet.InvalidToken."""
    return _keys(tuple(settings.FIELD_KEYS)).decrypt(secret)


def encrypt_json(value: Any) -> dict[str, str]:
    """A JSON value that only this program reads, in the shape that ``decrypt_json`` knows again."""
    return {SEALED: encrypt(json.dumps(value, ensure_ascii=False))}


def decrypt_json(stored: Any) -> Any:
    """The value of what ``encrypt_json`` gave; anything else as it is."""
    if isinstance(stored, dict) and set(stored) == {SEALED}:
        return json.loads(decrypt(stored[SEALED]))
    return stored


def encrypt_json_again(stored: Any) -> dict[str, str] | None:
    """A stored JSON value under the newest key, also one that was stored plain; None where it is so already.

    Raises cryptography.fernet.InvalidToken.
    """
    if not (isinstance(stored, dict) and set(stored) == {SEALED}):
        return None if stored is None else encrypt_json(stored)
    keys = tuple(settings.FIELD_KEYS)
    try:
        _keys(keys[:1]).decrypt(stored[SEALED].encode())
    except InvalidToken:
        return {SEALED: _keys(keys).rotate(stored[SEALED].encode()).decode()}
    return None


def mac(purpose: str, content: bytes, length: int = 32) -> bytes:
    """The first bytes of a keyed hash that only this program can make; of each purpose another one."""
    return _mac(settings.SECRET_KEY, purpose, content)[:length]


def is_mac(purpose: str, content: bytes, given: bytes) -> bool:
    """Whether ``mac`` gave it, under the key of now or an earlier one (SECRET_KEY_FALLBACKS)."""
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return any(hmac.compare_digest(_mac(key, purpose, content)[: len(given)], given) for key in keys)


def _mac(key: str, purpose: str, content: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose.encode() + b"\0" + content, "sha256")
