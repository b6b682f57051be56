"""What the loop does on the queue, before everything else that waits there."""

from typing import Any
from uuid import UUID

import structlog

from todoke.kernel import clock, events
from todoke.kernel.jobs import STEADILY, something_waits, task
from todoke.loops.reach import helping
from todoke.loops.reach.actions import announcing, commons, orders, publications, warnings, writing
from todoke.loops.reach.assignment import prepare
from todoke.loops.reach.counting import count_situation
from todoke.loops.reach.models import Alert, Order, Publication, Telegram
from todoke.registry.people.models import Helper
from todoke.registry.places.models import Shelter
from todoke.registry.places.queries import shelters
from todoke.registry.places.types import Hazard, Openness

log = structlog.get_logger(__name__)

FIRST = 100
"""Before the sending of any message: who waits for a warning waits for this."""

WRITING = 96
"""The rest of an alert to very many: before any of its messages is sent."""

WRITING_DRILLS = 50
"""After every message that is meant."""

PUBLISHING = 90
"""After what the residents wait for, and before any newsletter."""


AFTER = -10
"""What can wait until everybody has been told what they have to be told."""

SETTLE = 30
"""Seconds after a shelter opened or closed: its neighbours often follow."""

MOST_URGENT_FIRST = tuple(dict.fromkeys([Hazard.TSUNAMI, Hazard.FLOOD, Hazard.LANDSLIDE, *Hazard]))


@task("reach.take_in", retry=STEADILY)
def take_in(telegram_id: int) -> None:
    """Bring what is in force up to date, and write the messages."""
    warnings.take_in(telegram_id=telegram_id)


@task("reach.write", retry=STEADILY)
def write(alert_id: int) -> None:
    """Write what is left of an alert; when a telegram or an order waits, go on after it. A drill waits for all else."""
    alert = Alert.objects.get(pk=alert_id)
    above = WRITING_DRILLS if alert.drill else FIRST - 1
    if not writing.write_rest(alert_id=alert_id, gives_way=lambda: something_waits(above=above)):
        alert_waits(alert)


@task("reach.announce", retry=STEADILY)
def announce(order_id: int, revision: int) -> None:
    """Tell the residents of an order, or of its lifting."""
    announcing.announce(order_id=order_id, revision=revision)


@task("reach.take_in_message", retry=STEADILY)
def take_in_message(telegram_id: int) -> None:
    """Do what a message of Lアラート says."""
    commons.take_in_message(telegram_id=telegram_id)


@task("reach.publish")
def publish(document_id: str) -> None:
    """Hand to Lアラート what waits of a document: a job of its own, so that its answer delays nobody's message."""
    again = publications.carry(UUID(document_id))
    if again is not None:
        wait = max(1, round((again - clock.now()).total_seconds()))
        publish.enqueue(priority=PUBLISHING, wait_seconds=wait, document_id=document_id)


@task("reach.publish_due", cron="* * * * *", priority=PUBLISHING)
def publish_due() -> None:
    """Every minute: what should have gone out, and did not."""
    publications.make_up()
    for document in publications.due():
        publish.enqueue(priority=PUBLISHING, document_id=str(document))


@task("reach.count")
def count(incident_id: int) -> None:
    """Bring the figures of a situation board up to now."""
    count_situation(incident_id=incident_id, patient=True)


@task("reach.assign_shelters", cron="20 18 * * *")
def assign_shelters() -> None:
    """A shelter for everyone and from every hazard: after a change, and in the night for whoever moved."""
    for hazard in MOST_URGENT_FIRST:
        prepare(hazard)


@task("reach.assign_for", retry=STEADILY)
def assign_for(hazard: str) -> None:
    """A shelter for everyone from one hazard, after one of its shelters opened or closed."""
    prepare(hazard)


@task("reach.expire", cron="* * * * *")
def expire() -> None:
    """End what is over by itself, and take back what nobody confirmed."""
    warnings.expire()
    orders.withdraw_old_orders()


@events.listen("reach.telegram_received")
def telegram_received(telegram: Telegram, **_more: Any) -> None:
    """Take it in at once."""
    if not telegram.concern or telegram.error:
        return
    if telegram.type in commons.TYPES:
        take_in_message.enqueue(priority=FIRST, telegram_id=telegram.pk)
    else:
        take_in.enqueue(priority=FIRST, telegram_id=telegram.pk)


@events.listen("reach.alert_waits")
def alert_waits(alert: Alert, **_more: Any) -> None:
    """Write it by a job: one alert after the other, what is meant before drills."""
    write.enqueue(lock="reach.write", priority=_writing_of(alert), alert_id=alert.pk)


def _writing_of(alert: Alert) -> int:
    return WRITING_DRILLS if alert.drill else WRITING


@events.listen("reach.order_changed")
def order_changed(order: Order, **_more: Any) -> None:
    """Announce it at once, and publish it."""
    announce.enqueue(priority=FIRST, order_id=order.pk, revision=order.revision)
    try:
        row = publications.publish_order(order)
    except Exception:
        # The residents are told whatever is wrong with Lアラート's settings; make_up tries again.
        log.exception("an order cannot be published", order=order.pk)
    else:
        if row is not None:
            publication_waits(row)


@events.listen("shelters-changed")
@events.listen("zones-changed")
def shelters_changed(**_more: Any) -> None:
    """Work out anew who goes where; until then those are led elsewhere for whom it does not hold."""
    assign_shelters.enqueue(lock="reach.assign_shelters", priority=AFTER)


@events.listen("shelter-state-changed")
def shelter_takes_people(shelter: Shelter, **_more: Any) -> None:
    """Work out anew who goes where from its hazards, when it takes people now and did not before, or the other way.

    Once for all the shelters of a town that open within SETTLE; who has a shelter that takes people keeps it.
    """
    said = [Openness(one.state) for one in shelter.states.order_by("-id")[:2]]
    now, before = [*said, Openness.READY, Openness.READY][:2]
    if now.takes_people == before.takes_people:
        return
    for hazard in MOST_URGENT_FIRST:
        if shelters(hazard, codes=[shelter.code]):
            assign_for.enqueue_once(
                f"reach.assign_for:{hazard}", priority=AFTER, wait_seconds=SETTLE, hazard=str(hazard)
            )


@events.listen("shelter-state-changed")
def shelter_changed(shelter: Shelter, **_more: Any) -> None:
    """Publish how the shelters of its municipality stand, unless Lアラート told us."""
    newest = shelter.states.order_by("-id").first()
    if newest is None or newest.actor == commons.ACTOR:
        return
    row = publications.publish_shelters(shelter.municipality_id)
    if row is not None:
        publication_waits(row)


@events.listen("reach.publication_waits")
def publication_waits(publication: Publication, **_more: Any) -> None:
    """Carry it when it is due."""
    wait = max(0, round((publication.due_at - clock.now()).total_seconds()))
    publish.enqueue(priority=PUBLISHING, wait_seconds=wait, document_id=str(publication.document_id))


@events.listen("helper-asked")
def _helper_asked(helper: Helper) -> None:
    helping.tell_asked(helper)


@events.listen("helper-agreed")
def _helper_agreed(helper: Helper) -> None:
    helping.tell_agreed(helper)
