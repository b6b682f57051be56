"""Writes of many deliveries in one statement each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from todoke.exchange.messages.models import ContactPoint
from todoke.exchange.messages.types import Failure, Priority, State
from todoke.kernel import clock

LEASE = timedelta(minutes=10)
"""What a job has in hand is looked at again after so long, should the job be gone."""

UNTRIED = (Failure.EXPIRED, Failure.STOPPED, Failure.CHANNEL_OFF)
"""What ends a delivery before anything is handed to a provider."""


class New(NamedTuple):
    """A delivery that begins."""

    message: UUID
    channel: str
    state: State
    priority: Priority
    resident: UUID | None = None
    contact: int | None = None
    failure: str = ""
    next_attempt_at: datetime | None = None


class Ended(NamedTuple):
    """What an attempt came to."""

    message: UUID
    channel: str
    state: State
    failure: Failure | None
    provider_id: str
    next_attempt_at: datetime | None


def insert(rows: Iterable[New]) -> None:
    """Those that are there stay as they are."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return
    messages, channels, states, priorities, residents, contacts, failures, times = columns
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messages_delivery (message_id, channel, state, priority, attempts, resident_id, contact,"
            " failure, next_attempt_at, changed_at)"
            " SELECT m, c, s, p, 0, r, k, f, n, %s FROM unnest(%s::uuid[],"
            " %s::text[], %s::text[], %s::int[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[])"
            " AS t (m, c, s, p, r, k, f, n) ON CONFLICT DO NOTHING",
            [
                clock.now(),
                uuids(messages),
                array(channels),
                array(states),
                array(int(priority) for priority in priorities),
                uuids(residents),
                array(contacts),
                array(failures),
                array(times),
            ],
        )


def lock(messages: str, channels: Iterable[str]) -> None:
    """Hold deliveries (``uuids``) until the transaction ends, in the order of everybody: no two wait in a ring.

    A statement of its own. Locking and changing in one, with rows that another session changes meanwhile, has made
    PostgreSQL 18.6 fall over on partitioned tables.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM messages_delivery WHERE message_id = ANY(%s::uuid[]) AND channel = ANY(%s::text[])"
            " ORDER BY message_id, channel FOR UPDATE",
            [messages, array(set(channels))],
        )


@transaction.atomic
def claim(deliveries: Sequence[tuple[UUID, str]]) -> list[tuple[UUID, str, int, str, int | None, Priority]]:
    """Take in hand those of them that are not sent yet: message, channel, which attempt, address, contact, priority.

    An attempt counts when it is over (``record``): what is taken in hand and put down again has not been tried.
    """
    if not deliveries:
        return []
    now = clock.now()
    messages, channels = zip(*deliveries, strict=True)
    ids = uuids(messages)
    lock(ids, channels)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_delivery d SET state = 'sending', changed_at = %s,"
            " next_attempt_at = %s FROM unnest(%s::uuid[], %s::text[]) AS t (m, c)"
            " WHERE d.message_id = t.m AND d.channel = t.c AND d.state IN ('created', 'sending')"
            " RETURNING d.message_id, d.channel, d.attempts + 1, d.address, d.contact, d.priority",
            [now, now + LEASE, ids, array(channels)],
        )
        return [(*row[:5], Priority(row[5])) for row in cursor.fetchall()]


@transaction.atomic
def record(ended: Sequence[Ended]) -> None:
    """Write down what attempts came to; a receipt that was faster is not undone."""
    if not ended:
        return
    messages, channels, states, failures, theirs, times = zip(*ended, strict=True)
    ids = uuids(messages)
    lock(ids, channels)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_delivery d SET state = CASE d.state WHEN 'sending' THEN t.s ELSE d.state END,"
            " failure = CASE d.state WHEN 'sending' THEN t.f ELSE d.failure END,"
            " next_attempt_at = CASE d.state WHEN 'sending' THEN t.n ELSE d.next_attempt_at END,"
            " provider_id = CASE t.p WHEN '' THEN d.provider_id ELSE t.p END, changed_at = %s,"
            " attempts = d.attempts + CASE WHEN t.f = ANY(%s) THEN 0 ELSE 1 END"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
            " AS t (m, c, s, f, p, n)"
            " WHERE d.message_id = t.m AND d.channel = t.c AND d.state IN ('sending', 'delivered', 'read')",
            [
                clock.now(),
                list(UNTRIED),
                ids,
                array(channels),
                array(states),
                array(failure or "" for failure in failures),
                list(theirs),
                array(times),
            ],
        )


@transaction.atomic
def postpone(deliveries: Sequence[tuple[UUID, str]], until: Sequence[datetime]) -> None:
    """Put down untried what the provider has no room for now; it is looked at again at its time of ``until``."""
    messages, channels = zip(*deliveries, strict=True)
    ids = uuids(messages)
    lock(ids, channels)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_delivery d SET state = 'created', failure = %s, next_attempt_at = t.n, changed_at = %s"
            " FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS t (m, c, n)"
            " WHERE d.message_id = t.m AND d.channel = t.c AND d.state = 'sending'",
            [Failure.TOO_MANY, clock.now(), ids, array(channels), array(until)],
        )


def array(values: Iterable[object]) -> str:
    """PostgreSQL's text form, in a third of psycopg's time; for what needs no escaping."""
    return "{" + ",".join("NULL" if value is None else f'"{value}"' for value in values) + "}"


def uuids(values: Iterable[UUID | None]) -> str:
    """The same for ids, in half of that time."""
    return "{" + ",".join("NULL" if value is None else value.hex for value in values) + "}"


def end_contact_points(ended: Mapping[int, Failure]) -> None:
    """Nobody is there any more: nothing is sent there again."""
    for contact, why in ended.items():
        ContactPoint.objects.filter(pk=contact, ended_at=None).update(ended_at=clock.now(), ended_because=why)
