"""From what changed to what is said to whom: an alert, in the transaction that decides it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.orders import may_order
from todoke.loops.reach.actions.writing import stop_earlier, write_messages
from todoke.loops.reach.errors import NotYourMunicipalityError, OrderMovedOnError
from todoke.loops.reach.models import Alert, Incident, Order, Telegram
from todoke.loops.reach.plans import Plan, Step
from todoke.loops.reach.standing import Difference, Standing
from todoke.loops.reach.types import OVER, Change, OrderKind
from todoke.loops.reach.wordings import names_of_order
from todoke.registry.organisations.models import Officer

DRILL = "drill"
"""The source of telegrams that the desk plays itself."""


@dataclass(frozen=True)
class _Group:
    """Municipalities for which the same is said."""

    change: Change
    before: Step | None
    after: Step | None
    because: Standing
    municipalities: tuple[str, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        """Kinds of zones of the graver step: who was told of it is told that it is over."""
        return max((step for step in (self.before, self.after) if step), key=lambda step: step.severity).zones


def send_alerts(
    *, incident: Incident, telegram: Telegram, plan: Plan, differences: Sequence[Difference]
) -> list[Alert]:
    """What a plan says to whom, after a telegram changed what is in force.

    A plan that was not agreed beforehand waits for an officer instead, and so does a drill that nobody here began: the
    agency's own (訓練報) is no reason to wake the residents.
    """
    sent = []
    goes_out = plan.agreed and (not is_drill(incident) or telegram.source == DRILL)
    for group in _grouped(differences):
        alert, created = Alert.objects.get_or_create(
            key=f"{telegram.digest}:{plan.id}:{_name(group.before)}:{_name(group.after)}:{group.municipalities[0]}",
            defaults={
                "incident": incident,
                "telegram": telegram,
                "plan": plan.id,
                "plan_digest": plan.digest,
                "step": _name(group.after),
                "change": group.change,
                "drill": is_drill(incident),
                "audience": {"areas": group.municipalities, "zones": list(group.zones)},
                "saying": _saying_of(group, plan),
                "caused_at": telegram.received_at,
                "state": "writing" if goes_out else "waiting",
            },
        )
        if created and goes_out:
            write_messages(alert=alert)
        elif created:
            stop_earlier(alert, plan)
        sent.append(alert)
    return sent


def send_order(*, order: Order, plan: Plan) -> Alert:
    """What is said of an order that was issued, or lifted; once for each."""
    lifted = order.lifted_at is not None
    before = order.kind if lifted else _kind_before(order)
    alert, created = Alert.objects.get_or_create(
        key=f"order:{order.pk}:{order.revision}",
        defaults={
            "incident": order.incident,
            "order": order,
            "plan": plan.id,
            "plan_digest": plan.digest,
            "step": OVER if lifted else order.kind,
            "change": Change.CANCELLED if lifted else _change_of(order, before),
            "drill": order.drill,
            "audience": {"areas": [order.municipality_code], "codes": order.zones, "drawn": bool(order.drawn)},
            "saying": {
                "before": before,
                "hazard": order.hazard,
                "area": names_of_order(order),
                "remaining": _remaining(order) if lifted else [],
            },
            "caused_at": order.known_at,
            "state": "writing",
        },
    )
    if created:
        write_messages(alert=alert)
    return alert


def leave_order(*, order: Order, lesser: Order, plan: Plan) -> Alert:
    """It was lifted, and a lesser one stays in force where it was: who was told of it is told that; once."""
    replace_order(order=order, plan=plan)
    alert, created = Alert.objects.get_or_create(
        key=f"order:{order.pk}:{order.revision}:{lesser.pk}",
        defaults={
            "incident": lesser.incident,
            "order": lesser,
            "plan": plan.id,
            "plan_digest": plan.digest,
            "step": lesser.kind,
            "change": Change.LOWERED,
            "drill": lesser.drill,
            "audience": {"areas": [order.municipality_code], "order": order.pk},
            "saying": {"before": order.kind, "hazard": lesser.hazard, "area": names_of_order(lesser)},
            "caused_at": order.known_at,
            "state": "writing",
        },
    )
    if created:
        write_messages(alert=alert)
    return alert


def replace_order(*, order: Order, plan: Plan) -> None:
    """It ended where another one is in force: what was said of it is over, and nobody is told but of that one."""
    said = Alert.objects.filter(order=order).order_by("-pk").first()
    if said is None:
        return
    alert, created = Alert.objects.get_or_create(
        key=f"order:{order.pk}:{order.revision}",
        defaults={
            "incident": order.incident,
            "order": order,
            "plan": plan.id,
            "plan_digest": plan.digest,
            "step": OVER,
            "change": Change.CANCELLED,
            "drill": order.drill,
            "audience": said.audience,
            "saying": {"before": order.kind, "hazard": order.hazard, "area": names_of_order(order)},
            "by_municipality": said.by_municipality,
            "caused_at": order.known_at,
            "written_at": clock.now(),
            "state": "written",
        },
    )
    if created:
        stop_earlier(alert, plan)


def _remaining(order: Order) -> list[dict[str, Any]]:
    """Orders from other hazards in force in its municipality, the gravest first."""
    rows = Order.objects.filter(municipality_code=order.municipality_code, drill=order.drill)
    rows = rows.filter(issued_at__isnull=False, lifted_at=None).exclude(hazard=order.hazard).order_by("issued_at")
    return [
        {"order": one.pk, "kind": one.kind, "hazard": one.hazard, "area": names_of_order(one)}
        for one in sorted(rows, key=lambda one: -OrderKind(one.kind).level)
    ]


def _kind_before(order: Order) -> str:
    replaced = Order.objects.filter(replaced_by=order).order_by("-issued_at").first()
    return replaced.kind if replaced else ""


def _change_of(order: Order, before: str) -> Change:
    if not before or before == order.kind:
        return Change.ISSUED
    return Change.RAISED if OrderKind(before).level < OrderKind(order.kind).level else Change.LOWERED


@transaction.atomic
def confirm_alert(*, officer: Officer, alert_id: int) -> Alert:
    """Send an alert that waited for an officer. Raises NotYourMunicipalityError, OrderMovedOnError, NotFoundError."""
    alert = _waiting(officer, alert_id)
    alert.confirmed_by, alert.state = f"officer:{officer.pk}", "writing"
    alert.save()
    audit.record(actor=alert.confirmed_by, action="alert.confirm", subject=f"alert:{alert.pk}", plan=alert.plan)
    write_messages(alert=alert)
    return alert


@transaction.atomic
def drop_alert(*, officer: Officer, alert_id: int) -> Alert:
    """Send it to nobody. Raises NotYourMunicipalityError, OrderMovedOnError, NotFoundError."""
    alert = _waiting(officer, alert_id)
    alert.state, alert.stopped_at = "stopped", clock.now()
    alert.save()
    audit.record(actor=f"officer:{officer.pk}", action="alert.drop", subject=f"alert:{alert.pk}", plan=alert.plan)
    return alert


def _waiting(officer: Officer, alert_id: int) -> Alert:
    alert = Alert.objects.select_for_update(of=("self",)).filter(pk=alert_id).first()
    if alert is None:
        raise NotFoundError
    if not all(may_order(officer, code) for code in alert.audience["areas"]):
        raise NotYourMunicipalityError
    if alert.state != "waiting":
        raise OrderMovedOnError
    return alert


def _grouped(differences: Iterable[Difference]) -> list[_Group]:
    """The gravest first: who is in several of them is told of that one."""
    found: dict[tuple[Any, ...], list[Difference]] = defaultdict(list)
    for one in differences:
        because = one.because
        said = (because.height, because.arrives_at, because.arrival) if one.after else ()
        found[one.change, one.before, one.after, said].append(one)
    groups = [
        _Group(change, before, after, ones[0].because, tuple(one.municipality for one in ones))
        for (change, before, after, _said), ones in found.items()
    ]
    return sorted(groups, key=lambda group: -group.after.severity if group.after else 0)


def _name(step: Step | None) -> str:
    return step.id if step else OVER


def _saying_of(group: _Group, plan: Plan) -> dict[str, Any]:
    because = group.because
    return {
        "before": group.before.id if group.before else "",
        "hazard": plan.hazard,
        "height": because.height,
        "height_m": because.height_m,
        "arrives_at": because.arrives_at.isoformat() if because.arrives_at else None,
        "arrived": "到達" in because.arrival and "中" in because.arrival,
    }
