"""Disasters, to which everything about them belongs, and their end."""

import re

from django.utils import timezone

from todoke.kernel import clock
from todoke.loops.reach.models import AreaWarning, Incident, Order, Telegram
from todoke.loops.reach.plans import plans_for
from todoke.loops.reach.telegrams.types import Kind, Status
from todoke.registry.places.types import Hazard

QUAKE = re.compile("[0-9]{14}")
"""EventID that all telegrams of an earthquake and its tsunami share; others count their events otherwise."""

HAZARDS = {"heavy_rain": Hazard.FLOOD, "heavy_snow": Hazard.SNOW, "snowstorm": Hazard.SNOW}
"""Of kinds of telegrams that are not called as what one flees from."""


def incident_for(*, telegram: Telegram, kind: str) -> Incident:
    """The one that its event names; without an event, the one of this hazard that goes on, or a new one.

    A tsunami goes on when another earthquake adds to it: what stands at the coasts is one state.
    """
    hazard = HAZARDS.get(kind, kind)
    quake = QUAKE.fullmatch(telegram.event_id)
    if quake and kind != Kind.TSUNAMI:
        return _incident(f"{hazard}:{telegram.event_id}", kind, telegram)
    going_on = Incident.objects.filter(hazard=hazard, status=telegram.status, ended_at=None).first()
    if quake:
        return going_on or _incident(f"{hazard}:{telegram.event_id}", kind, telegram)
    day = timezone.localdate(telegram.issued_at or telegram.received_at)
    return going_on or _incident(f"{hazard}:{day:%Y%m%d}:{telegram.pk}", kind, telegram)


def _incident(key: str, kind: str, telegram: Telegram) -> Incident:
    titles = [plan.title["ja"] for plan in plans_for(kind)]
    incident, _created = Incident.objects.get_or_create(
        key=f"{telegram.status}:{key}",
        defaults={
            "hazard": HAZARDS.get(kind, kind),
            "title": titles[0] if titles else telegram.title[:120],
            "status": telegram.status,
            "began_at": telegram.issued_at or telegram.received_at,
        },
    )
    if incident.ended_at:
        incident.ended_at = None
        incident.save(update_fields=["ended_at"])
    return incident


def incident_of_order(*, hazard: Hazard | str, drill: bool) -> Incident:
    """The disaster that goes on, by its hazard; an order may be the first that is heard of one."""
    status = Status.DRILL if drill else Status.NORMAL
    going_on = Incident.objects.filter(hazard=hazard, status=status, ended_at=None).first()
    now = clock.now()
    return going_on or Incident.objects.create(
        key=f"{status}:{hazard}:order:{now:%Y%m%d%H%M%S%f}", hazard=hazard, title="", status=status, began_at=now
    )


def end_if_over(*, incident: Incident) -> None:
    """It is over when no warning and no order of it is in force."""
    warned = AreaWarning.objects.filter(incident=incident, ended_at=None).exists()
    ordered = Order.objects.filter(incident=incident, lifted_at=None, withdrawn_at=None).exists()
    if not warned and not ordered:
        Incident.objects.filter(pk=incident.pk, ended_at=None).update(ended_at=clock.now())


def is_drill(incident: Incident) -> bool:
    """Whether nothing of it is meant."""
    return incident.status != Status.NORMAL
