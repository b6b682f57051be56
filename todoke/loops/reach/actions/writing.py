"""A message for each resident of an alert's audience, by one COPY."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings

from todoke.exchange.messages.actions.many import stop_wording, write_many
from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import LANGUAGES, Batch, Priority
from todoke.kernel import clock
from todoke.loops.reach.assignment import Assigned, assigned
from todoke.loops.reach.audience import Because, Selection
from todoke.loops.reach.models import Alert
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.queries.meant import meant
from todoke.loops.reach.types import Change, Variant
from todoke.loops.reach.wordings import Saying, directions, texts_of
from todoke.registry.people import population
from todoke.registry.people.needs import needs_of
from todoke.registry.people.queries import names_of
from todoke.registry.people.types import Reader
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.prefectures import prefecture

WALKING = 60
"""Metres a minute: 1.0 m/s, as the Fire and Disaster Management Agency's manual for tsunami evacuation plans counts."""

DETOUR = 1.25
"""A way on foot, to the straight line."""

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


def write_messages(*, alert: Alert) -> None:
    """A message for each resident of the alert's audience, and the jobs that carry them; what it overtakes is stopped.

    When something is lowered or over, also for those who were told before and are no longer in the audience.
    """
    plan = plans()[alert.plan]
    alert.plan_digest = plan.digest
    reader = Reader("system", "トドケ", "災害のときに知らせるため")
    everybody = population.fresh(reader=reader)
    selection = meant(alert, plan, everybody)
    stop_earlier(alert, plan)
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


def stop_earlier(alert: Alert, plan: Plan) -> None:
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
