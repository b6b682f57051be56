"""Messages to many, written in one go."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from todoke.exchange.messages.jobs import dispatch
from todoke.exchange.messages.models import Mailing, Wording
from todoke.exchange.messages.types import Batch, Priority
from todoke.kernel import clock, events
from todoke.kernel.errors import TodokeError

JOB = 1000
"""Messages of one job: small enough to give way, large enough for a queue that does some hundred jobs a second."""

BLOCK = 25_000
"""Rows that are made and handed to the database at a time."""

COLUMNS = "id, resident_id, wording_id, values, language, municipality_code, created_at"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From which PostgreSQL counts its microseconds."""

Bytes = NDArray[np.uint8]


class AnotherBatchError(TodokeError):
    """この時刻の送信は、別の内容で登録されています。"""

    code = "another-batch"
    status = 409


class StoppedWordingError(TodokeError):
    """この文面は取り消されました。"""

    code = "stopped-wording"
    status = 409


@transaction.atomic
def write_many(*, wording: Wording | Sequence[Wording], batch: Batch) -> Mailing:
    """Write a message for each row of ``batch``, and the jobs that send them out; all of it or nothing.

    Called again with the same batch (wording and ``started_at``), it changes nothing. Several wordings are variants of
    one text, with one ``about``, of which ``batch.variants`` says who gets which.
    """
    wordings = [wording] if isinstance(wording, Wording) else list(wording)
    if Wording.objects.select_for_update(no_key=True).filter(pk=wordings[0].pk, stopped_at__isnull=False).exists():
        raise StoppedWordingError
    if len({one.about for one in wordings}) != 1:
        raise ValueError("wordings of one batch are about one matter")
    started_at = _to_milliseconds(batch.started_at)
    mailing, new = Mailing.objects.get_or_create(
        wording=wordings[0], started_at=started_at, defaults={"count": len(batch)}
    )
    if not new:
        if mailing.count != len(batch):
            raise AnotherBatchError
        return mailing
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY messages_message ({COLUMNS}) FROM STDIN (FORMAT binary)") as copy,
    ):
        for block in _blocks(mailing, wordings, batch):
            copy.write(block)
    priority = min(Priority(one.priority) for one in wordings)
    dispatch.enqueue_many(
        [
            {"mailing": mailing.pk, "first": first, "count": min(JOB, len(batch) - first)}
            for first in range(0, len(batch), JOB)
        ],
        priority=priority.of_job,
    )
    events.tell("messages.written", mailing=mailing, batch=batch)
    return mailing


def stop_wording(*, wording: Wording) -> None:
    """Call a message back: what is not sent yet is not sent, and leaves the inboxes that nobody was told of."""
    Wording.objects.filter(pk=wording.pk, stopped_at__isnull=True).update(stopped_at=clock.now())


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _blocks(mailing: Mailing, wordings: Sequence[Wording], batch: Batch) -> Iterator[bytes]:
    """COPY's binary form, which PostgreSQL reads in half the time of its text form; rows are put together by column."""
    yield b"PGCOPY\n\xff\r\n\0" + bytes(8)
    numbers = np.array([one.pk for one in wordings], ">i8")
    created = np.array([round((mailing.started_at - EPOCH) / timedelta(microseconds=1))], ">i8").tobytes()
    residents = _rows(batch.residents)
    if residents.shape != (len(batch), 16):
        raise ValueError("residents are 16 bytes each")
    for start in range(0, len(batch), BLOCK):
        part = slice(start, min(start + BLOCK, len(batch)))
        size = part.stop - part.start
        variants = np.zeros(size, np.intp) if batch.variants is None else batch.variants[part].astype(np.intp)
        values = {name: column[part] for name, column in batch.values.items()}
        fields = [
            _fixed(_ids(mailing, start, size)),
            _fixed(residents[part]),
            _fixed(_rows(numbers[variants])),
            _padded(_values(values, size)),
            _padded(_text(batch.languages[part])),
            _padded(_text(batch.municipalities[part])),
            _fixed(np.broadcast_to(np.frombuffer(created, np.uint8), (size, 8))),
        ]
        yield _lines(fields, size)
    yield b"\xff\xff"


def _lines(fields: Sequence["Field"], size: int) -> bytes:
    """A row's number of fields, then each one's length and bytes; what pads a text is left out."""
    lines = np.empty((size, 2 + sum(4 + field.rows.shape[1] for field in fields)), np.uint8)
    kept = np.ones(lines.shape, bool)
    lines[:, :2] = (0, len(fields))
    at = 2
    for field in fields:
        lines[:, at : at + 4] = field.lengths.astype(">i4").view(np.uint8).reshape(-1, 4)
        at += 4
        until = at + field.rows.shape[1]
        lines[:, at:until] = field.rows
        if field.padded:
            kept[:, at:until] = field.rows != 0
        at = until
    return lines[kept].tobytes()


class Field(NamedTuple):
    """A column of bytes."""

    rows: Bytes
    lengths: NDArray[Any]
    padded: bool


def _fixed(rows: Bytes) -> Field:
    return Field(rows, np.array([rows.shape[1]]), padded=False)


def _padded(rows: Bytes) -> Field:
    return Field(rows, np.count_nonzero(rows, axis=1), padded=True)


def _ids(mailing: Mailing, start: int, size: int) -> Bytes:
    halves = np.empty((size, 2), ">u8")
    first = mailing.message_id(start).int
    halves[:, 0] = first >> 64
    halves[:, 1] = np.arange(size, dtype=np.uint64) + np.uint64(first & (1 << 64) - 1)
    return halves.view(np.uint8)


def _values(columns: Mapping[str, NDArray[Any]], size: int) -> Bytes:
    """As JSON objects."""
    pieces: list[Bytes] = []

    def constant(text: str) -> None:
        pieces.append(np.broadcast_to(np.frombuffer(text.encode(), np.uint8), (size, len(text.encode()))))

    for number, (name, column) in enumerate(columns.items()):
        constant(("," if number else "{") + f'"{name}":')
        if column.dtype.kind in "iu":
            pieces.append(_numbers(column))
        else:
            constant('"')
            pieces.append(_text(column))
            constant('"')
    if columns:
        constant("}")
    return np.concatenate(pieces, axis=1) if pieces else np.zeros((size, 0), np.uint8)


def _rows(column: NDArray[Any]) -> Bytes:
    """The bytes of each item as a row."""
    if column.ndim == 2:
        return column
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), column.dtype.itemsize)


def _text(column: NDArray[Any]) -> Bytes:
    if column.dtype.kind != "S":
        raise TypeError(f"texts are arrays of bytes, not of {column.dtype}")
    rows = _rows(column)
    if _unfit()[rows].any():
        raise ValueError("a text with a quotation mark, a backslash or a control character")
    return rows


def _numbers(column: NDArray[Any]) -> Bytes:
    if len(column) and column.min() < 0:
        raise ValueError("numbers are not below 0")
    small = len(column) == 0 or column.max() < len(_digits())
    return _rows(_digits()[column] if small else column.astype("S20"))


@cache
def _digits() -> NDArray[np.bytes_]:
    return np.arange(100_000).astype("S5")


@cache
def _unfit() -> NDArray[np.bool_]:
    unfit = np.zeros(256, bool)
    unfit[1:32] = unfit[ord('"')] = unfit[ord("\\")] = unfit[127] = True
    return unfit
