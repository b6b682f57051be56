"""What other rooms see of passes, scans and presence."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Kind(StrEnum):
    """What a scan says."""

    IN = "in"
    OUT = "out"
    VOID = "void"
    """Another scan was a mistake: it counts as if it had never been."""


class How(StrEnum):
    """How a person was found."""

    CODE = "code"
    """On their own screen."""

    CARD = "card"
    """On a printed card, or its number typed."""

    SEARCH = "search"
    HAND = "hand"


class ScanRecord(NamedTuple):
    """A scan as merging needs it. ``person`` and ``shelter`` are any names that stay the same."""

    nonce: UUID
    person: str
    shelter: str
    kind: Kind
    at: datetime
    """By the device's clock."""

    received_at: datetime
    sent_at: datetime | None = None
    """By the device's clock, when it was uploaded; None when nothing lay between."""

    people: int = 1
    private: bool = False
    voids: UUID | None = None


class Place(NamedTuple):
    """Where a person is, or was last: ``present`` is False after they left."""

    shelter: str
    since: datetime
    present: bool
    people: int
    private: bool
    nonce: UUID


@dataclass(frozen=True)
class Unregistered:
    """A person whom no register here knows, as the door noted them; with those who came along and have no name yet."""

    name: str
    birth_date: date | None = None
    town: str = ""
    people: int = 1


@dataclass(frozen=True)
class Entry:
    """One step at a door: a person or a family that came or left, under the nonce that the device gave it."""

    nonce: UUID
    kind: Kind
    how: How
    at: datetime
    residents: tuple[UUID, ...] = ()
    visitor: Unregistered | None = None
    visitors: tuple[UUID, ...] = ()
    """Those whom the door noted before."""

    code: str = ""
    """What a reader without network has read: it is looked up on arrival."""

    private: bool = False
    """The family is not to see where."""

    replaces: UUID | None = None
    """The step that this one puts right; of a void: the one that never was."""


@dataclass(frozen=True)
class Headcount:
    """Who is there now."""

    people: int = 0
    families: int = 0

    def __add__(self, other: "Headcount") -> "Headcount":
        return Headcount(self.people + other.people, self.families + other.families)


@dataclass(frozen=True)
class Whereabouts:
    """Where a member of a family is, as the family sees it. Without ``shelter`` nobody has seen them."""

    resident_id: UUID
    name: str
    oneself: bool
    shelter: str = ""
    shelter_id: int | None = None
    since: datetime | None = None
    present: bool = False
