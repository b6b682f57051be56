"""A data set as a file: streamed out of the database, in memory that does not grow with it.

The database writes the lines itself (COPY), so that a stream is about as fast as it can be read.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Composable, Identifier

from todoke.loops.improve.open_data.querying import Query
from todoke.loops.improve.open_data.types import Column, ColumnType, DataSet, Format

LINES_AT_ONCE = 500
MARK = b"\xef\xbb\xbf"
ROWS_AT_ONCE = 20_000

_OUTSIDE_JSON = SQL("FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'")
"""JSON has no such characters unescaped: so each line is an object as it is."""


def stream(data_set: DataSet, form: Format, query: Query | None = None, *, mark: bool | None = None) -> Iterator[bytes]:
    """The bytes of a file of the rows that ``query`` names; of all without it.

    ``mark``: whether a CSV begins with a byte order mark; None: as the data set's files do.
    """
    query = query or Query()
    if form is Format.PARQUET:
        return parquet(data_set, query)
    if form is Format.JSON:
        return json_lines(data_set, query)
    return csv_lines(data_set, query, data_set.mark if mark is None else mark)


def _rows(data_set: DataSet, query: Query, shown: Sequence[Composable]) -> tuple[Composable, list[Any]]:
    relation = data_set.relation()
    condition, parameters = query.where()
    direction = SQL("DESC") if query.descending else SQL("ASC")
    order = [*([query.sort.sql] if query.sort else []), data_set.key]
    statement = SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
        SQL(", ").join(shown),
        relation.sql,
        condition,
        SQL(", ").join([SQL("{} {}").format(one, direction) for one in order]),
    )
    return statement, [*relation.parameters, *parameters]


def _columns(data_set: DataSet, query: Query) -> tuple[Column, ...]:
    return query.fields or data_set.columns


def csv_lines(data_set: DataSet, query: Query, mark: bool) -> Iterator[bytes]:
    """One header line with the columns' names, then a line for each row (RFC 4180, but line feeds alone)."""
    columns = _columns(data_set, query)
    head = io.StringIO()
    csv.writer(head, lineterminator="\n").writerow([column.name for column in columns])
    yield (MARK if mark else b"") + head.getvalue().encode()
    for lines in _copied(*_rows(data_set, query, [column.line for column in columns]), SQL("FORMAT csv")):
        yield b"".join(lines)


def json_lines(data_set: DataSet, query: Query) -> Iterator[bytes]:
    """An array of objects, one a line."""
    columns = _columns(data_set, query)
    statement, parameters = _rows(
        data_set, query, [SQL("{} AS {}").format(column.value, Identifier(column.name)) for column in columns]
    )
    between = b"[\n"
    objects = SQL("SELECT row_to_json(r) FROM ({}) AS r").format(statement)
    for lines in _copied(objects, parameters, _OUTSIDE_JSON):
        yield between + b",\n".join([bytes(line)[:-1] for line in lines])
        between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def _copied(statement: Composable, parameters: list[Any], options: Composable) -> Iterator[list[bytes | memoryview]]:
    """Lines as the database sends them, LINES_AT_ONCE at a time."""
    with connection.cursor() as cursor:
        copying = SQL("COPY ({}) TO STDOUT ({})").format(statement, options)
        with cursor.copy(copying, parameters) as copy:
            while lines := list(islice(copy, LINES_AT_ONCE)):
                yield lines


def parquet(data_set: DataSet, query: Query) -> Iterator[bytes]:
    """Typed columns; a row group for each ROWS_AT_ONCE rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(data_set, query)
    types = {
        ColumnType.INTEGER: pa.int64(),
        ColumnType.NUMBER: pa.float64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.DATE: pa.date32(),
        ColumnType.MOMENT: pa.timestamp("ms", tz="Asia/Tokyo"),
    }
    schema = pa.schema([pa.field(column.name, types.get(column.type, pa.string())) for column in columns])
    shown = [_typed(column) for column in columns]
    sink = _Sink()
    with (
        transaction.atomic(),
        connection.chunked_cursor() as cursor,
        pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer,
    ):
        cursor.execute(*_rows(data_set, query, shown))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            arrays = [
                pa.array(values, type=field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield from sink.taken()
    yield from sink.taken()


def _typed(column: Column) -> Composable:
    if column.type is ColumnType.NUMBER:
        return SQL("({})::double precision").format(column.sql)
    return column.sql if column.type in {ColumnType.MOMENT, ColumnType.DATE} else column.value


class _Sink(io.RawIOBase):
    """Takes what is written, and gives it on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, part: Any) -> int:
        """Keep it."""
        kept = bytes(part)
        self._parts.append(kept)
        self._at += len(kept)
        return len(kept)

    def tell(self) -> int:
        """How much was written."""
        return self._at

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        yield from parts
