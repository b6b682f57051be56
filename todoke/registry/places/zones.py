"""Zones: imported from files, drawn on the map, and ended."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.ids import new_id
from todoke.registry.places.actions import BATCH
from todoke.registry.places.adapters.zone_files import ZoneRow, read_zones
from todoke.registry.places.errors import BadFileError, BadRowsError, NoAreaError, UnknownSourceError
from todoke.registry.places.geometry import from_geojson, to_wkb
from todoke.registry.places.models import Zone
from todoke.registry.places.types import Hazard, Imported, ZoneKind

_FIELDS = ("hazard", "kind", "name", "boundary", "properties", "source", "demonstration", "ended_at")


@transaction.atomic
def import_zones(*, path: Path, skip_bad: bool = False, actor: str = audit.SYSTEM) -> Imported:
    """Zones of a file of the national land data (A31, A33, A40), or of PAZ and UPZ.

    A zone that left the file is ended. Raises BadFileError, BadRowsError.
    """
    read = read_zones(path, settings.PREFECTURE)
    if read.problems and not skip_bad:
        raise BadRowsError(file=path.name, problems=read.problems)
    if not read.zones and not read.problems:
        raise BadFileError(file=path.name, problem="この都道府県の区域が1つもありません")
    done = keep_zones(rows=read.zones, source=path.name[:120], actor=actor, whole=not read.problems)
    return Imported(
        added=done.added,
        changed=done.changed,
        withdrawn=done.withdrawn,
        unchanged=done.unchanged,
        elsewhere=read.elsewhere,
        bad=tuple(read.problems),
    )


@transaction.atomic
def keep_zones(
    *, rows: list[ZoneRow], source: str, actor: str, demonstration: bool = False, whole: bool = True
) -> Imported:
    """All zones of a source: new ones are added, others changed, and if it is ``whole`` those not in ``rows`` ended."""
    now = clock.now()
    there = {row.code: row for row in Zone.objects.filter(code__in=[row.code for row in rows])}
    if whole:
        there |= {row.code: row for row in Zone.objects.filter(source=source, ended_at=None)}
    new, changed, unchanged = [], [], 0
    for row in rows:
        wanted: dict[str, Any] = {
            "hazard": row.hazard.value,
            "kind": row.kind.value,
            "name": row.name,
            "boundary": to_wkb(row.boundary),
            "properties": row.properties,
            "source": source,
            "demonstration": demonstration,
            "ended_at": None,
        }
        old = there.pop(row.code, None)
        if old is None:
            new.append(Zone(code=row.code, imported_at=now, **wanted))
        elif any(_plain(getattr(old, name)) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(old, name, value)
            old.imported_at = now
            changed.append(old)
        else:
            unchanged += 1
    Zone.objects.bulk_create(new, batch_size=BATCH)
    Zone.objects.bulk_update(changed, [*_FIELDS, "imported_at"], batch_size=BATCH)
    gone = list(there)
    Zone.objects.filter(code__in=gone).update(ended_at=now)
    if new or changed or gone:
        counts = {"added": len(new), "changed": len(changed), "withdrawn": len(gone)}
        audit.record(actor=actor, action="zones.import", subject=f"zones:{source}", **counts)
        events.tell("zones-changed", codes=[row.code for row in new + changed] + gone)
    return Imported(added=len(new), changed=len(changed), withdrawn=len(gone), unchanged=unchanged)


@transaction.atomic
def draw_zone(
    *,
    hazard: Hazard,
    name: str,
    geometry: dict[str, Any],
    actor: str,
    organisation_id: int | None = None,
    demonstration: bool = False,
) -> Zone:
    """A zone of an officer's, from a GeoJSON polygon of the map. Raises NoAreaError."""
    try:
        boundary = from_geojson(geometry)
    except ValueError:
        raise NoAreaError from None
    zone = Zone.objects.create(
        code=f"drawn:{new_id()}",
        hazard=hazard.value,
        kind=ZoneKind.DRAWN.value,
        name=name[:100],
        boundary=to_wkb(boundary),
        source=actor[:120],
        demonstration=demonstration,
        imported_at=clock.now(),
    )
    audit.record(
        actor=actor, action="zone.draw", subject=f"zone:{zone.code}", organisation_id=organisation_id, name=name
    )
    events.tell("zones-changed", codes=[zone.code])
    return zone


@transaction.atomic
def end_zones(*, source: str, actor: str = audit.SYSTEM) -> int:
    """End the zones of a file, when another one takes its place; how many. Raises UnknownSourceError."""
    rows = Zone.objects.filter(source=source, ended_at=None)
    codes = list(rows.values_list("code", flat=True))
    if not codes:
        raise UnknownSourceError(source=source)
    rows.update(ended_at=clock.now())
    audit.record(actor=actor, action="zones.end", subject=f"zones:{source}", withdrawn=len(codes))
    events.tell("zones-changed", codes=codes)
    return len(codes)


@transaction.atomic
def end_zone(*, code: str, actor: str, organisation_id: int | None = None) -> None:
    """End one zone, as one that was drawn for a danger that is over; again it changes nothing."""
    if Zone.objects.filter(code=code, ended_at=None).update(ended_at=clock.now()):
        audit.record(actor=actor, action="zone.end", subject=f"zone:{code}", organisation_id=organisation_id)
        events.tell("zones-changed", codes=[code])


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
