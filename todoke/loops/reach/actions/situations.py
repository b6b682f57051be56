"""The situation of an incident as boards read it: the last count, and a new one asked for when it is old."""

from datetime import timedelta

from todoke.kernel import clock
from todoke.loops.reach.calling import Callee
from todoke.loops.reach.counting import count_situation
from todoke.loops.reach.jobs import count
from todoke.loops.reach.models import Incident, Situation

FRESH = timedelta(seconds=4)
"""A count of so little age is not made anew."""

PATIENCE = timedelta(seconds=12)
"""When no worker has counted for so long, the page that asks counts itself."""

SHARE = 4
"""Counting takes at most this part of a worker's time: after a count of one second the next one waits for four."""

STALE = timedelta(seconds=60)
PRIORITY = 95


def situation_of(incident: Incident) -> Situation:
    """The last count; a new one is asked for when it is old, and waited for when nobody makes it."""
    found, _new = Situation.objects.get_or_create(incident=incident)
    now = clock.now()
    if incident.ended_at and found.counted_at and found.counted_at > incident.ended_at + timedelta(hours=1):
        return found
    if found.counted_at is None or now - found.counted_at > PATIENCE:
        return count_situation(incident_id=incident.pk) or found
    rest = max(FRESH, SHARE * timedelta(milliseconds=found.milliseconds))
    if now - found.counted_at > rest and (found.asked_at is None or now - found.asked_at > PATIENCE):
        asked = Situation.objects.filter(pk=found.pk, asked_at=found.asked_at).update(asked_at=now)
        if asked:
            count.enqueue(priority=PRIORITY, incident_id=incident.pk)
    return found


def callees_of(situation: Situation) -> list[Callee]:
    """Who is to be called, as last counted."""
    return [Callee.from_json(kept) for kept in situation.callees]


def is_stale(situation: Situation) -> bool:
    """Whether the count is so old that a page says so."""
    return situation.counted_at is None or clock.now() - situation.counted_at > STALE
