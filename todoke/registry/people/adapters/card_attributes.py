"""The attributes of the card, as userinfo gives them.

The formats of birth date and gender are not published: YYYYMMDD and YYYY-MM-DD, and 1, 2, male and female are
taken, and anything else refused rather than guessed.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.registry.people.identity import UnexpectedAnswerError

_BIRTH_DATE = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|-([0-9]{2})-([0-9]{2}))", re.ASCII)
_GENDERS = {"1": "1", "2": "2", "male": "1", "female": "2"}


@dataclass(frozen=True)
class CardAttributes:
    """``gender`` is of ISO 5218, "0" when it was not asked for."""

    name: str
    address: str
    birth_date: date
    gender: str


def read_attributes(claims: Mapping[str, Any], scopes: Collection[str]) -> CardAttributes:
    """Raises UnexpectedAnswerError when one of the attributes is missing or unreadable."""
    return CardAttributes(
        name=_text(claims, "name", 100),
        address=_text(claims, "address", 200),
        birth_date=read_birth_date(claims.get("birthdate")),
        gender=read_gender(claims.get("gender")) if "gender" in scopes else "0",
    )


def read_birth_date(value: Any) -> date:
    """Raises UnexpectedAnswerError unless it is a day of the calendar in one of the two formats."""
    found = _BIRTH_DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise UnexpectedAnswerError
    year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise UnexpectedAnswerError from error


def read_gender(value: Any) -> str:
    """Raises UnexpectedAnswerError for what is not one of the four words."""
    if not isinstance(value, str) or value not in _GENDERS:
        raise UnexpectedAnswerError
    return _GENDERS[value]


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise UnexpectedAnswerError
    return value.strip()
