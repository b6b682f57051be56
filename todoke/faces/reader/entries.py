"""A step at the door as a form or a device's JSON says it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from todoke.exchange.passes.finding import NameAndBirthdayError, name_and_birthday
from todoke.exchange.passes.types import Entry, How, Kind, Unregistered
from todoke.kernel import clock
from todoke.kernel.errors import InvalidInputError
from todoke.kernel.text import to_halfwidth

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class MalformedEntryError(InvalidInputError):
    """この記録は読めません。"""

    code = "malformed-entry"


class BirthdayError(InvalidInputError):
    """生年月日を確かめてください。例：1988-5-14、昭和63年5月14日。分からないときは空にします。"""

    code = "birthday"


def from_form(data: QueryDict) -> Entry:
    """What a form without script sent: it happens now. Raises MalformedEntryError, BirthdayError."""
    said: dict[str, Any] = data.dict()
    said["residents"] = [data["only"]] if data.get("only") else data.getlist("residents")
    said["visitors"] = data.getlist("visitors")
    said["at"] = clock.now().isoformat()
    said.setdefault("nonce", str(uuid4()))
    if "name" in said:
        said["visitor"] = {key: said.get(key, "") for key in ("name", "birth_date", "town", "people")}
    return from_json(said)


def from_json(said: Mapping[str, Any]) -> Entry:
    """What a device kept. Raises MalformedEntryError, BirthdayError."""
    try:
        visitor = said.get("visitor")
        return Entry(
            nonce=UUID(str(said["nonce"])),
            kind=Kind(said.get("kind") or Kind.IN),
            how=How(said.get("how") or (How.HAND if visitor else How.SEARCH)),
            at=moment(said["at"]),
            residents=tuple(dict.fromkeys(UUID(str(one)) for one in said.get("residents") or ())),
            visitor=_visitor(visitor) if visitor else None,
            visitors=tuple(dict.fromkeys(UUID(str(one)) for one in said.get("visitors") or ())),
            code=str(said.get("code") or "")[:500],
            private=bool(said.get("private")),
            replaces=UUID(str(said["replaces"])) if said.get("replaces") else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedEntryError from error


def moment(text: Any) -> datetime:
    """A time by a device's clock, whatever it says. Raises ValueError for what is none."""
    found = parse_datetime(str(text))
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    return min(max(found, FIRST_DAY), clock.now() + timedelta(days=3650))


def _visitor(said: Mapping[str, Any]) -> Unregistered:
    typed = to_halfwidth(_text(said.get("birth_date")))
    number = to_halfwidth(_text(said.get("people")))
    return Unregistered(
        name=_text(said.get("name"))[:100],
        birth_date=_birthday(typed) if typed else None,
        town=_text(said.get("town"))[:100],
        people=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1,
    )


def _text(value: Any) -> str:
    """Without what neither the database nor UTF-8 holds: NUL, half of a surrogate pair."""
    return str(value or "").replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _birthday(typed: str) -> date:
    try:
        born = name_and_birthday(f"名 {typed}")[1]
    except NameAndBirthdayError as error:
        raise BirthdayError from error
    if born > clock.today():
        raise BirthdayError
    return born
