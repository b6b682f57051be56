"""Residents and what they said, read by COPY in its binary form: rows of one length, which numpy takes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg.sql import SQL, Composable, Literal

from todoke.registry.people.keys import KEYS

Rows = NDArray[Any]
GENDERS = ("0", "1", "2", "9")
RELATIONS = ("head", "spouse", "child")
LANGUAGES = ("ja", "easy", "en", "zh-hans", "zh-hant", "ko", "vi")
HEAD, SPOUSE, CHILD = range(len(RELATIONS))
PEOPLE = np.dtype(
    [
        *(("id", "S16"), ("household", "S16"), ("birth", "i4"), ("gender", "i1"), ("relation", "i1")),
        *(("registered", "?"), ("municipality", "i2"), ("language", "i1"), ("died", "?")),
        *(("longitude", "f8"), ("latitude", "f8")),
    ]
)
"""A resident. Codes count GENDERS, RELATIONS, LANGUAGES and the municipalities' codes; -1 is none of them. Who has no
known place has NaN.
"""

_NUMBERS = np.dtype([("id", "S16"), ("key", "i2"), ("source", "i2"), ("value", "i8")])
_HEADER, _TRAILER = 19, 2
_POSTGRES_EPOCH = (date(2000, 1, 1) - date(1970, 1, 1)).days
_FORMATS = {"S16": "S16", "i4": ">i4", "i2": ">i2", "i1": ">i2", "?": "?", "i8": ">i8", "f8": ">f8"}
NUMBER_KEYS = tuple(k for k, key in KEYS.items() if key.shape.kind in {"bool", "int"} and not key.sensitive)
TEXT_KEYS = tuple(k for k, key in KEYS.items() if key.shape.kind in {"str", "date"} and not key.sensitive)


@dataclass(frozen=True)
class Said:
    """What a source last said of a key: whose, and numbers, or strings."""

    ids: Rows
    values: Rows


def _copied(query: Composable, of: np.dtype[Any]) -> Rows:
    """The rows of a query whose columns are of the lengths of ``of``, none of them NULL."""
    fields = [(name, kind.str.lstrip("<|").replace("b1", "?")) for name, (kind, *_rest) in (of.fields or {}).items()]
    parts: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in fields:
        parts += [(f"length of {name}", ">i4"), (name, _FORMATS[kind])]
    buffer = bytearray()
    with connection.cursor() as cursor, cursor.copy(SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)) as copy:
        for data in copy:
            buffer += data
    row = np.dtype(parts)
    raw = np.frombuffer(buffer, row, offset=_HEADER, count=(len(buffer) - _HEADER) // row.itemsize)
    if len(buffer) != _HEADER + raw.nbytes + _TRAILER or (raw["count"] != len(fields)).any():
        raise ValueError("a COPY whose rows are not of one length")
    rows = np.empty(len(raw), of)
    for name, _kind in fields:
        rows[name] = raw[name]
    return rows


def _codes(column: LiteralString, words: Sequence[str]) -> Composable:
    template = "(coalesce(array_position({}::text[], {}::text), 0) - 1)::int2"
    return SQL(template).format(Literal(list(words)), SQL(column))


def _among(column: LiteralString, ids: Sequence[UUID] | None) -> Composable:
    if ids is None:
        return SQL("TRUE")
    return SQL("{} = ANY({}::uuid[])").format(SQL(column), Literal(f"{{{','.join([one.hex for one in ids])}}}"))


def municipality_codes(homes: Sequence[UUID] | None = None) -> list[str]:
    """Those in which anybody lives, or those of ``homes``."""
    query = SQL("SELECT DISTINCT municipality_code FROM people_household WHERE {} ORDER BY 1")
    with connection.cursor() as cursor:
        cursor.execute(query.format(_among("id", homes)))
        return [code for (code,) in cursor.fetchall() if code]


def people(
    municipalities: Sequence[str], ids: Sequence[UUID] | None = None, homes: Sequence[UUID] | None = None
) -> Rows:
    """All residents, or those of ``ids``, or of whole households, in no order."""
    query = SQL(
        "SELECT r.id, r.household_id, r.birth_date, {gender}, {relation}, r.registered, {municipality}, {language},"
        " r.left_because = 'died', coalesce(h.longitude, 'NaN'), coalesce(h.latitude, 'NaN')"
        " FROM people_resident r JOIN people_household h ON h.id = r.household_id WHERE {wanted} AND {at_home}"
    ).format(
        gender=_codes("r.gender", GENDERS),
        relation=_codes("r.relation", RELATIONS),
        municipality=_codes("h.municipality_code", municipalities),
        language=_codes("r.language", LANGUAGES),
        wanted=_among("r.id", ids),
        at_home=_among("r.household_id", homes),
    )
    rows = _copied(query, PEOPLE)
    rows["birth"] += _POSTGRES_EPOCH
    return rows


def _newest(columns: Composable, keys: Sequence[str], ids: Sequence[UUID] | None, day: date) -> Composable:
    """The newest row of each resident, key and source among those that hold on ``day``."""
    return SQL(
        "SELECT DISTINCT ON (resident_id, key, source) {columns} FROM people_fact"
        " WHERE key = ANY({keys}) AND {wanted}"
        " AND (valid_from IS NULL OR valid_from <= {day}) AND (valid_to IS NULL OR valid_to >= {day})"
        " ORDER BY resident_id, key, source, learnt_at DESC, id DESC"
    ).format(columns=columns, keys=Literal(list(keys)), wanted=_among("resident_id", ids), day=Literal(day))


def said(ids: Sequence[UUID] | None, day: date) -> dict[tuple[str, str], Said]:
    """By key and source, of everybody or of ``ids``; what was taken back is left out."""
    found: dict[tuple[str, str], Said] = {}
    numbers = _numbers(ids, day)
    for place, key in enumerate(NUMBER_KEYS):
        of_key = numbers[numbers["key"] == place]
        for rank, source in enumerate(KEYS[key].sources):
            mine = of_key[of_key["source"] == rank]
            if len(mine):
                found[key, source.value] = Said(mine["id"], mine["value"])
    texts: dict[tuple[str, str], tuple[list[bytes], list[str]]] = {}
    for whose, key, by, text in _texts(ids, day):
        at = texts.setdefault((key, by), ([], []))
        at[0].append(whose)
        at[1].append(text)
    return found | {at: Said(np.array(who, "S16"), np.array(what, object)) for at, (who, what) in texts.items()}


def _numbers(ids: Sequence[UUID] | None, day: date) -> Rows:
    value = SQL(
        "CASE WHEN jsonb_typeof(value) = 'boolean' AND key = ANY({bools}) THEN value::bool::int::int8"
        " WHEN jsonb_typeof(value) = 'number' AND key <> ALL({bools}) AND scale(value::numeric) = 0"
        " AND abs(value::numeric) < 9223372036854775808 THEN value::int8 END"
    ).format(bools=Literal([key for key in NUMBER_KEYS if KEYS[key].shape.kind == "bool"]))
    newest = _newest(SQL("resident_id, key, source, {} AS value").format(value), NUMBER_KEYS, ids, day)
    source = SQL(" ").join(
        SQL("WHEN {} THEN array_position({}::text[], source::text)").format(
            Literal(key), Literal([source.value for source in KEYS[key].sources])
        )
        for key in NUMBER_KEYS
    )
    query = SQL(
        "SELECT resident_id, {key}, (coalesce(CASE key {source} END, 0) - 1)::int2, value"
        " FROM ({newest}) AS newest WHERE value IS NOT NULL"
    ).format(key=_codes("key", NUMBER_KEYS), source=source, newest=newest)
    return _copied(query, _NUMBERS)


def _texts(ids: Sequence[UUID] | None, day: date) -> list[tuple[bytes, str, str, str]]:
    newest = _newest(SQL("resident_id, key, source, value"), TEXT_KEYS, ids, day)
    query = SQL(
        "COPY (SELECT resident_id, key, source, value #>> '{{}}' FROM ({}) AS newest"
        " WHERE jsonb_typeof(value) = 'string') TO STDOUT"
    ).format(newest)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(["uuid", "text", "text", "text"])
        return [(whose.bytes, key, source, text) for whose, key, source, text in copy.rows()]


WHEREABOUTS = np.dtype([("id", "S16"), ("kind", "i1"), ("longitude", "f8"), ("latitude", "f8"), ("until", "i8")])
"""A place where a resident may be. ``kind`` counts KINDS; ``until`` is in seconds since 1970."""
KINDS = ("work", "school", "other", "now")
HELPERS = np.dtype([("person", "S16"), ("helper", "S16")])
NEVER = 2**62
"""Until further notice."""


def whereabouts(ids: Sequence[UUID] | None = None) -> Rows:
    """Where else than at home they may be, as far as that was not ended."""
    query = SQL(
        "SELECT w.resident_id, {kind}, w.longitude, w.latitude,"
        " coalesce(extract(epoch FROM w.until)::int8, {never}::int8)"
        " FROM people_whereabouts w WHERE w.ended_at IS NULL AND {wanted}"
    ).format(kind=_codes("w.kind", KINDS), never=Literal(NEVER), wanted=_among("w.resident_id", ids))
    return _copied(query, WHEREABOUTS)


def helpers(ids: Sequence[UUID] | None = None) -> Rows:
    """Who agreed to help whom, among residents."""
    query = SQL(
        "SELECT x.person_id, x.helper_id FROM people_helper x"
        " WHERE x.helper_id IS NOT NULL AND x.agreed_at IS NOT NULL AND x.ended_at IS NULL AND {wanted}"
    ).format(wanted=_among("x.person_id", ids))
    return _copied(query, HELPERS)


@dataclass(frozen=True)
class Changes:
    """Who, and which households, were written since a snapshot."""

    residents: list[UUID]
    households: list[UUID]


def noted_since(horizon: int, day: date, today: date) -> Changes | None:
    """What triggers noted of transactions not older than ``horizon``, and whose facts began or ended between the days.

    None where the notes do not tell: older ones were forgotten, or so much was written at once that nobody noted it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(floor AND transaction > %(horizon)s OR NOT floor AND coalesce(resident, household) IS NULL)"
            " FROM people_change WHERE transaction >= %(horizon)s",
            {"horizon": horizon},
        )
        if cursor.fetchone()[0]:
            return None
        cursor.execute(
            "SELECT DISTINCT resident, household FROM people_change WHERE transaction >= %s AND NOT floor", [horizon]
        )
        noted = cursor.fetchall()
        if day != today:
            cursor.execute(
                "SELECT resident_id, NULL FROM people_fact WHERE valid_from > %(day)s AND valid_from <= %(today)s"
                " UNION SELECT resident_id, NULL FROM people_fact WHERE valid_to >= %(day)s AND valid_to < %(today)s",
                {"day": min(day, today), "today": max(day, today)},
            )
            noted += cursor.fetchall()
    residents = {resident for resident, _home in noted if resident}
    return Changes(list(residents), list({home for _resident, home in noted if home}))


def _members(homes: Sequence[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_resident WHERE household_id = ANY(%s)", [list(homes)])
        return [resident for (resident,) in cursor.fetchall()]


def homes_of(ids: Sequence[UUID]) -> list[UUID]:
    """The households in which they live now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT household_id FROM people_resident WHERE id = ANY(%s)", [list(ids)])
        return [home for (home,) in cursor.fetchall()]


def forget_changes(before: datetime) -> None:
    """Forget the notes from before a moment, and say so to snapshots that are older."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_change WHERE at < %s RETURNING transaction + 1", [before])
        floor = max((number for (number,) in cursor.fetchall()), default=None)
        if floor is not None:
            cursor.execute("INSERT INTO people_change (transaction, at, floor) VALUES (%s, now(), true)", [floor])


def forget_foreign_changes() -> None:
    """Forget notes of transactions that are yet to come: they came with a copy of another database."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_change WHERE transaction > pg_current_xact_id()::text::bigint + 1")


def changed_since(horizon: int, day: date, today: date, most: int) -> list[UUID]:
    """Up to ``most`` residents with a row of a transaction not older than ``horizon``, or with a fact that began or
    ended between the days; those who are gone too, where it was noted.

    Where the notes do not tell, all rows are looked at: PostgreSQL keeps in each which transaction wrote it. An age
    beyond 2^31 transactions wraps around, and then more is read than was needed.
    """
    noted = noted_since(horizon, day, today)
    if noted:
        return list({*noted.residents, *_members(noted.households)})[:most]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH since AS (SELECT pg_current_xact_id()::text::bigint - %(horizon)s AS age)
            SELECT r.id FROM people_resident r, since WHERE age(r.xmin) <= since.age
            UNION SELECT r.id FROM people_resident r JOIN people_household h ON h.id = r.household_id, since
                WHERE age(h.xmin) <= since.age
            UNION SELECT f.resident_id FROM people_fact f, since
                WHERE age(f.xmin) <= since.age
                OR (f.valid_from > %(day)s AND f.valid_from <= %(today)s)
                OR (f.valid_to >= %(day)s AND f.valid_to < %(today)s)
            UNION SELECT w.resident_id FROM people_whereabouts w, since WHERE age(w.xmin) <= since.age
            UNION SELECT x.person_id FROM people_helper x, since WHERE age(x.xmin) <= since.age
            LIMIT %(most)s
            """,
            {"horizon": horizon, "day": day, "today": today, "most": most},
        )
        return [resident for (resident,) in cursor.fetchall()]


def database() -> str:
    """Which database this is: transactions of another, or of a copy of this one, are counted apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def horizon() -> int:
    """The oldest transaction that may not be seen yet: all before it is in what is read from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def count() -> int:
    """How many residents there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_resident")
        return int(cursor.fetchone()[0])
