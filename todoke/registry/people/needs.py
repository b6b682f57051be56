"""What residents need in a disaster, for many at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection
from psycopg.sql import SQL, Composable, Literal

from todoke.kernel import clock
from todoke.kernel.signing import SEALED, decrypt_json
from todoke.registry.people import access, keys
from todoke.registry.people.keys import KEYS
from todoke.registry.people.population import Everybody, Population, sealed
from todoke.registry.people.population.reading import Rows
from todoke.registry.people.types import Reader

NEEDS = tuple(key.removeprefix("needs.") for key in keys.NEEDS)
FEW = 5_000
"""Residents whose facts are asked for by their ids; of more, all needs there are are read."""

_NEWEST = SQL(
    "SELECT string_agg(concat_ws(' ', resident_id, key, source, coalesce(value->>'sealed', value::text)), E'\\n')"
    " FROM (SELECT DISTINCT ON (resident_id, key, source) resident_id, key, source, value FROM people_fact"
    " WHERE key LIKE 'needs.%%' AND key = ANY({keys}) AND {among}"
    " AND (valid_from IS NULL OR valid_from <= {day}) AND (valid_to IS NULL OR valid_to >= {day})"
    " ORDER BY resident_id, key, source, learnt_at DESC, id DESC) AS newest WHERE value IS NOT NULL"
)


def needs_of(rows: Rows, everybody: Everybody, *, reader: Reader) -> Mapping[str, Rows]:
    """By need a mask over ``rows``: who certainly has it, said lately or long ago.

    The surest source that says anything decides. Every resident sees that ``reader`` read needs.
    """
    bits = np.full(len(rows), sealed.NOT_SURE, np.uint8)
    with access.batch(reader=reader, keys=keys.NEEDS):
        known = sealed.read(everybody.base.folder)
        if known is not None:
            early = rows < everybody.base.frame.size
            bits[early] = known[rows[early]]
        doubtful = np.flatnonzero(bits & sealed.NOT_SURE)
        bits[doubtful] = _bits(everybody.id_bytes(rows[doubtful]))
    return {need: (bits & np.uint8(1 << place)) > 0 for place, need in enumerate(NEEDS)}


def prepare(population: Population, *, reader: Reader) -> None:
    """Keep the needs of everybody beside the snapshot, encrypted."""
    with access.batch(reader=reader, keys=keys.NEEDS):
        bits = _bits(np.ascontiguousarray(population.arrays["people"]["id"]))
    sealed.write(population.folder, bits)


def _bits(ids: Rows) -> Rows:
    """Of each resident a bit for each need, as the facts say it, inside ``access.batch``."""
    bits = np.zeros(len(ids), np.uint8)
    if not len(ids):
        return bits
    order = np.argsort(ids)
    said = _said(ids if len(ids) <= FEW else None)
    whose = np.array([bytes.fromhex(one) for one, _key in said], "S16")
    at = np.minimum(np.searchsorted(ids, whose, sorter=order), len(ids) - 1)
    places = order[at]
    there = ids[places] == whose
    for place, mine, ((_one, key), by_source) in zip(places.tolist(), there.tolist(), said.items(), strict=True):
        if mine and _yes(key, by_source):
            bits[place] |= 1 << keys.NEEDS.index(key)
    return bits


def _yes(key: str, by_source: Mapping[str, str]) -> bool:
    for source in KEYS[key].sources:
        if said := by_source.get(source.value):
            return said == "true" or (said != "false" and decrypt_json({SEALED: said}) is True)
    return False


def _said(ids: Rows | None) -> dict[tuple[str, str], dict[str, str]]:
    """What each source last said of a resident's need, still sealed; what was taken back is left out."""
    among: Composable = SQL("TRUE")
    if ids is not None:
        listed = ",".join([one.ljust(16, b"\0").hex() for one in ids.tolist()])
        among = SQL("resident_id = ANY({}::uuid[])").format(Literal(f"{{{listed}}}"))
    found: dict[tuple[str, str], dict[str, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(keys=Literal(list(keys.NEEDS)), among=among, day=Literal(clock.today())))
        for line in (cursor.fetchone()[0] or "").splitlines():
            one, key, source, said = line.split(" ")
            found.setdefault((one.replace("-", ""), key), {})[source] = said
    return found


def needs_of_one(facts: Mapping[str, Any]) -> list[str]:
    """The keys of the needs that somebody has, of their facts."""
    return [key for key in keys.NEEDS if key in facts and facts[key].value is True]
