"""From what changed to a message for each resident whom it concerns, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from todoke.exchange.messages.actions.many import stop_wording, write_many
from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import LANGUAGES, Batch, Priority
from todoke.kernel import audit, clock
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.orders import may_order
from todoke.loops.reach.assignment import Assigned, assigned
from todoke.loops.reach.audience import Audience, Because, Selection, select, told_before, united
from todoke.loops.reach.errors import NotYourMunicipalityError, OrderMovedOnError
from todoke.loops.reach.models import Alert, AreaWarning, Incident, Order, Telegram
from todoke.loops.reach.plans import Plan, Step, plans
from todoke.loops.reach.queries.told import residents_told
from todoke.loops.reach.standing import Difference, Standing
from todoke.loops.reach.types import Change, OrderKind, Variant
from todoke.loops.reach.wordings import Saying, directions, names_of_order, texts_of
from todoke.registry.organisations.models import Officer
from todoke.registry.people import population
from todoke.registry.people.needs import needs_of
from todoke.registry.people.population import Everybody
from todoke.registry.people.queries import names_of
from todoke.registry.people.types import Reader
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.outlines import zones_by_municipality
from todoke.registry.places.prefectures import prefecture

WALKING = 60
"""Metres a minute: 1.0 m/s, as the Fire and Disaster Management Agency's manual for tsunami evacuation plans counts."""

DETOUR = 1.25
"""A way on foot, to the straight line."""

DRILL = "drill"
"""The source of telegrams that the desk plays itself."""

OVER = "over"
"""In place of a step: nothing is in force any more."""

VARIANTS = (
    ("wheelchair", Variant.WHEELCHAIR),
    ("electricity", Variant.ELECTRICITY),
    ("dialysis", Variant.DIALYSIS),
    ("sight", Variant.SIGHT),
    ("hearing", Variant.HEARING),
)
"""Needs, and whose message differs for them; of several the first."""

_UNFIT = str.maketrans({'"': "”", "\\": "＼", **{chr(number): " " for number in (*range(32), 127)}})
"""What a value of a message must not have: one name must not keep a warning from everybody."""


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
            _stop_earlier(alert, plan)
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
            "saying": {"before": before, "hazard": order.hazard, "area": names_of_order(order)},
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
        _stop_earlier(alert, plan)


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


def counted(alert: Alert, reader: Reader) -> int:
    """How many people it would be sent to now, helpers left out."""
    selection = _audience(alert, plans()[alert.plan], population.fresh(reader=reader))
    return int(np.count_nonzero(selection.because & ~np.uint8(Because.HELPER)))


def write_messages(*, alert: Alert) -> None:
    """A message for each resident of the alert's audience, and the jobs that carry them; what it overtakes is stopped.

    When something is lowered or over, also for those who were told before and are no longer in the audience.
    """
    plan = plans()[alert.plan]
    alert.plan_digest = plan.digest
    reader = Reader("system", "トドケ", "災害のときに知らせるため")
    everybody = population.fresh(reader=reader)
    selection = _audience(alert, plan, everybody)
    _stop_earlier(alert, plan)
    danger = (selection.because & ~np.uint8(Because.HELPER)) > 0
    needs = needs_of(selection.rows, everybody, reader=reader)
    accessible = np.asarray(needs["wheelchair"])
    fleeing = alert.step != OVER
    shelters = assigned(plan.hazard if plan.hazard != "any" else alert.saying.get("hazard", ""), selection, accessible)
    sent_away = fleeing and plan.step(alert.step).shelter
    with_shelter = (shelters.index >= 0) & sent_away
    people = _write(alert, plan, selection, danger & with_shelter, needs, shelters)
    people += _write(alert, plan, selection, danger & ~with_shelter, needs, None)
    if fleeing and plan.helpers:
        _write_helpers(alert, plan, selection)
    alert.people = people
    alert.by_municipality = _by_municipality(selection, danger)
    alert.written_at, alert.state = clock.now(), "written"
    alert.save()


def _grouped(differences: Iterable[Difference]) -> list[_Group]:
    found: dict[tuple[Any, ...], list[Difference]] = defaultdict(list)
    for one in differences:
        because = one.because
        said = (because.height, because.arrives_at, because.arrival) if one.after else ()
        found[one.change, one.before, one.after, said].append(one)
    return [
        _Group(change, before, after, ones[0].because, tuple(one.municipality for one in ones))
        for (change, before, after, _said), ones in found.items()
    ]


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


def saying(alert: Alert) -> Saying:
    """What the alert says, for its texts."""
    plan, said = plans()[alert.plan], alert.saying
    arrives_at = said.get("arrives_at")
    return Saying(
        plan=plan,
        step=None if alert.step == OVER else plan.step(alert.step),
        change=Change(alert.change),
        before=plan.step(said["before"]) if said.get("before") else None,
        hazard=said.get("hazard", ""),
        area=said.get("area", {}),
        arrives_at=datetime.fromisoformat(arrives_at) if arrives_at else None,
        arrived=said.get("arrived", False),
        height=said.get("height", ""),
        height_m=said.get("height_m"),
        drill=alert.drill,
    )


def _audience(alert: Alert, plan: Plan, everybody: Everybody) -> Selection:
    areas = tuple(alert.audience["areas"])
    if alert.order is None:
        now = _in_zones(areas, alert.audience.get("zones", []), plan, everybody)
    else:
        now = _of_order(Order.objects.get(pk=alert.audience.get("order", alert.order_id)), plan, everybody)
    if alert.change not in (Change.LOWERED, Change.CANCELLED):
        return now
    told = _told_before(alert, plan, everybody)
    if alert.order is not None:
        others = _other_orders(alert.order) if alert.change == Change.CANCELLED else ()
        endangered = [_of_order(other, plan, everybody) for other in others]
    else:
        endangered = _in_danger_elsewhere(alert, plan, everybody)
    for there in endangered:
        told = _without(told, there)
        now = _without(now, there) if alert.change == Change.CANCELLED else now
    return united(everybody, [now, told])


def _other_orders(order: Order) -> Iterable[Order]:
    """In force from the same hazard in the same municipality: to whom they are given, nothing is over."""
    rows = Order.objects.filter(municipality_code=order.municipality_code, hazard=order.hazard, drill=order.drill)
    return rows.filter(issued_at__isnull=False, lifted_at=None, unplaced=[]).exclude(pk=order.pk)


def _without(selection: Selection, endangered: Selection) -> Selection:
    """Without who is in danger there; helpers of those are not."""
    theirs = endangered.rows[endangered.because != np.uint8(Because.HELPER)]
    kept = ~np.isin(selection.rows, theirs)
    columns = (selection.rows[kept], selection.because[kept], selection.helped[kept])
    return Selection(selection.everybody, *columns, selection.elsewhere, selection.helping)


def _of_order(order: Order, plan: Plan, everybody: Everybody) -> Selection:
    drawn = (bytes(order.drawn),) if order.drawn else ()
    within = bool(order.zones or drawn)
    audience = Audience(
        areas=(order.municipality_code,),
        zones=tuple(order.zones),
        polygons=drawn,
        within=within,
        places=plan.places,
        helpers=plan.helpers,
    )
    return select(audience, everybody)


def _told_before(alert: Alert, plan: Plan, everybody: Everybody) -> Selection:
    """Who was told of what is lower or over now, wherever they are."""
    if alert.order_id:
        of = alert.audience.get("order", alert.order_id)
        return told_before(everybody, residents_told(Alert.objects.filter(order=of)))
    areas = set(alert.audience["areas"])
    earlier = Alert.objects.filter(incident=alert.incident, plan=plan.id).exclude(pk=alert.pk)
    return told_before(everybody, residents_told(one for one in earlier if areas & set(one.audience["areas"])))


def _in_danger_elsewhere(alert: Alert, plan: Plan, everybody: Everybody) -> list[Selection]:
    """Who is in a municipality in which a step of the plan is still in force."""
    if alert.incident is None:
        return []
    lowest = min(step.severity for step in plan.steps)
    rows = AreaWarning.objects.filter(ended_at=None, incident__status=alert.incident.status, kind__in=plan.kinds)
    named = rows.filter(severity__gte=lowest).values_list("municipalities", flat=True)
    elsewhere = {code for codes in named for code in codes} - set(alert.audience["areas"])
    kinds = sorted({kind for step in plan.steps for kind in step.zones})
    return [_in_zones(tuple(sorted(elsewhere)), kinds, plan, everybody)] if elsewhere else []


def _in_zones(areas: tuple[str, ...], kinds: Collection[str], plan: Plan, everybody: Everybody) -> Selection:
    """Who is in the zones of these kinds in municipalities; without kinds, everybody in them."""
    common: dict[str, Any] = {"places": plan.places, "helpers": plan.helpers}
    if not kinds:
        return select(Audience(areas=areas, **common), everybody)
    by_municipality = zones_by_municipality(kinds)
    zoned = tuple(code for code in areas if code in by_municipality)
    zones = tuple(sorted({zone for code in zoned for zone in by_municipality[code]}))
    found = [select(Audience(areas=zoned, zones=zones, within=True, **common), everybody)] if zones else []
    others = tuple(code for code in areas if code not in by_municipality)
    if others and plan.without_zones == "everyone":
        found.append(select(Audience(areas=others, **common), everybody))
    return united(everybody, found)


def _stop_earlier(alert: Alert, plan: Plan) -> None:
    """What an incident's earlier alerts of the plan have not sent yet would only confuse now, once all of their
    municipalities were told something newer. One that waits itself stops only what waits.
    """
    if alert.change == Change.UPDATED or "order" in alert.audience:
        return
    known = list(Alert.objects.filter(incident=alert.incident, plan=plan.id, order=alert.order_id).order_by("-pk"))
    newer = set(alert.audience["areas"])
    for one in known:
        if one.pk < alert.pk and one.stopped_at is None and set(one.audience["areas"]) <= newer:
            if one.written_at and alert.state == "waiting":
                continue
            for wording in Wording.objects.filter(key__startswith=f"alert:{one.pk}:", stopped_at=None):
                stop_wording(wording=wording)
            state = one.state if one.written_at else "stopped"
            Alert.objects.filter(pk=one.pk).update(stopped_at=clock.now(), state=state)
        if one.pk != alert.pk and one.change != Change.UPDATED and (one.written_at or alert.state == "waiting"):
            newer |= set(one.audience["areas"])


def _write(
    alert: Alert, plan: Plan, selection: Selection, mine: Any, needs: Mapping[str, Any], shelters: Assigned | None
) -> int:
    rows = np.flatnonzero(mine)
    if not len(rows):
        return 0
    variants = np.full(len(rows), len(VARIANTS))
    for number, (need, _variant) in reversed(list(enumerate(VARIANTS))):
        variants[np.asarray(needs[need])[rows]] = number
    used, numbers = np.unique(variants, return_inverse=True)
    said = saying(alert)
    words = {"direction": directions(), "shelter": _names(shelters, rows)} if shelters else {}
    wordings = [
        _wording(
            alert,
            plan,
            variant,
            "sheltered" if shelters else "alone",
            texts_of(said, variant, sheltered=shelters is not None),
            words,
        )
        for number, variant in enumerate([*(variant for _need, variant in VARIANTS), Variant.STANDARD])
        if number in used
    ]
    values: dict[str, Any] = {}
    if shelters:
        metres = shelters.metres[rows]
        values = {
            "shelter": np.array([code.encode() for code in shelters.codes] or [b""])[shelters.index[rows]],
            "metres": np.round(metres, -1).astype(np.int64),
            "direction": (np.round(shelters.bearing[rows] / 45).astype(np.int64)) % 8,
            "minutes": np.ceil(metres * DETOUR / WALKING).astype(np.int64),
        }
    write_many(wording=wordings, batch=_batch(alert, selection, rows, values, numbers))
    return len(rows)


def _write_helpers(alert: Alert, plan: Plan, selection: Selection) -> None:
    """To each helper, whom they help, a message for each; a helper in danger has their own message besides."""
    if not len(selection.helping):
        return
    place = np.full(selection.everybody.size, -1, np.int64)
    place[selection.rows] = np.arange(len(selection))
    helpers, helped = selection.helping.T
    rows = place[helpers]
    names = [name.translate(_UNFIT).encode() for name in names_of(selection.everybody.ids(helped))]
    texts = texts_of(saying(alert), Variant.HELPER, sheltered=False)
    wording = _wording(alert, plan, Variant.HELPER, "helper", texts, {})
    write_many(wording=wording, batch=_batch(alert, selection, rows, {"person": np.array(names)}, None))


def _wording(
    alert: Alert, plan: Plan, variant: Variant, form: str, texts: dict[str, dict[str, Any]], words: dict[str, Any]
) -> Wording:
    return Wording.objects.get_or_create(
        key=f"alert:{alert.pk}:{variant}:{form}",
        defaults={
            "about": f"alert:{alert.pk}",
            "sender": _sender(alert),
            "variant": variant,
            "priority": _priority(alert, plan),
            "drill": alert.drill,
            "spread": plan.priority == "emergency",
            "texts": texts,
            "words": words,
            "created_at": clock.now(),
        },
    )[0]


def _priority(alert: Alert, plan: Plan) -> Priority:
    """A drill stands behind what is meant."""
    priority = Priority[plan.priority.upper()]
    return max(priority, Priority.URGENT) if alert.drill else priority


def _sender(alert: Alert) -> str:
    """The municipality whose order it is, else the prefecture."""
    if alert.order is None:
        return prefecture(settings.PREFECTURE).name
    return Municipality.objects.get(pk=alert.order.municipality_code).name


def _batch(alert: Alert, selection: Selection, rows: Any, values: dict[str, Any], variants: Any) -> Batch:
    everybody, of_people = selection.everybody, selection.rows[rows]
    codes = np.array([code.encode() for code in [*everybody.municipalities, ""]])
    languages = np.array([language.encode() for language in [*LANGUAGES, "ja"]])
    return Batch(
        started_at=clock.now(),
        residents=everybody.id_bytes(of_people),
        languages=languages[everybody.take("language", of_people)],
        municipalities=codes[selection.municipality[rows]],
        values=values,
        variants=variants,
    )


def _names(shelters: Assigned, rows: Any) -> dict[str, dict[str, str]]:
    """By code and language, of those that anybody in the rows is sent to."""
    used = [shelters.codes[number] for number in np.unique(shelters.index[rows])]
    return {
        code: {"ja": name, **({"en": name_en} if name_en else {})}
        for code, name, name_en in Shelter.objects.filter(code__in=used).values_list("code", "name", "name_en")
    }


def _by_municipality(selection: Selection, mine: Any) -> dict[str, int]:
    codes = selection.everybody.municipalities
    counts = np.bincount(selection.municipality[mine].astype(np.int64) + 1, minlength=len(codes) + 1).tolist()
    return {code: count for code, count in zip(["", *codes], counts, strict=True) if count}
