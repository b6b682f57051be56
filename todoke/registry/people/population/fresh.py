"""Everybody as they are now: the snapshot, and who changed since read from the database."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from todoke.kernel import clock
from todoke.registry.people import access
from todoke.registry.people.population import reading, snapshot
from todoke.registry.people.population.everybody import Everybody, Extra, as_of
from todoke.registry.people.population.inside import members
from todoke.registry.people.population.reading import Rows
from todoke.registry.people.population.shaping import arrays_of, blank, frame_of, in_order, put_in, rows_of
from todoke.registry.people.population.snapshot import NoSnapshotError, Population, load, refresh
from todoke.registry.people.types import Reader

MOST = 20_000
"""Residents and households that are read over the snapshot; with more, it is brought up to now."""


def fresh(*, reader: Reader) -> Everybody:
    """All residents as the database has them now; every resident sees that ``reader`` read them."""
    try:
        population = load()
    except NoSnapshotError:
        return as_of(refresh(reader=reader))
    with access.batch(reader=reader, keys=snapshot.keys()):
        found = _over(population)
    return found or as_of(refresh(reader=reader))


def _over(population: Population) -> Everybody | None:
    """None where it takes too much, or where the notes do not tell who changed."""
    if population.database != reading.database():
        return None
    today = clock.today()
    noted = reading.noted_since(population.horizon, population.day, today)
    if noted is None or len(noted.residents) + len(noted.households) > MOST:
        return None
    if not noted.residents and not noted.households:
        return as_of(population)
    arrays = population.arrays
    were = rows_of(_bytes(noted.residents), arrays)
    were = were[were >= 0]
    lived = np.unique(np.concatenate([arrays["home"][were], _homes(_bytes(noted.households), population)]))
    homes = {*noted.households, *reading.homes_of(noted.residents), *_ids(arrays["home.id"][lived])}
    lived = np.unique(np.concatenate([lived, _homes(_bytes(list(homes)), population)]))
    codes = list(dict.fromkeys([*population.municipalities, *reading.municipality_codes(list(homes))]))
    people = reading.people(codes, homes=list(homes))
    extra = arrays_of(people[in_order(people)])
    ids = _ids(extra["people"]["id"])
    answers = blank(len(people))
    put_in(answers, reading.said(ids, today), extra)
    extra |= snapshot.surroundings(reading.whereabouts(ids), reading.helpers(ids), extra, codes)
    replaced = members(lived, arrays).astype(np.int32)
    became = rows_of(np.ascontiguousarray(arrays["people"]["id"][replaced]), extra)
    became = np.where(became >= 0, became + population.frame.size, -1)
    return Everybody(population, Extra(frame_of(extra, answers, codes), extra), replaced, became, codes)


def _homes(ids: Rows, population: Population) -> Rows:
    """The numbers of households of the snapshot, for those of ``ids`` that are there."""
    known = population.arrays["home.id"]
    if not len(known):
        return np.zeros(0, np.int32)
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.asarray(at[known[at] == ids], np.int32)


def _bytes(ids: Sequence[UUID]) -> Rows:
    return np.array([one.bytes for one in ids], "S16")


def _ids(them: Rows) -> list[UUID]:
    return [UUID(bytes=one.ljust(16, b"\0")) for one in them.tolist()]
