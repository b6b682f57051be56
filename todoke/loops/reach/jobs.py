"""What the loop does on the queue, before everything else that waits there."""

from typing import Any

from todoke.kernel import events
from todoke.kernel.jobs import task
from todoke.loops.reach.actions import announcing, warnings
from todoke.loops.reach.counting import count_situation
from todoke.loops.reach.models import Order, Telegram

FIRST = 100
"""Before the sending of any message: who waits for a warning waits for this."""


@task("reach.take_in")
def take_in(telegram_id: int) -> None:
    """Bring what is in force up to date, and write the messages."""
    warnings.take_in(telegram_id=telegram_id)


@task("reach.announce")
def announce(order_id: int, revision: int) -> None:
    """Tell the residents of an order, or of its lifting, and hand it to Lアラート."""
    announcing.announce(order_id=order_id, revision=revision)


@task("reach.count")
def count(incident_id: int) -> None:
    """Bring the figures of a situation board up to now."""
    count_situation(incident_id=incident_id)


@task("reach.expire", cron="* * * * *")
def expire() -> None:
    """End what is over by itself."""
    warnings.expire()


@events.listen("reach.telegram_received")
def telegram_received(telegram: Telegram, **_more: Any) -> None:
    """Take it in at once."""
    if telegram.concern and not telegram.error:
        take_in.enqueue(priority=FIRST, telegram_id=telegram.pk)


@events.listen("reach.order_changed")
def order_changed(order: Order, **_more: Any) -> None:
    """Announce it at once."""
    announce.enqueue(priority=FIRST, order_id=order.pk, revision=order.revision)
