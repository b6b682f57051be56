"""A telegram becomes what is in force, and what is to be told."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from todoke.kernel import clock
from todoke.loops.reach import telegrams
from todoke.loops.reach.actions.alerts import send_alerts
from todoke.loops.reach.actions.incidents import QUAKE, end_if_over, incident_for
from todoke.loops.reach.actions.telegrams import AHEAD
from todoke.loops.reach.models import AreaWarning, Incident, Telegram
from todoke.loops.reach.plans import plans
from todoke.loops.reach.standing import Place, Standing, differences, ended_by, only_known, place_of, stands
from todoke.loops.reach.telegrams.places import finest, municipalities_of
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.types import Area, InfoType, Kind, Severity, Status
from todoke.registry.places.queries import known_municipalities

ONE_AT_A_TIME = 0x746F646F
"""Number of the advisory lock under which telegrams are taken in: each sees what the one before it left."""

LASTS = {
    Kind.EARTHQUAKE: timedelta(hours=6),
    Kind.EARTHQUAKE_EARLY_WARNING: timedelta(minutes=10),
    Kind.TORNADO: timedelta(hours=1),
    Kind.WATER_LEVEL: timedelta(hours=12),
    Kind.HEAT: timedelta(hours=36),
    Kind.FOLLOW_UP_QUAKE: timedelta(days=7),
}
"""What is observed, or foreseen for a moment, is never lifted; after so long it is not shown as in force."""

REPORTED = timedelta(hours=3)
"""The same for what is reported once and followed by nothing (記録的短時間大雨情報, 噴火速報)."""


@transaction.atomic
def expire() -> int:
    """End the warnings whose time is over; nobody is told. How many."""
    _one_at_a_time()
    now = clock.now()
    over = AreaWarning.objects.filter(ended_at=None, ends_at__lte=now)
    incidents = set(over.values_list("incident", flat=True))
    ended = over.update(ended_at=now)
    for incident in Incident.objects.filter(pk__in=incidents):
        end_if_over(incident=incident)
    return ended


@transaction.atomic
def take_in(*, telegram_id: int) -> None:
    """Bring what is in force up to date with a stored telegram, and send the alerts that follow; all or nothing.

    One that was taken in already, that came after a newer one of its unit, be it only on the queue, or that tests the
    delivery, changes nothing. A drill changes only what is in force in drills.
    """
    _one_at_a_time()
    stored = Telegram.objects.get(pk=telegram_id)
    if stored.handled_at:
        return
    Telegram.objects.filter(pk=telegram_id).update(handled_at=clock.now())
    if stored.error or stored.superseded or not stored.concern or stored.status == Status.TEST:
        return
    if _overtaken(stored):
        Telegram.objects.filter(pk=telegram_id).update(superseded=True)
        return
    said = _read(stored)
    if said.withdraws:
        said = _before(stored, said)
    said = replace(said, unit=stored.unit, areas=_each_once(finest(said, settings.PREFECTURE)))
    rows = {_place(row): row for row in AreaWarning.objects.filter(ended_at=None, incident__status=stored.status)}
    if said.role == "information":
        _add_details(rows, said.areas)
        return
    before = [_standing(row) for row in rows.values()]
    if stored.reason == Reason.LEVELS_ARRIVE:
        said = only_known(before, said)
    _end(rows, ended_by(before, said))
    _hold(rows, said, stored)
    after = [_standing(row) for row in AreaWarning.objects.filter(ended_at=None, incident__status=stored.status)]
    for plan in plans().values():
        if found := differences(_same_quake(before, stored), _same_quake(after, stored), plan):
            incident = incident_for(telegram=stored, kind=found[0].because.place[0])
            send_alerts(incident=incident, telegram=stored, plan=plan, differences=found)
    for incident in Incident.objects.filter(pk__in={row.incident_id for row in rows.values()}):
        end_if_over(incident=incident)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _overtaken(stored: Telegram) -> bool:
    """Whether a newer one of its unit was taken in already: jobs are taken by several workers, and tried again."""
    newer = Q(sent_at__gt=stored.sent_at) | Q(sent_at=stored.sent_at, pk__gt=stored.pk)
    handled = Telegram.objects.filter(newer, unit=stored.unit, error="", superseded=False, handled_at__isnull=False)
    return stored.sent_at is not None and handled.exists()


def _each_once(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The gravest of what is said of a place, with names as long as are kept: no slip keeps the rest from anybody."""
    found: dict[Place, Area] = {}
    for long in areas:
        area = replace(
            long,
            code=long.code[:20],
            code_type=long.code_type[:80],
            name=long.name[:100],
            warning=long.warning[:60],
        )
        known = found.get(place_of(area))
        if known is None or area.severity > known.severity:
            found[place_of(area)] = area
    return tuple(found.values())


def _same_quake(standing: Collection[Standing], stored: Telegram) -> list[Standing]:
    """Without what other earthquakes shook: that is over, and who was asked then is asked again."""
    if not QUAKE.fullmatch(stored.event_id):
        return list(standing)
    mine = stored.event_id
    return [one for one in standing if one.place[0] != Kind.EARTHQUAKE or one.unit.endswith(f"|{mine}")]


def _read(stored: Telegram) -> telegrams.Telegram:
    return telegrams.read(bytes(stored.body), name=stored.name, prefecture=settings.PREFECTURE)


def _before(stored: Telegram, withdrawal: telegrams.Telegram) -> telegrams.Telegram:
    """取消: what the unit said before its latest telegram, as if it were said now; nothing, when that was its first."""
    earlier = Telegram.objects.filter(unit=stored.unit, superseded=False, concern=True, error="")
    kept = earlier.filter(sent_at__lte=stored.sent_at or stored.received_at)
    kept = kept.exclude(pk=stored.pk).exclude(info_type=InfoType.CANCEL).order_by("-sent_at", "-pk")[1:2]
    said = _read(kept[0]) if kept else replace(withdrawal, areas=())
    return replace(said, info_type=InfoType.CORRECTION)


def _place(row: AreaWarning) -> tuple[str, str, str, str]:
    return row.unit, row.kind, row.area_type, row.area_code


def _standing(row: AreaWarning) -> Standing:
    arrives_at = row.detail.get("arrives_at")
    return Standing(
        place=(row.kind, row.area_type, row.area_code),
        unit=row.unit,
        severity=Severity(row.severity),
        municipalities=frozenset(row.municipalities),
        height=row.detail.get("height", ""),
        height_m=row.detail.get("height_m"),
        arrives_at=datetime.fromisoformat(arrives_at) if arrives_at else None,
        arrival=row.detail.get("arrival", ""),
    )


def _details(area: Area) -> dict[str, Any]:
    found = {
        "height": area.height,
        "height_m": area.height_m,
        "arrives_at": area.arrives_at.isoformat() if area.arrives_at else None,
        "arrival": area.arrival,
        "intensity": area.intensity,
        "condition": area.condition,
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def _end(rows: dict[tuple[str, str, str, str], AreaWarning], ended: Iterable[Standing]) -> None:
    numbers = [rows[one.unit, *one.place].pk for one in ended]
    AreaWarning.objects.filter(pk__in=numbers).update(ended_at=clock.now())


def _hold(
    rows: dict[tuple[str, str, str, str], AreaWarning],
    said: telegrams.Telegram,
    stored: Telegram,
) -> None:
    """What stands as it stood keeps its row; another severity begins a new one."""
    known = known_municipalities()
    now = clock.now()
    for area in said.areas:
        if not stands(area):
            continue
        row = rows.get((said.unit, *place_of(area)))
        issued_at = min(said.issued_at or stored.received_at, stored.received_at + AHEAD)
        ends_at = _ends_at(said, area, issued_at)
        if row and row.severity == area.severity and row.name == area.warning:
            row.detail, row.issued_at, row.telegram = {**row.detail, **_details(area)}, issued_at, stored
            row.ends_at = ends_at
            row.save(update_fields=["detail", "issued_at", "ends_at", "telegram"])
            continue
        if row:
            AreaWarning.objects.filter(pk=row.pk).update(ended_at=now)
        AreaWarning.objects.create(
            incident=incident_for(telegram=stored, kind=str(area.kind)),
            unit=said.unit,
            kind=str(area.kind),
            area_type=area.code_type,
            area_code=area.code,
            area_name=area.name,
            municipalities=sorted(municipalities_of(area, known)),
            name=area.warning,
            severity=area.severity,
            level=area.level,
            detail=_details(area),
            publisher=said.publishing_office[:60],
            issued_at=issued_at,
            began_at=now,
            telegram=stored,
            ends_at=ends_at,
        )


def _ends_at(said: telegrams.Telegram, area: Area, issued_at: datetime) -> datetime | None:
    lasts = LASTS.get(area.kind) or (None if said.unit_is_full_state else REPORTED)
    return said.valid_until or (issued_at + lasts if lasts else None)


def _add_details(rows: dict[tuple[str, str, str, str], AreaWarning], areas: Iterable[Area]) -> None:
    said = {place_of(area): area for area in areas}
    for (_unit, *place), row in rows.items():
        area = said.get((place[0], place[1], place[2]))
        if area:
            row.detail = {**row.detail, **_details(area)}
            row.save(update_fields=["detail"])
