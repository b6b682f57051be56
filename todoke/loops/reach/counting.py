"""What an incident's answers and deliveries come to, and who is to be called."""

import time
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.people import ANSWERS, NOTHING, People, people_told
from todoke.exchange.messages.types import Answer
from todoke.kernel import clock
from todoke.loops.reach.calling import ELDERLY, INFANT, Callee, Heard, in_order
from todoke.loops.reach.models import Incident, Situation
from todoke.loops.reach.types import Variant
from todoke.registry.people import population
from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader

LISTED = 500
"""How many of those to be called are kept; whoever asked for help is always among them."""

ONE_AT_A_TIME = 0x73697475
"""First number of the advisory locks under which one process counts an incident."""

ADULT = 18
_EPOCH = date(1970, 1, 1)


@transaction.atomic
def count_situation(*, incident_id: int, patient: bool = False) -> Situation | None:
    """Count now, and keep it; None while another process counts.

    Who is ``patient`` waits for a snapshot of everybody to be made where there is none; else ages stay unknown.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, incident_id])
        if not cursor.fetchone()[0]:
            return None
    began, incident = time.monotonic(), Incident.objects.get(pk=incident_id)
    now = clock.now()
    abouts = [f"alert:{alert}" for alert in incident.alerts.values_list("pk", flat=True)]
    people = people_told(abouts, without_variant=Variant.HELPER)
    everybody = _everybody(patient)
    callees = in_order(_callees(people, everybody))
    asked = [one for one in callees if one.heard is Heard.HELP]
    others = [one for one in callees if one.heard is not Heard.HELP]
    kept = [*asked, *others[: max(0, LISTED - len(asked))]]
    return Situation.objects.update_or_create(
        incident=incident,
        defaults={
            "asked_at": None,
            "counted_at": now,
            "milliseconds": round((time.monotonic() - began) * 1000),
            "figures": people.count(),
            "callees": [one.as_json() for one in kept],
        },
    )[0]


def _callees(people: People, everybody: Everybody | None) -> list[Callee]:
    """Who asked for help, and of those who did not answer whom waiting may cost most."""
    if not len(people):
        return []
    variants = dict(Wording.objects.filter(pk__in=np.unique(people.wording).tolist()).values_list("pk", "variant"))
    needing = np.isin(people.wording, [pk for pk, variant in variants.items() if variant not in {"", Variant.STANDARD}])
    asked = people.answer == ANSWERS.index(Answer.HELP)
    known = _known(people, everybody)
    quiet = (people.answer == NOTHING) & (needing | known["elderly_alone"] | known["infant_alone"])
    rows = np.flatnonzero(asked | quiet)
    ids, messages = people.residents(rows), people.messages(rows)
    unreached = people.unreached
    return [
        Callee(
            resident=ids[place],
            message=messages[place],
            municipality=people.municipality[row].decode().strip(),
            heard=Heard.HELP if asked[row] else Heard.UNREACHED if unreached[row] else Heard.SILENT,
            since=datetime.fromtimestamp(float(people.at[row]), tz=clock.JAPAN),
            need=Variant(variants.get(int(people.wording[row])) or Variant.STANDARD),
            age=int(known["age"][row]),
            alone=bool(known["alone"][row]),
            infant=bool(known["infant"][row]),
        )
        for place, row in enumerate(rows.tolist())
    ]


def _everybody(patient: bool) -> Everybody | None:
    try:
        return population.as_of(population.load())
    except population.NoSnapshotError:
        reader = Reader("system", "トドケ", "災害のときに知らせるため")
        return population.as_of(population.refresh(reader=reader)) if patient else None


def _known(people: People, everybody: Everybody | None) -> dict[str, Any]:
    """Ages and homes, as the snapshot of everybody has them; nothing of who is not in it."""
    size = len(people)
    found = {name: np.zeros(size, bool) for name in ("alone", "infant", "elderly_alone", "infant_alone")}
    age = np.zeros(size, np.int64)
    if everybody is None:
        return {**found, "age": age}
    rows = everybody.rows_of_bytes(people.resident)
    there = np.flatnonzero(rows >= 0)
    arrays, rows = everybody.base.arrays, rows[rows >= 0]
    today = (clock.today() - _EPOCH).days
    years = (today - arrays["birth"]) // 365.2425
    homes = int(arrays["home"][-1]) + 1 if len(arrays["home"]) else 0
    infants = np.bincount(arrays["home"][years < INFANT], minlength=homes)
    adults = np.bincount(arrays["home"][years >= ADULT], minlength=homes)
    home = arrays["home"][rows]
    age[there] = years[rows]
    found["alone"][there] = (adults[home] <= 1) & (years[rows] >= ADULT)
    found["infant"][there] = infants[home] > 0
    found["elderly_alone"] = found["alone"] & (age >= ELDERLY)
    found["infant_alone"] = found["alone"] & found["infant"]
    return {**found, "age": age}
