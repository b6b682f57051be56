"""What providers say later of what they took."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db import connection, transaction

from todoke.exchange.messages.dispatch.rows import array, lock, uuids
from todoke.exchange.messages.models import Delivery
from todoke.exchange.messages.types import Receipt, State
from todoke.kernel import clock

BEFORE = {
    State.DELIVERED: ("created", "sending", "sent"),
    State.READ: ("created", "sending", "sent", "delivered"),
    State.FAILED: ("created", "sending", "sent"),
}
"""From which states a receipt leads to its own."""


@transaction.atomic
def note_receipts(*, channel: str, receipts: Sequence[Receipt]) -> int:
    """Write them down; how many name a provider's id that we do not know, or not yet.

    A receipt may come twice, late, or before the provider's answer to the request itself: a delivery only goes on,
    never back. One that failed after all is taken up by the next channel.
    """
    known = list(_with_messages(channel, receipts))
    for state in BEFORE:
        _note(channel, state, [one for one in known if one.state is state])
    return len(receipts) - len(known)


def _note(channel: str, state: State, receipts: Sequence[Receipt]) -> None:
    """Of receipts that name their message."""
    if not receipts:
        return
    now = clock.now()
    failures = {one.message: str(one.failure or "") for one in receipts if one.message}
    ids = uuids(failures)
    lock(ids, [channel])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messages_delivery d SET state = %(state)s, failure = t.f, changed_at = %(now)s,"
            " next_attempt_at = %(next)s"
            " FROM unnest(%(messages)s::uuid[], %(failures)s::text[]) AS t (m, f)"
            " WHERE d.message_id = t.m AND d.channel = %(channel)s AND d.state = ANY(%(before)s)",
            {
                "messages": ids,
                "failures": array(failures.values()),
                "channel": channel,
                "state": str(state),
                "now": now,
                "next": now if state is State.FAILED else None,
                "before": list(BEFORE[state]),
            },
        )


def _with_messages(channel: str, receipts: Sequence[Receipt]) -> Iterator[Receipt]:
    """Those whose message we know, also by the provider's id."""
    numbers = {one.provider_id for one in receipts if one.message is None}
    rows = Delivery.objects.filter(channel=channel, provider_id__in=numbers) if numbers else Delivery.objects.none()
    known = dict(rows.values_list("provider_id", "message_id"))
    for one in receipts:
        message = one.message or known.get(one.provider_id)
        if message:
            yield replace(one, message=message)
