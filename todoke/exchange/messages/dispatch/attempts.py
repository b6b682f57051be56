"""Later attempts: what failed, what waited, and the next channel where the last one stayed silent."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection, transaction

from todoke.exchange.messages.dispatch import rows
from todoke.exchange.messages.dispatch.carrying import Item, carry
from todoke.exchange.messages.dispatch.letters import item_of
from todoke.exchange.messages.dispatch.mailing import is_stopped, more_urgent_waits
from todoke.exchange.messages.dispatch.planning import NOBODY, Address, reach_of
from todoke.exchange.messages.models import Delivery, Message
from todoke.exchange.messages.types import Failure, Priority, State
from todoke.exchange.messages.wordings import wording
from todoke.kernel import clock

LARGEST = 20_000
"""Deliveries that are looked at in one go; the others a few seconds later."""

JOB = 500

Key = tuple[UUID, str]


def attempt(deliveries: Sequence[Key]) -> Priority | None:
    """One attempt at each that is not sent yet; their priority when it gave way and has to go on later."""
    claimed = rows.claim(deliveries)
    if not claimed:
        return None
    messages = Message.objects.in_bulk({row[0] for row in claimed})
    stopped = [number for number in {one.wording_id for one in messages.values()} if number and is_stopped({number})]
    gone = [(m, c) for m, c, *_rest in claimed if messages[m].wording_id in stopped]
    _end(gone, Failure.STOPPED)
    reaches = reach_of({one.resident_id for one in messages.values() if one.resident_id})

    def items() -> Iterator[Item]:
        for message_id, channel, number, address, _contact, priority in claimed:
            message = messages[message_id]
            if message.wording_id in stopped:
                continue
            reach = reaches.get(message.resident_id, NOBODY) if message.resident_id else NOBODY
            addresses = [Address(None, address)] if address else reach.addresses.get(channel, ())
            yield item_of(
                message,
                channel,
                addresses,
                priority=priority,
                attempt=number,
                falls_back=message.wording_id is not None
                and not wording(message.wording_id).spread
                and len(reach.channels) > 1,
            )

    pressing = min(row[5] for row in claimed)
    return None if carry(list(items()), stop=lambda: more_urgent_waits(pressing)) else pressing


@transaction.atomic
def due() -> list[tuple[Priority, list[Key]]]:
    """What is due, in portions for jobs, the most urgent first; and the next channel of who did not answer on the last.

    Each is put out of reach of the next look for the length of a lease, in the transaction that makes the jobs.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, channel, state, priority FROM messages_delivery WHERE next_attempt_at <= %s"
            " ORDER BY priority, next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED",
            [now, LARGEST],
        )
        found = cursor.fetchall()
        cursor.execute(
            "UPDATE messages_delivery d SET next_attempt_at ="
            " CASE WHEN d.state IN ('created', 'sending') THEN %s::timestamptz END"
            " FROM unnest(%s::uuid[], %s::text[]) AS t (m, c) WHERE d.message_id = t.m AND d.channel = t.c",
            [now + rows.LEASE, rows.uuids(row[0] for row in found), rows.array(row[1] for row in found)],
        )
    again = [(Priority(row[3]), (row[0], row[1])) for row in found if row[2] in (State.CREATED, State.SENDING)]
    silent = {row[0] for row in found if row[2] in (State.SENT, State.FAILED)}
    ordered = sorted([*again, *_next_channels(silent)], key=lambda one: one[0])
    portions = []
    for priority in Priority:
        keys = [key for its, key in ordered if its is priority]
        portions += [(priority, keys[start : start + JOB]) for start in range(0, len(keys), JOB)]
    return portions


def _next_channels(silent: set[UUID]) -> list[tuple[Priority, Key]]:
    if not silent:
        return []
    messages = Message.objects.in_bulk(silent)
    reaches = reach_of({one.resident_id for one in messages.values() if one.resident_id})
    tried: dict[UUID, set[str]] = {}
    for message_id, channel in Delivery.objects.filter(message__in=silent).values_list("message_id", "channel"):
        tried.setdefault(message_id, set()).add(channel)
    new = []
    for message in messages.values():
        if message.resident_id is None or message.wording_id is None or message.read_at is not None:
            continue
        reach, worded = reaches.get(message.resident_id, NOBODY), wording(message.wording_id)
        left = [name for name in reach.channels if name not in tried[message.pk]]
        if left:
            contact = reach.addresses[left[0]][0].contact
            lease = clock.now() + rows.LEASE
            new.append(
                rows.New(message.pk, left[0], State.CREATED, worded.priority, contact=contact, next_attempt_at=lease)
            )
    rows.insert(new)
    return [(row.priority, (row.message, row.channel)) for row in new]


def _end(deliveries: Sequence[Key], failure: Failure) -> None:
    rows.record([rows.Ended(message, channel, State.SKIPPED, failure, "", None) for message, channel in deliveries])
