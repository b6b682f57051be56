"""Jobs that carry messages to the outside. Each bears to be run twice, or to be cut off anywhere."""

from uuid import UUID

from django.db import connection, transaction

from todoke.exchange.messages.dispatch.attempts import attempt, due
from todoke.exchange.messages.dispatch.mailing import dispatch_part
from todoke.exchange.messages.models import Mailing
from todoke.exchange.messages.partitions import make_partitions
from todoke.exchange.messages.types import Priority
from todoke.kernel import clock
from todoke.kernel.jobs import STEADILY, task


@task("messages.dispatch", retry=STEADILY)
def dispatch(mailing: int, first: int, count: int) -> None:
    """Send out a part of a mailing. When something more urgent waits, it goes to the end of its kind and goes on."""
    if not dispatch_part(mailing, first, count):
        priority = Priority(Mailing.objects.select_related("wording").get(pk=mailing).wording.priority)
        dispatch.enqueue(mailing=mailing, first=first, count=count, priority=priority.of_job)


@task("messages.deliver", retry=STEADILY)
def deliver(deliveries: list[list[str]]) -> None:
    """Make an attempt at each of the deliveries, named by message and channel."""
    left = attempt([(UUID(message), channel) for message, channel in deliveries])
    if left is not None:
        deliver.enqueue(deliveries=deliveries, priority=left.of_job)


@task("messages.follow_up", cron="* * * * * */10", queueing_lock="messages.follow_up", priority=95)
def follow_up() -> None:
    """Every ten seconds: jobs for what is due for another attempt, or for another channel."""
    with transaction.atomic():
        for priority, keys in due():
            rows = [[str(message), channel] for message, channel in keys]
            deliver.enqueue(deliveries=rows, priority=priority.of_job)


@task("messages.make_partitions", cron="17 18 * * *")
def make_months() -> None:
    """Every night: the months to come."""
    with transaction.atomic(), connection.cursor() as cursor:
        make_partitions(cursor, since=clock.today())
