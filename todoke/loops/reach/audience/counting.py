"""How many an audience means, before anything is sent."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from todoke.loops.reach.audience.selecting import select
from todoke.loops.reach.audience.types import Audience, Because, Selection
from todoke.registry.people.population import Everybody, Population


@dataclass(frozen=True)
class Counts:
    """People, and how many of them for which reason."""

    people: int
    households: int
    by_municipality: dict[str, int]
    """By code; "" for who lives in none of the prefecture's."""

    by_reason: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """As kept and shown."""
        return {
            "people": self.people,
            "households": self.households,
            "by_municipality": self.by_municipality,
            "by_reason": self.by_reason,
        }


def count(audience: Audience, everybody: Everybody | Population) -> Counts:
    """Whom an audience means, in numbers. Raises AudienceError."""
    return counts_of(select(audience, everybody))


def counts_of(selection: Selection) -> Counts:
    """A selection in numbers."""
    codes = selection.everybody.municipalities
    numbers = np.bincount(selection.municipality.astype(np.int64) + 1, minlength=len(codes) + 1).tolist()
    named = {code: number for code, number in zip(["", *codes], numbers, strict=True) if number}
    why = {flag.name.lower(): int(np.count_nonzero(selection.because & flag)) for flag in Because if flag.name}
    homes = np.unique(selection.everybody.take("people", selection.rows)["household"])
    return Counts(len(selection), len(homes), named, {name: number for name, number in why.items() if number})
