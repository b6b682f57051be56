"""The number of a pass, for who types it: eleven random letters of ``kernel.ids`` and one that checks them."""

import secrets

from todoke.kernel.ids import ALPHABET, MISREAD

LENGTH = 12


def new_number() -> str:
    """55 random bits: nobody finds another's by trying."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return letters + _check(letters)


def _check(letters: str) -> str:
    """One wrong letter, or two neighbours that changed places, make another one (a sum modulo the prime 31)."""
    total = 0
    for letter in letters:
        total = (total * 3 + ALPHABET.index(letter)) % 31
    return ALPHABET[total]


def as_number(typed: str) -> str:
    """The number that somebody typed, in any case and with any hyphens; '' where it is none."""
    plain = "".join(c for c in typed.upper().translate(MISREAD) if c in ALPHABET)
    others = [c for c in typed if not (c.isascii() and c.isalnum()) and c not in "-‐－ー 　"]
    whole = len(plain) == LENGTH and not others
    return plain if whole and _check(plain[:-1]) == plain[-1] else ""


def in_fours(number: str) -> str:
    """7K3D-9QXM-40TZ."""
    return "-".join(number[place : place + 4] for place in range(0, len(number), 4))
