"""Who needs help in a disaster (避難行動要支援者名簿, 災害対策基本法49条の10), and who has nobody to give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from todoke.loops.reach.audience.selecting import select
from todoke.loops.reach.audience.types import Audience
from todoke.registry.people import population
from todoke.registry.people.helpers import helpers_of
from todoke.registry.people.models import Helper, Resident
from todoke.registry.people.needs import NEEDS, needs_of
from todoke.registry.people.types import Reader

FIRST = ("electricity", "dialysis", "wheelchair", "walking", "sight", "hearing")
"""Whose life hangs on it comes first."""


@dataclass(frozen=True)
class Needing:
    """A resident by id, with the needs they have, in the order of FIRST, and who agreed to help them."""

    resident: UUID
    needs: tuple[str, ...]
    helpers: tuple[Helper, ...]


@dataclass(frozen=True)
class Supported:
    """The same with the person."""

    resident: Resident
    needs: tuple[str, ...]
    helpers: tuple[Helper, ...]


def needing_help(municipality_code: str, *, reader: Reader, alone: bool = False) -> list[Needing]:
    """Residents of a municipality with any need; ``alone``: of whom nobody agreed to help.

    Every resident sees that ``reader`` looked for them; of those whose names are shown more has to be left.
    """
    everybody = population.fresh(reader=reader)
    rows = select(Audience(areas=(municipality_code,)), everybody).rows
    needs = needs_of(rows, everybody, reader=reader)
    anything = np.flatnonzero(np.any([needs[need] for need in NEEDS], axis=0))
    ids = everybody.ids(rows[anything])
    helping = helpers_of(ids)
    found = [
        Needing(one, tuple(need for need in FIRST if needs[need][place]), tuple(helping.get(one, ())))
        for one, place in zip(ids, anything.tolist(), strict=True)
        if not (alone and one in helping)
    ]
    return sorted(found, key=lambda one: ([FIRST.index(need) for need in one.needs], one.resident))


def with_people(rows: Sequence[Needing]) -> list[Supported]:
    """Names and addresses of a page of them, in the same order."""
    people = Resident.objects.select_related("household").in_bulk([one.resident for one in rows])
    return [Supported(people[one.resident], one.needs, one.helpers) for one in rows if one.resident in people]
