"""What became of everybody who was told of a matter, however often: a person counts once, by what was last heard.

Messages of a mailing lie side by side, and an id ends with the message's place in it: so what was delivered and
answered is put together in arrays, without a join.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import Cursor

from todoke.exchange.messages.models import Mailing
from todoke.exchange.messages.types import Answer

ANSWERS = tuple(Answer)
NOTHING = -1
_PLACE = np.uint64((1 << Mailing.WIDTH) - 1)
_MESSAGES = """
SELECT string_agg(uuid_send(id), ''), string_agg(uuid_send(resident_id), ''), string_agg(int8send(wording_id), ''),
       string_agg(rpad(municipality_code, 5)::bytea, ''), string_agg(boolsend(read_at IS NOT NULL), '')
  FROM messages_message WHERE id BETWEEN %(low)s AND %(high)s AND resident_id IS NOT NULL
"""
_WAYS = """
SELECT string_agg(uuid_send(message_id), ''), string_agg(boolsend(channel = 'inbox'), ''),
       string_agg(boolsend(state IN ('sent', 'delivered', 'read')), ''),
       string_agg(boolsend(state IN ('created', 'sending')), '')
  FROM messages_delivery WHERE message_id BETWEEN %(low)s AND %(high)s
"""
_REPLIES = """
SELECT string_agg(uuid_send(message_id), ''), string_agg(int8send(id), ''),
       string_agg(int4send(array_position(%(answers)s, answer::text) - 1), ''),
       string_agg(float8send(extract(epoch FROM at)::float8), '')
  FROM messages_reply WHERE message_id BETWEEN %(low)s AND %(high)s
"""
"""Each column of all rows as one value of bytes, which numpy takes as it is."""


@dataclass(frozen=True)
class People:
    """Those who were told, a row for each; ``message`` is the newest they got, or the one that they last answered."""

    resident: NDArray[Any]
    message: NDArray[Any]
    wording: NDArray[Any]
    municipality: NDArray[Any]
    reached: NDArray[Any]
    """A channel besides the inbox took it, or they opened or answered it."""

    waiting: NDArray[Any]
    """It is still being sent. Who is neither reached nor waited for is not reached by any channel."""

    answer: NDArray[Any]
    """The place in ANSWERS; NOTHING for none."""

    at: NDArray[Any]
    """When they answered, and of the others when they were told: seconds since 1970."""

    def __len__(self) -> int:
        return len(self.resident)

    @property
    def unreached(self) -> NDArray[Any]:
        """Whom no channel reached."""
        return np.asarray(~self.reached & ~self.waiting)

    def residents(self, rows: NDArray[Any]) -> list[UUID]:
        """Their ids."""
        return [UUID(bytes=one.ljust(16, b"\0")) for one in self.resident[rows].tolist()]

    def messages(self, rows: NDArray[Any]) -> list[UUID]:
        """The ids of their messages."""
        return [UUID(bytes=one.ljust(16, b"\0")) for one in self.message[rows].tolist()]

    def count(self) -> dict[str, dict[str, int]]:
        """By municipality: people, reached, waiting, unreached, silent, and each answer; they add up to people."""
        codes, number = np.unique(self.municipality, return_inverse=True)
        silent = (self.answer == NOTHING) & ~self.unreached

        def by_code(mask: NDArray[Any]) -> list[int]:
            return [int(n) for n in np.bincount(number[mask], minlength=len(codes))]

        columns: dict[str, list[int]] = {
            "people": by_code(np.ones(len(self), bool)),
            "reached": by_code(self.reached),
            "waiting": by_code(self.waiting & ~self.reached),
            "unreached": by_code(self.unreached),
            "silent": by_code(silent),
            **{str(answer): by_code(self.answer == number_of) for number_of, answer in enumerate(ANSWERS)},
        }
        return {
            code.decode().strip(): {name: column[place] for name, column in columns.items()}
            for place, code in enumerate(codes.tolist())
        }


def people_told(abouts: Collection[str], *, without_variant: str = "") -> People:
    """Everybody who was told of matters, but by wordings of a variant."""
    rows = Mailing.objects.filter(wording__about__in=list(abouts), count__gt=0).order_by("started_at", "pk")
    if without_variant:
        rows = rows.exclude(wording__variant=without_variant)
    mailings = list(rows)
    return _last_heard([_told(mailing) for mailing in mailings])


def _told(mailing: Mailing) -> People:
    span = {"low": mailing.message_id(0), "high": mailing.message_id(mailing.count - 1)}
    ids, residents, wordings, municipalities, read = _columns(_MESSAGES, ("S16", "S16", ">i8", "S5", "?"), span)
    carried_ids, inbox, took, waits = _columns(_WAYS, ("S16", "?", "?", "?"), span)
    answers = {"answers": [str(answer) for answer in ANSWERS]}
    answered_ids, numbers, given, moments = _columns(_REPLIES, ("S16", ">i8", ">i4", ">f8"), span | answers)
    taken, waiting, carried = (np.zeros(mailing.count, bool) for _ in range(3))
    at = _places(carried_ids)
    carried[at] = True
    taken[at[took & ~inbox]] = True
    waiting[at[waits & ~inbox]] = True
    answer, when = np.full(mailing.count, NOTHING, np.int8), np.full(mailing.count, mailing.started_at.timestamp())
    oldest_first = np.argsort(numbers, kind="stable")
    answered = _places(answered_ids)[oldest_first]
    answer[answered], when[answered] = given[oldest_first], moments[oldest_first]
    mine = _places(ids)
    said = answer[mine] != NOTHING
    return People(
        resident=residents,
        message=ids,
        wording=wordings.astype(np.int64),
        municipality=municipalities,
        reached=taken[mine] | read | said,
        waiting=waiting[mine] | ~carried[mine],
        answer=answer[mine],
        at=when[mine],
    )


def _last_heard(parts: Sequence[People]) -> People:
    """Of each person the newest answer, else the newest message, and whether anything reached them."""
    if not parts:
        none, flags = np.zeros(0, "S16"), np.zeros(0, bool)
        whole = np.zeros(0, np.int64)
        return People(none, none, whole, np.zeros(0, "S5"), flags, flags, np.zeros(0, np.int8), np.zeros(0))
    if len(parts) == 1:
        return parts[0]
    joined = People(*(np.concatenate([getattr(part, name) for part in parts]) for name in People.__dataclass_fields__))
    first, second = _halves(joined.resident)
    order = np.lexsort((joined.at, joined.answer != NOTHING, second, first))
    first, second = first[order], second[order]
    ends = np.ones(len(order), bool)
    ends[:-1] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    person = np.cumsum(ends) - ends
    last = order[ends]

    def anything(mask: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(np.bincount(person, weights=mask[order], minlength=len(last)) > 0)

    return People(
        resident=joined.resident[last],
        message=joined.message[last],
        wording=joined.wording[last],
        municipality=joined.municipality[last],
        reached=anything(joined.reached),
        waiting=anything(joined.waiting),
        answer=joined.answer[last],
        at=joined.at[last],
    )


def _halves(ids: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    numbers = np.ascontiguousarray(ids).view(">u8").reshape(-1, 2).astype(np.uint64)
    return numbers[:, 0], numbers[:, 1]


def _places(ids: NDArray[Any]) -> NDArray[Any]:
    """Of messages in their mailing."""
    return (_halves(ids)[1] & _PLACE).astype(np.int64)


def _columns(sql: str, kinds: Sequence[str], given: dict[str, Any]) -> list[NDArray[Any]]:
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        row = cursor.execute(sql, given, binary=True).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    return [np.frombuffer(column or b"", kind) for column, kind in zip(row, kinds, strict=True)]
