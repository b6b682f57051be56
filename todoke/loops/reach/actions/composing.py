"""Rows of recipients become messages: their wordings, and the columns that fill the gaps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings

from todoke.exchange.messages.actions.many import write_many
from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import LANGUAGES, Batch, Priority
from todoke.kernel import clock
from todoke.loops.reach.actions.recipients import Recipients, Rows
from todoke.loops.reach.assignment import Assigned
from todoke.loops.reach.models import Alert
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.types import OVER, Change, Variant
from todoke.loops.reach.wordings import Remaining, Saying, directions, texts_of
from todoke.registry.people.queries import names_of
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

WALKING = 60
"""Metres a minute: 1.0 m/s, as the Fire and Disaster Management Agency's manual for tsunami evacuation plans counts."""

DETOUR = 1.25
"""A way on foot, to the straight line."""

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
        remaining=tuple(Remaining(plan.step(one["kind"]), one["hazard"], one["area"]) for one in said["remaining"])
        if "remaining" in said
        else (),
        arrives_at=datetime.fromisoformat(arrives_at) if arrives_at else None,
        arrived=said.get("arrived", False),
        height=said.get("height", ""),
        height_m=said.get("height_m"),
        drill=alert.drill,
    )


def write_rows(alert: Alert, to: Recipients, rows: Rows) -> None:
    """A message for each of these rows of the selection."""
    said = saying(alert)
    sheltered, remaining = to.sheltered[rows], to.remaining[rows]
    _write(alert, to, rows[sheltered], said, "sheltered")
    _write(alert, to, rows[remaining], said, "remaining")
    _write(alert, to, rows[~sheltered & ~remaining], replace(said, remaining=()), "alone")


def write_helpers(alert: Alert, to: Recipients) -> None:
    """To each helper, whom they help, a message for each; a helper in danger has their own message besides.

    When it is over, one message to each.
    """
    selection = to.selection
    if not len(selection.helping):
        return
    place = np.full(selection.everybody.size, -1, np.int64)
    place[selection.rows] = np.arange(len(selection))
    helpers, helped = selection.helping.T
    values: dict[str, Any] = {}
    if alert.step == OVER:
        rows = place[np.unique(helpers)]
    else:
        rows = place[helpers]
        names = [name.translate(_UNFIT).encode() for name in names_of(selection.everybody.ids(helped))]
        values = {"person": np.array(names)}
    texts = texts_of(replace(saying(alert), remaining=()), Variant.HELPER, sheltered=False)
    wording = _wording(alert, to.plan, Variant.HELPER, "helper", texts, {})
    write_many(wording=wording, batch=_batch(to, rows, values, None))


def _write(alert: Alert, to: Recipients, rows: Rows, said: Saying, form: str) -> None:
    if not len(rows):
        return
    shelters = to.shelters if form == "sheltered" else None
    variants = np.full(len(rows), len(VARIANTS))
    for number, (need, _variant) in reversed(list(enumerate(VARIANTS))):
        variants[np.asarray(to.needs[need])[rows]] = number
    used, numbers = np.unique(variants, return_inverse=True)
    words = {"direction": directions(), "shelter": to.shelter_names} if shelters else {}
    wordings = [
        _wording(alert, to.plan, variant, form, texts_of(said, variant, sheltered=shelters is not None), words)
        for number, variant in enumerate([*(variant for _need, variant in VARIANTS), Variant.STANDARD])
        if number in used
    ]
    values = _way(shelters, rows) if shelters else {}
    write_many(wording=wordings, batch=_batch(to, rows, values, numbers))


def _way(shelters: Assigned, rows: Rows) -> dict[str, Any]:
    metres = shelters.metres[rows]
    return {
        "shelter": np.array([code.encode() for code in shelters.codes] or [b""])[shelters.index[rows]],
        "metres": np.round(metres, -1).astype(np.int64),
        "direction": (np.round(shelters.bearing[rows] / 45).astype(np.int64)) % 8,
        "minutes": np.ceil(metres * DETOUR / WALKING).astype(np.int64),
    }


def _wording(
    alert: Alert, plan: Plan, variant: Variant, form: str, texts: dict[str, dict[str, Any]], words: dict[str, Any]
) -> Wording:
    """The alert's own of this form. Another when a shelter has none of its names there: they were written down for
    an earlier part.
    """
    key = f"alert:{alert.pk}:{variant}:{form}"
    known = Wording.objects.filter(key__startswith=f"alert:{alert.pk}:{variant}:", key__endswith=form).order_by("-pk")
    newest = known.first()
    names = words.get("shelter", {})
    if newest is not None and names.keys() <= newest.words.get("shelter", {}).keys():
        return newest
    if newest is not None:
        key = f"alert:{alert.pk}:{variant}:{known.count()}:{form}"
    return Wording.objects.create(
        key=key,
        about=f"alert:{alert.pk}",
        sender=_sender(alert),
        variant=variant,
        priority=_priority(alert, plan),
        drill=alert.drill,
        spread=plan.priority == "emergency",
        texts=texts,
        words=words,
        created_at=clock.now(),
    )


def _priority(alert: Alert, plan: Plan) -> Priority:
    """A drill stands behind what is meant."""
    priority = Priority[plan.priority.upper()]
    return max(priority, Priority.URGENT) if alert.drill else priority


def _sender(alert: Alert) -> str:
    """The municipality whose order it is, else the prefecture."""
    if alert.order is None:
        return prefecture(settings.PREFECTURE).name
    return Municipality.objects.get(pk=alert.order.municipality_code).name


def _batch(to: Recipients, rows: Rows, values: Mapping[str, Any], variants: Any) -> Batch:
    selection = to.selection
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
