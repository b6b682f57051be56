"""At the door: who is meant by what was scanned or typed."""

import re
from dataclasses import dataclass, field
from datetime import date

from todoke.exchange.passes import codes
from todoke.exchange.passes.keys import public_keys
from todoke.exchange.passes.models import Pass, Visitor
from todoke.exchange.passes.numbers import as_number
from todoke.exchange.passes.types import How
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.kernel.text import search_key, to_halfwidth
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Shelter

MOST_FOUND = 8
_ERAS = {"昭和": 1925, "S": 1925, "平成": 1988, "H": 1988, "令和": 2018, "R": 2018, "大正": 1911, "T": 1911}
_DAY = re.compile(
    r"(?P<era>昭和|平成|令和|大正|[SHRT](?=[0-9]))?\s*"
    r"(?:(?P<y>[0-9]{1,4}|元)\s*[-./年]\s*(?P<m>[0-9]{1,2})\s*[-./月]\s*(?P<d>[0-9]{1,2})\s*日?"
    r"|(?P<y8>[0-9]{4}|(?<=[SHRT昭平令大和成正])[0-9]{2})(?P<m8>[0-9]{2})(?P<d8>[0-9]{2}))(?![0-9])",
    re.IGNORECASE,
)


class RevokedCodeError(InvalidInputError):
    """このコードは新しいものに替わっています。新しいコードを読むか、名前と生年月日でさがしてください。"""

    code = "pass-revoked"


class NameAndBirthdayError(InvalidInputError):
    """名前と生年月日を続けて入れてください。例：見本 花子 1988-5-14"""

    code = "name-and-birthday"


class NobodyFoundError(NotFoundError):
    """見つかりません。書き方を確かめるか、「コードのない人」で受け付けてください。"""

    code = "nobody-found"
    status = 422


@dataclass(frozen=True)
class Found:
    """Who may be meant: one resident by a code, some by a name; or people whom the shelter itself noted."""

    how: How
    residents: list[Resident]
    visitors: list[Visitor] = field(default_factory=list)


def find(text: str, shelter: Shelter | None = None) -> Found:
    """Whoever a scanned code, a typed number, or a name with a birth date means.

    Of those whom no register knows only who is in ``shelter`` now is found, by the name as it was noted.

    Raises CodeError, RevokedCodeError, NameAndBirthdayError, NobodyFoundError.
    """
    text = to_halfwidth(text)
    if codes.is_code(text):
        resident, how = resident_of_code(text)
        return Found(how, [resident])
    number = as_number(text)
    if number and (holder := _of_number(number)):
        return Found(How.CARD, [holder])
    try:
        name, born = name_and_birthday(text)
    except NameAndBirthdayError:
        visitors = _noted_here(search_key(text), None, shelter)
        if not visitors:
            raise
        return Found(How.SEARCH, [], visitors)
    residents = _by_name(name, born)
    visitors = [] if residents else _noted_here(name, born, shelter)
    if not residents and not visitors:
        raise NobodyFoundError
    return Found(How.SEARCH, residents, visitors)


def resident_of_code(text: str) -> tuple[Resident, How]:
    """The holder of a scanned pass, or of a typed number, and how it was shown. Raises CodeError, RevokedCodeError."""
    if not codes.is_code(text):
        number = as_number(to_halfwidth(text))
        resident = _of_number(number) if number else None
        if resident is None:
            raise codes.CodeError
        return resident, How.CARD
    read = codes.read(text, public_keys())
    standing = Pass.objects.select_related("resident__household").filter(pk=read.pass_id).first()
    if standing is None:
        raise codes.CodeError
    if standing.revoked_at is not None:
        raise RevokedCodeError
    return standing.resident, read.how


def _of_number(number: str) -> Resident | None:
    standing = Pass.objects.select_related("resident__household").filter(number=number).first()
    if standing is None:
        return None
    if standing.revoked_at is not None:
        raise RevokedCodeError
    return standing.resident


def name_and_birthday(text: str) -> tuple[str, date]:
    """Parts of what was typed in one field, the day also in a Japanese era. Raises NameAndBirthdayError."""
    found = _DAY.search(text)
    if not found:
        raise NameAndBirthdayError
    name = search_key(text[: found.start()] + text[found.end() :])
    year = found["y"] or found["y8"]
    number = 1 if year == "元" else int(year)
    if found["era"]:
        number += _ERAS[found["era"].upper()]
    try:
        born = date(number, int(found["m"] or found["m8"]), int(found["d"] or found["d8"]))
    except ValueError as error:
        raise NameAndBirthdayError from error
    if not name:
        raise NameAndBirthdayError
    return name, born


def _by_name(name: str, born: date) -> list[Resident]:
    """Those born that day whose name or reading begins so; a given name alone is enough."""
    same_day = Resident.objects.filter(birth_date=born).select_related("household").order_by("name_kana", "pk")
    found = []
    for resident in same_day:
        kana = search_key(resident.name_kana)
        given = [search_key(part) for whole in (resident.name, resident.name_kana) for part in whole.split()[1:]]
        if any(key.startswith(name) for key in (resident.name_key, kana, *given) if key):
            found.append(resident)
    return found[:MOST_FOUND]


def _noted_here(name: str, born: date | None, shelter: Shelter | None) -> list[Visitor]:
    if shelter is None or not name:
        return []
    found = []
    for visitor in Visitor.objects.filter(presence__shelter=shelter, presence__present=True).order_by("-created_at"):
        same_day = born is None or visitor.details["birth_date"] in {"", born.isoformat()}
        if same_day and search_key(visitor.details["name"]) == name:
            found.append(visitor)
    return found[:MOST_FOUND]
