"""The months into which messages and deliveries are divided, made ahead of time."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier, Literal

from todoke.kernel import clock

TABLES = {"messages_message": "id", "messages_delivery": "message_id"}
AHEAD = 3


def make_partitions(cursor: Any, *, since: date, months_ahead: int = AHEAD) -> int:
    """Make what is missing from the month of ``since`` to ``months_ahead`` after this one; how many were made.

    Rows of such a month that went to the default partition meanwhile are moved. A partition is attached, not created
    in place: that would wait for every reader and stop every writer.
    """
    made = 0
    for first, following in _months(since, months_ahead):
        for table, key in TABLES.items():
            name = f"{table}_{first:%Y_%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                _make(cursor, table, key, name, first, following)
                made += 1
    return made


def id_at(moment: datetime) -> UUID:
    """The lowest id of that millisecond."""
    return UUID(int=round(moment.timestamp() * 1000) << 80)


def _make(cursor: Any, table: str, key: str, name: str, first: date, following: date) -> None:
    names = {
        "name": Identifier(name),
        "table": Identifier(table),
        "default": Identifier(f"{table}_default"),
        "key": Identifier(key),
        "low": Literal(id_at(_midnight(first))),
        "high": Literal(id_at(_midnight(following))),
    }
    for statement in (
        "CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        "WITH moved AS (DELETE FROM {default} WHERE {key} >= {low} AND {key} < {high} RETURNING *)"
        " INSERT INTO {name} SELECT * FROM moved",
        "ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})",
    ):
        cursor.execute(SQL(statement).format(**names))


def _months(since: date, ahead: int) -> Iterator[tuple[date, date]]:
    today = clock.today()
    for number in range(since.year * 12 + since.month - 1, today.year * 12 + today.month + ahead):
        yield date(number // 12, number % 12 + 1, 1), date((number + 1) // 12, (number + 1) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.JAPAN)
