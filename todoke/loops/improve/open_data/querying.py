"""A question to a data set, and a page of its answer.

Pages follow one another by the last row's place (keyset), never by counting rows: the thousandth costs what the first
does. Rows without the value that is sorted by come last, or first where the order is turned round, as PostgreSQL's
indexes have them.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import DataError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled
from psycopg.sql import SQL, Composable, Identifier

from todoke.loops.improve.open_data.errors import BadQueryError, TooCostlyError
from todoke.loops.improve.open_data.types import Column, ColumnType, DataSet

PATIENCE = "3s"
"""The longest that a page may take."""

MOST = 1000
USUAL = 100
LONGEST = 500
"""Characters of a value that is looked for."""

COUNTED = 10_000
"""Rows are counted no further."""

_COMPARISONS: Mapping[str, SQL] = {
    "ne": SQL("IS DISTINCT FROM"),
    "gt": SQL(">"),
    "gte": SQL(">="),
    "lt": SQL("<"),
    "lte": SQL("<="),
}
WAYS = (*_COMPARISONS, "in", "contains", "empty")
RESERVED = frozenset({"limit", "cursor", "sort", "fields", "bom"})


@dataclass(frozen=True)
class Filter:
    """What a column's value has to be."""

    column: Column
    way: str
    values: tuple[Any, ...]

    def sql(self) -> tuple[Composable, list[Any]]:
        """A condition with its parameters."""
        compared = self.column.sql
        if self.way == "empty":
            nothing = SQL("({} IS NULL OR ({})::text = '')").format(compared, compared)
            return (nothing if self.values[0] else SQL("NOT {}").format(nothing)), []
        if self.way == "contains":
            # Of LIKE the planner knows how rare it is, of strpos it does not.
            plainly = re.sub(r"([\\%_])", r"\\\1", str(self.values[0]))
            return SQL("({})::text LIKE %s").format(compared), [f"%{plainly}%"]
        one = SQL("%s::{}").format(self.column.cast)
        if self.way == "in":
            listed = SQL(", ").join([one] * len(self.values))
            return SQL("{} IN ({})").format(compared, listed), list(self.values)
        return SQL("{} {} {}").format(compared, _COMPARISONS.get(self.way, SQL("=")), one), list(self.values)


@dataclass(frozen=True)
class Query:
    """Which rows of a data set, in which order, which of their columns."""

    filters: tuple[Filter, ...] = ()
    sort: Column | None = None
    descending: bool = False
    fields: tuple[Column, ...] = ()
    limit: int = USUAL
    cursor: str = ""

    def where(self) -> tuple[Composable, list[Any]]:
        """All filters as one condition."""
        parts = [one.sql() for one in self.filters]
        condition = SQL(" AND ").join([SQL("({})").format(sql) for sql, _values in parts]) if parts else SQL("true")
        return condition, [value for _sql, values in parts for value in values]


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next ones begin; ``after`` is empty at the end."""

    rows: list[tuple[Any, ...]]
    after: str


def parse_query(data_set: DataSet, given: Mapping[str, Sequence[str]], *, most: int = MOST) -> Query:
    """The question of an address: ``column=value``, ``column__gte=value``, ``sort=-column``, ``fields=a,b``, …

    Raises BadQueryError, which names what is wrong.
    """
    filters: list[Filter] = []
    for name, values in given.items():
        if name not in RESERVED:
            filters += [_filter(data_set, name, value) for value in values]
    if len(filters) > 20:
        raise BadQueryError(name=_("条件の数"), problem=_("多すぎます（20まで）"))
    asked = {name: given[name][-1] for name in RESERVED if given.get(name)}
    sort = asked.get("sort", "")
    wanted = tuple(_column(data_set, name, "fields") for name in asked.get("fields", "").split(",") if name)
    return Query(
        filters=tuple(filters),
        sort=_column(data_set, sort.removeprefix("-"), "sort") if sort else None,
        descending=sort.startswith("-"),
        fields=tuple(dict.fromkeys(wanted)),
        limit=_limit(asked.get("limit", ""), most),
        cursor=asked.get("cursor", ""),
    )


def _limit(given: str, most: int) -> int:
    if not given:
        return min(USUAL, most)
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= most):
        raise BadQueryError(name="limit", problem=_("1から{most}までの数ではありません").format(most=most))
    return int(given)


def _column(data_set: DataSet, name: str, where: str) -> Column:
    column = data_set.by_name.get(name)
    if column is None:
        raise BadQueryError(name=where, problem=_("「{name}」という列はありません").format(name=name[:60]))
    return column


def _filter(data_set: DataSet, name: str, value: str) -> Filter:
    base, _underscores, way = name.rpartition("__")
    if name in data_set.by_name or way not in WAYS:
        base, way = name, ""
    column = data_set.by_name.get(base)
    if column is None:
        raise BadQueryError(name=name[:60], problem=_("その列はありません"))
    if len(value) > LONGEST or "\0" in value:
        raise BadQueryError(name=name, problem=_("値が長すぎるか、使えない文字があります"))
    if way == "empty":
        if value not in {"true", "false"}:
            raise BadQueryError(name=name, problem=_("true か false ではありません"))
        return Filter(column, way, (value == "true",))
    if way == "contains":
        return Filter(column, way, (value,))
    values = value.split(",") if way == "in" else [value]
    return Filter(column, way, tuple(_value(column, name, one) for one in values))


def _value(column: Column, name: str, text: str) -> Any:
    try:
        match column.type:
            case ColumnType.INTEGER:
                return _whole(text)
            case ColumnType.NUMBER:
                return _number(text)
            case ColumnType.DATE:
                return date.fromisoformat(text)
            case ColumnType.MOMENT:
                # A plus sign in an address is read as a space.
                return datetime.fromisoformat(text.replace(" ", "+")).isoformat()
            case ColumnType.BOOLEAN:
                return {"true": True, "false": False}[text]
            case _:
                return text
    except (ValueError, KeyError, InvalidOperation):
        problem = _("「{value}」は、この列の値として読めません").format(value=text[:60])
        raise BadQueryError(name=name, problem=problem) from None


def _whole(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ValueError(text)
    return value


@contextmanager
def patient() -> Iterator[Any]:
    """A cursor for what is asked by anybody: given up after PATIENCE.

    Raises TooCostlyError, and BadQueryError for a value that the database reads otherwise than Python.
    """
    inside = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'; SET LOCAL random_page_cost = 1.1")
            yield cursor
            if inside:
                cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL random_page_cost TO DEFAULT")
    except DataError as error:
        raise BadQueryError(name="query", problem=_("値を読めません")) from error
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooCostlyError from error
        raise


def page_of(data_set: DataSet, query: Query, shown: Sequence[Composable]) -> Page:
    """A page with the expressions ``shown``. Raises BadQueryError for a cursor of another question, TooCostlyError."""
    place = _Place.read(query)
    relation = data_set.relation()
    condition, parameters = query.where()
    key_type = SQL(data_set.key_type)
    sign, direction = (SQL("<"), SQL("DESC")) if query.descending else (SQL(">"), SQL("ASC"))
    sort = query.sort
    found: list[tuple[Any, ...]] = []
    segments = _segments(query)
    if place:
        segments = segments[segments.index(place.empty) :]
    with patient() as cursor:
        for number, empty in enumerate(segments):
            begins = place if number == 0 else None
            parts, values = [condition], [*parameters]
            if sort and empty:
                parts.append(SQL("{} IS NULL").format(sort.sql))
            elif sort and not sort.required:
                parts.append(SQL("{} IS NOT NULL").format(sort.sql))
            if begins and sort and not empty:
                one = SQL("({}, {}) {} (%s::{}, %s::{})")
                parts.append(one.format(sort.sql, data_set.key, sign, sort.cast, key_type))
                values += [begins.value, begins.key]
            elif begins:
                parts.append(SQL("{} {} %s::{}").format(data_set.key, sign, key_type))
                values.append(begins.key)
            order = [sort.sql, data_set.key] if sort and not empty else [data_set.key]
            cursor.execute(
                SQL("SELECT {}, {}::text, {}::text FROM {} WHERE {} ORDER BY {} LIMIT %s").format(
                    SQL(", ").join(shown),
                    sort.sql if sort and not empty else SQL("NULL"),
                    data_set.key,
                    relation.sql,
                    SQL(" AND ").join(parts),
                    SQL(", ").join([SQL("{} {}").format(one, direction) for one in order]),
                ),
                [*relation.parameters, *values, query.limit + 1 - len(found)],
            )
            found += [(*row, empty) for row in cursor.fetchall()]
            if len(found) > query.limit:
                break
    after = ""
    if len(found) > query.limit:
        *_shown, value, key, empty = found[query.limit - 1]
        after = _Place(bool(empty), value, key, _order_of(query)).written()
    return Page([row[:-3] for row in found[: query.limit]], after)


def _segments(query: Query) -> tuple[bool, ...]:
    """Rows without a value to sort by stand apart, so that each part can go along an index."""
    if query.sort is None or query.sort.required:
        return (False,)
    return (True, False) if query.descending else (False, True)


def _order_of(query: Query) -> str:
    return f"{'-' if query.descending else ''}{query.sort.name if query.sort else ''}"


@dataclass(frozen=True)
class _Place:
    """Where a page ended: whether among rows without a value, else the value, and the key."""

    empty: bool
    value: str | None
    key: str
    order: str

    def written(self) -> str:
        """As it stands in an address."""
        text = json.dumps([self.empty, self.value, self.key, self.order], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, query: Query) -> "_Place | None":
        """Raises BadQueryError."""
        if not query.cursor:
            return None
        try:
            padded = query.cursor + "=" * (-len(query.cursor) % 4)
            empty, value, key, order = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
            if not (isinstance(empty, bool) and isinstance(key, str) and order == _order_of(query)):
                raise ValueError(order)
            if not isinstance(value, str | None):
                raise ValueError(order)
            _whole(key)
            if empty not in _segments(query):
                raise ValueError(order)
            if query.sort and not empty:
                _value(query.sort, "cursor", value or "")
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error, BadQueryError):
            raise BadQueryError(name="cursor", problem=_("この並べ方の続きではありません")) from None
        return cls(empty, value, key, order)


def count_up_to(data_set: DataSet, query: Query, most: int = COUNTED) -> int:
    """How many rows there are; ``most`` + 1 where there are more. Raises TooCostlyError."""
    relation = data_set.relation()
    condition, parameters = query.where()
    with patient() as cursor:
        cursor.execute(
            SQL("SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT %s) AS counted").format(relation.sql, condition),
            [*relation.parameters, *parameters, most + 1],
        )
        return int(cursor.fetchone()[0])


def as_record(columns: Sequence[Column]) -> Composable:
    """A row as one JSON object, by the columns' names."""
    named = [SQL("{} AS {}").format(column.value, Identifier(column.name)) for column in columns]
    return SQL("(SELECT row_to_json(r)::text FROM (SELECT {}) AS r)").format(SQL(", ").join(named))


def records(data_set: DataSet, query: Query) -> Page:
    """A page of JSON objects, each as text. Raises BadQueryError, TooCostlyError."""
    return page_of(data_set, query, [as_record(query.fields or data_set.columns)])


def cells(data_set: DataSet, query: Query, columns: Sequence[Column]) -> Page:
    """A page of rows of text, of the given columns. Raises BadQueryError, TooCostlyError."""
    return page_of(data_set, query, [column.words for column in columns])
