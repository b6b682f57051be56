"""Where else than at home residents may be: places that they register, and where they say they are now."""

import math
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.registry.people.models import Resident, Whereabouts

REGISTERED = ("work", "school", "other")
NOW = "now"
MOST = 10
"""Places of one resident."""

LONGEST = timedelta(days=14)
"""Where somebody is now is not believed for longer."""


class PlaceError(InvalidInputError):
    """場所が選ばれていないか、日本の外です。場所は10か所まで登録できます。"""

    code = "whereabouts"


class StayError(InvalidInputError):
    """「いまいる場所」の終わりは、いまから14日以内にしてください。"""

    code = "stay"


@transaction.atomic
def add_whereabouts(
    *, resident: Resident, kind: str, longitude: float, latitude: float, name: str = "", by: str = ""
) -> Whereabouts:
    """A place where the resident often is. Raises PlaceError."""
    Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    many = resident.whereabouts.filter(ended_at=None).exclude(kind=NOW).count()
    if kind not in REGISTERED or many >= MOST:
        raise PlaceError
    return _added(resident, kind, name, longitude, latitude, None, by)


@transaction.atomic
def say_where_i_am(
    *, resident: Resident, longitude: float, latitude: float, until: datetime, name: str = "", by: str = ""
) -> Whereabouts:
    """Where the resident is now, until a time; what they said before no longer counts. Raises PlaceError, StayError."""
    now = clock.now()
    if not now < until <= now + LONGEST:
        raise StayError
    Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    resident.whereabouts.filter(kind=NOW, ended_at=None).update(ended_at=now)
    return _added(resident, NOW, name, longitude, latitude, until, by)


def _added(
    resident: Resident, kind: str, name: str, longitude: float, latitude: float, until: datetime | None, by: str
) -> Whereabouts:
    if not (math.isfinite(longitude) and math.isfinite(latitude) and 122 < longitude < 154 and 20 < latitude < 46):
        raise PlaceError
    made = Whereabouts.objects.create(
        resident=resident,
        kind=kind,
        name=name.strip()[:100],
        longitude=longitude,
        latitude=latitude,
        said_at=clock.now(),
        until=until,
    )
    actor = by or f"resident:{resident.pk}"
    audit.record(actor=actor, action="whereabouts.add", subject=f"resident:{resident.pk}", kind=kind)
    events.tell("whereabouts-changed", resident=resident)
    return made


@transaction.atomic
def end_whereabouts(*, whereabouts_id: int, resident: Resident, by: str = "") -> None:
    """The resident is no longer there. Raises NotFoundError."""
    found = resident.whereabouts.select_for_update().filter(pk=whereabouts_id).first()
    if found is None:
        raise NotFoundError
    if found.ended_at is None:
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        actor = by or f"resident:{resident.pk}"
        audit.record(actor=actor, action="whereabouts.end", subject=f"resident:{resident.pk}", kind=found.kind)
        events.tell("whereabouts-changed", resident=resident)


def whereabouts_of(resident: Resident) -> QuerySet[Whereabouts]:
    """What counts now, the newest last."""
    not_over = Q(until=None) | Q(until__gt=clock.now())
    return resident.whereabouts.filter(not_over, ended_at=None).order_by("id")
