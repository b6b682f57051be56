"""Whom to call first: pure functions over what is known of those who need help or do not answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from todoke.loops.reach.types import Variant

ELDERLY = 75
INFANT = 3


class Heard(StrEnum):
    """What was heard from somebody since the first message of the incident."""

    HELP = "help"
    SILENT = "silent"
    UNREACHED = "unreached"
    """Every way to them failed, or there is none."""


class Rank(IntEnum):
    """The order in which people are called, the first first.

    Who asked for help always comes before who did not answer; among both, whose life hangs on electricity or a
    treatment before who cannot go alone, and these before the others. Of the silent and the unreached only those are
    called of whom something is known that makes waiting dangerous.
    """

    HELP_LIFE = 1
    HELP_MOVING = 2
    HELP_WEAK = 3
    HELP = 4
    QUIET_LIFE = 5
    QUIET_MOVING = 6
    QUIET_SENSES = 7
    QUIET_ALONE = 8
    QUIET_INFANT = 9


LIFE = frozenset({Variant.ELECTRICITY, Variant.DIALYSIS})
MOVING = frozenset({Variant.WHEELCHAIR})
SENSES = frozenset({Variant.SIGHT, Variant.HEARING})


@dataclass(frozen=True)
class Callee:
    """A resident with what decides when they are called. ``need`` is the one for which their message differed."""

    resident: UUID
    message: UUID
    municipality: str
    heard: Heard
    since: datetime
    """When they asked for help; of others, when they were told."""

    need: Variant = Variant.STANDARD
    age: int = 0
    alone: bool = False
    """Whether no other adult lives with them."""

    infant: bool = False
    """Whether somebody under INFANT does."""

    @property
    def rank(self) -> Rank | None:
        """None for who is not called: silent, and nothing known that makes it dangerous."""
        for ranks, holds in _CLASSES:
            rank = ranks[self.heard is not Heard.HELP]
            if rank is not None and holds(self):
                return rank
        return None

    @property
    def because(self) -> list[str]:
        """Codes of what is known of them, the weightiest first: a need, ``elderly_alone``, ``infant``, and so on."""
        found = [] if self.need in {Variant.STANDARD, Variant.HELPER} else [str(self.need)]
        if self.age >= ELDERLY:
            found.append("elderly_alone" if self.alone else "elderly")
        if self.infant:
            found.append("infant")
        return found

    def as_json(self) -> dict[str, Any]:
        """As kept with a situation; ``from_json`` reads it again."""
        return {
            "resident": str(self.resident),
            "message": str(self.message),
            "municipality": self.municipality,
            "heard": self.heard,
            "since": self.since.isoformat(),
            "need": self.need,
            "age": self.age,
            "alone": self.alone,
            "infant": self.infant,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Callee":
        """What ``as_json`` gave."""
        return cls(
            resident=UUID(kept["resident"]),
            message=UUID(kept["message"]),
            municipality=kept["municipality"],
            heard=Heard(kept["heard"]),
            since=datetime.fromisoformat(kept["since"]),
            need=Variant(kept["need"]),
            age=kept["age"],
            alone=kept["alone"],
            infant=kept["infant"],
        )


_CLASSES: tuple[tuple[tuple[Rank, Rank | None], Any], ...] = (
    ((Rank.HELP_LIFE, Rank.QUIET_LIFE), lambda one: one.need in LIFE),
    ((Rank.HELP_MOVING, Rank.QUIET_MOVING), lambda one: one.need in MOVING),
    ((Rank.HELP_WEAK, Rank.QUIET_SENSES), lambda one: one.need in SENSES),
    ((Rank.HELP_WEAK, Rank.QUIET_ALONE), lambda one: one.age >= ELDERLY and one.alone),
    ((Rank.HELP_WEAK, Rank.QUIET_INFANT), lambda one: one.infant and one.alone),
    ((Rank.HELP_WEAK, None), lambda one: one.age >= ELDERLY or one.infant),
    ((Rank.HELP, None), lambda _one: True),
)
"""Of each class its rank for who asked for help, and for who did not; the first that holds counts."""


def in_order(callees: Iterable[Callee]) -> list[Callee]:
    """Those who are called, by Rank; of one rank the unreached first, then who waits longest, then the older.

    The same people come out in the same order however they come in.
    """
    called = [one for one in callees if one.rank is not None]
    return sorted(called, key=lambda one: (one.rank, one.heard is Heard.SILENT, one.since, -one.age, str(one.resident)))
