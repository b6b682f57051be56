"""A part of a mailing: what is decided for each message, and the first attempt at it."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from todoke.exchange.messages.dispatch import rows
from todoke.exchange.messages.dispatch.carrying import Item, carry
from todoke.exchange.messages.dispatch.letters import item_of
from todoke.exchange.messages.dispatch.planning import NOBODY, Reach, first_channels, reach_of, waits_until
from todoke.exchange.messages.models import Delivery, Mailing, Message, Wording
from todoke.exchange.messages.types import Failure, Priority, State
from todoke.exchange.messages.wordings import wording
from todoke.kernel import clock

STEP = 250
"""Messages that are decided on in one go: the first leave before the last are looked at."""


def dispatch_part(number: int, first: int, count: int) -> bool:
    """Send out ``count`` messages of a mailing from the place ``first``; False when it gave way and has to go on later.

    What was sent before is not sent again: this may be called any number of times.
    """
    mailing = Mailing.objects.get(pk=number)
    return all(_step(mailing, at, min(STEP, first + count - at)) for at in range(first, first + count, STEP))


def _step(mailing: Mailing, first: int, count: int) -> bool:
    low, high = mailing.message_id(first), mailing.message_id(first + count - 1)
    part = Message.objects.filter(pk__range=(low, high))
    messages = list(part.only("resident", "wording", "values", "language", "created_at").order_by("pk"))
    if not messages:
        return True
    wordings = {message.wording_id for message in messages if message.wording_id}
    priority = min(wording(one).priority for one in wordings)
    if is_stopped(wordings):
        _skip(messages, priority)
        return True
    if more_urgent_waits(priority):
        return False
    reaches = reach_of(part.values("resident"))
    with transaction.atomic():
        rows.insert(row for message in messages for row in _decided(message, reaches))
        open_rows = _open(low, high)
    items = list(_items({message.pk: message for message in messages}, open_rows, reaches))
    return carry(items, stop=lambda: more_urgent_waits(priority) or is_stopped(wordings))


def more_urgent_waits(priority: Priority) -> bool:
    """Whether a job with messages that go before these is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND priority > %s"
            " AND (scheduled_at IS NULL OR scheduled_at <= now())"
            " AND task_name IN ('messages.dispatch', 'messages.deliver'))",
            [priority.of_job],
        )
        return bool(cursor.fetchone()[0])


def is_stopped(wordings: set[int]) -> bool:
    """Whether any of the wordings was called back."""
    return Wording.objects.filter(pk__in=wordings, stopped_at__isnull=False).exists()


def _decided(message: Message, reaches: Mapping[UUID, Reach]) -> Iterator[rows.New]:
    """The inbox, and the channels with which it begins."""
    worded = wording(message.wording_id or 0)
    if message.resident_id is None:
        return
    yield rows.New(message.pk, "inbox", State.SENT, worded.priority, resident=message.resident_id)
    reach = reaches.get(message.resident_id, NOBODY)
    quiet = waits_until(reach, worded.priority, clock.now())
    for channel in first_channels(reach, spread=worded.spread):
        yield rows.New(
            message.pk,
            channel,
            State.CREATED if quiet else State.SENDING,
            worded.priority,
            contact=reach.addresses[channel][0].contact,
            next_attempt_at=quiet or clock.now() + rows.LEASE,
        )


def _open(low: UUID, high: UUID) -> Sequence[tuple[UUID, str, int]]:
    """Deliveries of these messages that are in hand, and which attempt it will be."""
    found = Delivery.objects.filter(message__gte=low, message__lte=high, state=State.SENDING)
    return list(found.values_list("message_id", "channel", F("attempts") + 1))


def _items(
    messages: Mapping[UUID, Message], deliveries: Sequence[tuple[UUID, str, int]], reaches: Mapping[UUID, Reach]
) -> Iterator[Item]:
    for message_id, channel, attempt in deliveries:
        message = messages[message_id]
        worded = wording(message.wording_id or 0)
        reach = reaches.get(message.resident_id, NOBODY) if message.resident_id else NOBODY
        yield item_of(
            message,
            channel,
            reach.addresses.get(channel, ()),
            priority=worded.priority,
            attempt=attempt,
            falls_back=not worded.spread and len(reach.channels) > 1,
        )


def _skip(messages: Sequence[Message], priority: Priority) -> None:
    """It was called back: what is not sent is not, and says why."""
    rows.insert(rows.New(message.pk, "inbox", State.SKIPPED, priority, failure=Failure.STOPPED) for message in messages)
    waiting = Delivery.objects.filter(
        message__gte=messages[0].pk, message__lte=messages[-1].pk, state__in=(State.CREATED, State.SENDING)
    )
    waiting.update(state=State.SKIPPED, failure=Failure.STOPPED, next_attempt_at=None, changed_at=clock.now())
