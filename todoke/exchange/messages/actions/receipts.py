"""What providers say later of what they took."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

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
    unknown = 0
    for state in BEFORE:
        mine = [one for one in receipts if one.state is state]
        by_message = {one.message: one for one in mine if one.message}
        by_number = {one.provider_id: one for one in mine if not one.message and one.provider_id}
        _note(channel, state, "message_id", "uuid", by_message)
        unknown += len(by_number) - _note(channel, state, "provider_id", "text", by_number)
    return unknown


def _note(
    channel: str, state: State, column: str, kind: str, receipts: dict[UUID, Receipt] | dict[str, Receipt]
) -> int:
    if not receipts:
        return 0
    now = clock.now()
    with connection.cursor() as cursor:
        # In the order of their keys, like every other write of many rows: two that meet wait for each other's end.
        cursor.execute(
            f"WITH named AS (SELECT d.message_id, d.channel, t.f FROM unnest(%(keys)s::{kind}[], %(failures)s::text[])"  # noqa: S608
            f" AS t (k, f) JOIN messages_delivery d ON d.{column} = t.k AND d.channel = %(channel)s"
            " ORDER BY d.message_id FOR UPDATE OF d),"
            " changed AS (UPDATE messages_delivery d SET state = %(state)s, failure = named.f, changed_at = %(now)s,"
            " next_attempt_at = CASE %(state)s WHEN 'failed' THEN %(now)s::timestamptz END FROM named"
            " WHERE d.message_id = named.message_id AND d.channel = named.channel AND d.state = ANY(%(before)s))"
            " SELECT count(*) FROM named",
            {
                "keys": list(receipts),
                "failures": [str(one.failure or "") for one in receipts.values()],
                "channel": channel,
                "state": str(state),
                "now": now,
                "before": list(BEFORE[state]),
            },
        )
        return int(cursor.fetchone()[0])
