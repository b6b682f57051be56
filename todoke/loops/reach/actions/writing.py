"""A message for each resident of an alert's audience: at once, or of many in parts, each of them a transaction."""

from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum

from todoke.exchange.messages.actions.many import stop_wording
from todoke.exchange.messages.models import Wording
from todoke.kernel import clock, events
from todoke.loops.reach.actions.composing import write_helpers, write_rows
from todoke.loops.reach.actions.recipients import READER, Recipients, Rows, recipients_of
from todoke.loops.reach.models import Alert
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.queries.meant import in_danger
from todoke.loops.reach.types import Change
from todoke.registry.people import population

AT_ONCE = 250_000
"""As many are told in the transaction that decides it, by all alerts of one telegram together: a second or two. More
are left to a job.
"""

PART = 100_000
"""As many messages the job writes in one transaction, before it looks whether something more urgent waits: a second."""


def write_messages(*, alert: Alert) -> None:
    """A message for each resident of the alert's audience, and the jobs that carry them; what it overtakes is stopped.

    All in the transaction in force, or none of it: of more than AT_ONCE people, ``reach.alert_waits`` is told, and
    ``write_rest`` writes them.
    """
    plan = plans()[alert.plan]
    alert.plan_digest = plan.digest
    stop_earlier(alert, plan)
    everybody = population.fresh(reader=READER)
    now = in_danger(alert, plan, everybody)
    if _is_too_much(alert, len(now)):
        alert.state = "writing"
        alert.save()
        events.tell("reach.alert_waits", alert=alert)
        return
    to = recipients_of(alert, plan, everybody, now=now)
    _write_part(alert, to, to.left)
    _finish(alert, to)


def write_rest(*, alert_id: int, gives_way: Callable[[], bool]) -> bool:
    """Write what is left of an alert, part by part; False when it gave way and has to go on later.

    A part is written once, whoever dies or tries again: who has a message of the alert gets no other, and of two who
    write the same alert the second finds that it has grown. Municipalities that are told something newer meanwhile
    are left out.
    """
    while True:
        alert = Alert.objects.get(pk=alert_id)
        basis = _basis(alert)
        plan = plans()[alert.plan]
        if alert.state != "writing":
            return True
        if _waits_for_another(alert):
            return False
        to = recipients_of(alert, plan, population.fresh(reader=READER), spared=basis.newer)
        for start in range(0, max(1, len(to.left)), PART):
            part = to.left[start : start + PART]
            grown = _add(alert_id, basis, to, part, last=start + PART >= len(to.left))
            if grown is None:
                break
            basis = grown
            if gives_way():
                return not Alert.objects.filter(pk=alert_id, state="writing").exists()


class _Basis(NamedTuple):
    """What a list of who is left was made with."""

    people: int
    newer: frozenset[str]


def _basis(alert: Alert) -> _Basis:
    return _Basis(alert.people, frozenset(_told_newer(alert)))


@transaction.atomic
def _add(alert_id: int, basis: _Basis, to: Recipients, rows: Rows, *, last: bool) -> _Basis | None:
    """One part; None when what it was made with is so no longer."""
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if alert.state != "writing" or _basis(alert) != basis:
        return None
    _write_part(alert, to, rows)
    if last:
        _finish(alert, to)
    return _Basis(alert.people, basis.newer)


def _write_part(alert: Alert, to: Recipients, rows: Rows) -> None:
    write_rows(alert, to, rows)
    alert.people += len(rows)
    for code, count in to.count(rows).items():
        alert.by_municipality[code] = alert.by_municipality.get(code, 0) + count
    alert.save()


def _finish(alert: Alert, to: Recipients) -> None:
    if to.plan.helpers:
        write_helpers(alert, to)
    alert.written_at, alert.state = clock.now(), "written"
    alert.save()


def _is_too_much(alert: Alert, people: int) -> bool:
    """Also when another alert of the telegram waits, whose readers this one leaves out."""
    if alert.telegram_id is None:
        return people > AT_ONCE
    others = Alert.objects.filter(telegram=alert.telegram_id).exclude(pk=alert.pk)
    written = others.filter(state="written").aggregate(people=Sum("people"))["people"] or 0
    return people + written > AT_ONCE or _waits_for_another(alert)


def _waits_for_another(alert: Alert) -> bool:
    """Whether a graver alert of the same telegram and plan is not all written yet."""
    if alert.telegram_id is None:
        return False
    return Alert.objects.filter(telegram=alert.telegram_id, plan=alert.plan, pk__lt=alert.pk, state="writing").exists()


def _told_newer(alert: Alert) -> set[str]:
    """Municipalities of which something else was said since, by the same plan."""
    since = Alert.objects.filter(incident=alert.incident, plan=alert.plan, order=alert.order_id, pk__gt=alert.pk)
    since = since.filter(state__in=["writing", "written"]).exclude(change=Change.UPDATED)
    if alert.telegram_id is not None:
        since = since.exclude(telegram=alert.telegram_id)
    return {code for one in since if "order" not in one.audience for code in one.audience["areas"]}


def stop_earlier(alert: Alert, plan: Plan) -> None:
    """What an incident's earlier alerts of the plan have not sent yet would only confuse now, once all of their
    municipalities were told something newer. One that waits itself stops only what waits.

    An alert that is being written is stopped between two parts: this waits for the part that is under way.
    """
    if alert.change == Change.UPDATED or "order" in alert.audience:
        return
    known = list(Alert.objects.filter(incident=alert.incident, plan=plan.id, order=alert.order_id).order_by("-pk"))
    newer = set(alert.audience["areas"])
    for one in known:
        if one.pk < alert.pk and one.stopped_at is None and set(one.audience["areas"]) <= newer:
            if one.state != "waiting" and alert.state == "waiting":
                continue
            _stop(one)
        said = one.state in {"writing", "written"} or alert.state == "waiting"
        if one.pk != alert.pk and one.change != Change.UPDATED and said:
            newer |= set(one.audience["areas"])


def _stop(alert: Alert) -> None:
    now = clock.now()
    mine = Alert.objects.filter(pk=alert.pk)
    mine.filter(state="writing", people__gt=0).update(stopped_at=now, written_at=now, state="written")
    mine.filter(state__in=["writing", "waiting"]).update(stopped_at=now, state="stopped")
    mine.filter(state="written").update(stopped_at=now)
    for wording in Wording.objects.filter(key__startswith=f"alert:{alert.pk}:", stopped_at=None):
        stop_wording(wording=wording)
