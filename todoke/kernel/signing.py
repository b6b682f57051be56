"""Secrets at rest: encrypted by Fernet, with keys that can be rotated."""

from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Encrypted under the newest key of TODOKE_FIELD_KEYS."""
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(plain.encode()).decode()


def decrypt(secret: str) -> str:
    """What ``encrypt`` was given, under any of the keys. Raises cryptography.fernet.InvalidToken."""
    return _keys(tuple(settings.FIELD_KEYS)).decrypt(secret.encode()).decode()
