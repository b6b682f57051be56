"""Secrets at rest: encrypted by Fernet, with keys that can be rotated."""

import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
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


def encrypt_json(value: Any) -> dict[str, str]:
    """A JSON value that only this program reads, in the shape that ``decrypt_json`` knows again."""
    return {SEALED: encrypt(json.dumps(value, ensure_ascii=False))}


def decrypt_json(stored: Any) -> Any:
    """The value of what ``encrypt_json`` gave; anything else as it is."""
    if isinstance(stored, dict) and set(stored) == {SEALED}:
        return json.loads(decrypt(stored[SEALED]))
    return stored


def encrypt_again(secret: str) -> str:
    """The same under the newest key. Raises cryptography.fernet.InvalidToken."""
    return _keys(tuple(settings.FIELD_KEYS)).rotate(secret.encode()).decode()
