"""What is known of everybody and is sensitive: a byte for each row of a snapshot, encrypted as in the database.

It holds needs, so that in a disaster they need not be looked for one by one. ``todoke.registry.people.needs`` makes it
and reads it; a new snapshot takes it over, and knows of whom it is no longer sure.
"""

import os
import secrets
import zlib
from pathlib import Path

import numpy as np
from cryptography.fernet import InvalidToken

from todoke.kernel.signing import decrypt_bytes, encrypt_bytes
from todoke.registry.people.population.reading import Rows

NOT_SURE = 128
"""In a row's byte: what is known of it may have changed."""

_NAME = "needs.sealed"


def write(folder: Path, bits: Rows) -> None:
    """Beside a snapshot that has been replaced meanwhile nothing is written."""
    new = folder / f"{_NAME}.{secrets.token_hex(4)}"
    try:
        new.write_bytes(encrypt_bytes(zlib.compress(bits.astype(np.uint8).tobytes(), 1)))
        os.replace(new, folder / _NAME)
    except FileNotFoundError:
        return


def read(folder: Path) -> Rows | None:
    """None where nobody has made it, or its key was retired."""
    try:
        return np.frombuffer(zlib.decompress(decrypt_bytes((folder / _NAME).read_bytes())), np.uint8)
    except (FileNotFoundError, InvalidToken):
        return None


def carry(was: Path, new: Path, became: Rows | None, changed: Rows, size: int) -> None:
    """For the next snapshot; of ``changed``, rows of it, nothing is sure. ``became``: None where all rows stayed."""
    bits = read(was)
    if bits is None:
        return
    if became is None:
        carried = bits.copy()
    else:
        carried = np.full(size, NOT_SURE, np.uint8)
        stayed = became >= 0
        carried[became[stayed]] = bits[stayed]
    carried[changed] = NOT_SURE
    write(new, carried)
