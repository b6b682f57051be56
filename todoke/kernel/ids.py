"""Identifiers and secrets."""

import hashlib
import os
import secrets
import time
import uuid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people misread."""

MISREAD = str.maketrans("ILO", "110")
"""What people type for letters that the alphabet has not."""


def new_id() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7): new rows stand together in an index."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


def new_secret() -> str:
    """80 random bits as four groups of four, for a person to copy: ``7K3D-9QXM-40TZ-HB2C``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def secret_hash(typed: str) -> str:
    """SHA-256 of a secret as typed: case, hyphens, spaces and misread letters do not matter.

    A plain hash will do: the secret has 80 random bits and cannot be guessed from it.
    """
    plain = "".join(c for c in typed.upper().translate(MISREAD) if c in ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
