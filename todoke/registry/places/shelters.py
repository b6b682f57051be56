"""Shelters: imported from files, and opened, closed or said to be full."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians
from pathlib import Path

from django.conf import settings
from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.text import search_key
from todoke.registry.places.actions import BATCH
from todoke.registry.places.adapters.shelter_files import ShelterRow, read_shelters
from todoke.registry.places.adapters.shelter_layouts import ShelterLayout
from todoke.registry.places.errors import BadFileError, BadRowsError, ShelterWithdrawnError
from todoke.registry.places.models import Municipality, Shelter, ShelterEntry, ShelterState
from todoke.registry.places.municipalities import city_of_ward
from todoke.registry.places.queries import known_municipalities
from todoke.registry.places.types import Imported, Openness, Problem

SAME_PLACE = 100
"""Metres between two lines of one name that are about one place."""

_BRACKETS = re.compile("[(（].*?[)）]")
_SHELTER_FIELDS = (
    *("name", "name_kana", "name_en", "municipality", "address", "longitude", "latitude", "emergency", "designated"),
    *("hazards", "capacity", "features", "phone", "source", "demonstration", "withdrawn_at"),
)
_ENTRY_FIELDS = ("emergency", "designated", "content", "source", "left_at")
_METRES_A_DEGREE = 111_195


@dataclass(frozen=True)
class PlacedRow:
    """A row with its entry's code and its municipality."""

    code: str
    municipality_code: str
    row: ShelterRow


@transaction.atomic
def import_shelters(*, path: Path, skip_bad: bool = False, actor: str = audit.SYSTEM) -> Imported:
    """Shelters of a file of the GSI or of the standard data set, by lines; what left the file is withdrawn.

    A line is looked for among all lines of its layout and of the municipalities that the file has, whatever the file
    was called before. A file without a line of the prefecture is refused, so that it withdraws nothing. Raises
    BadFileError, BadRowsError, NoPlacesError.
    """
    known = known_municipalities()
    read = read_shelters(path, settings.PREFECTURE)
    placed, problems, elsewhere = _placed(read.rows, known)
    problems = sorted([*read.problems, *problems], key=lambda problem: problem.line)
    if problems and not skip_bad:
        raise BadRowsError(file=path.name, problems=problems)
    if not placed and not problems:
        raise BadFileError(file=path.name, problem="この都道府県の行が1つもありません")
    kept_lines = {problem.line for problem in problems}
    done = keep_shelters(rows=placed, source=path.name[:120], actor=actor, whole=not kept_lines)
    return Imported(
        added=done.added,
        changed=done.changed,
        withdrawn=done.withdrawn,
        unchanged=done.unchanged,
        elsewhere=elsewhere,
        bad=tuple(problems),
    )


@transaction.atomic
def keep_shelters(
    *, rows: Sequence[PlacedRow], source: str, actor: str, demonstration: bool = False, whole: bool = True
) -> Imported:
    """All lines of a source. Unless it is ``whole`` (lines of it could not be read) nothing is withdrawn."""
    now = clock.now()
    there = {entry.code: entry for entry in ShelterEntry.objects.filter(code__in=[placed.code for placed in rows])}
    places = _Places()
    touched: set[int] = set()
    new, changed, unchanged = [], [], 0
    for placed in rows:
        row = placed.row
        entry = there.get(placed.code)
        content = row.content.as_json() | {"municipality": placed.municipality_code}
        wanted = {
            "emergency": row.emergency,
            "designated": row.designated,
            "content": content,
            "source": source,
            "left_at": None,
        }
        if entry is None:
            shelter = places.same(placed) or _new_shelter(placed, source, now, demonstration)
            entry = ShelterEntry(code=placed.code, shelter=shelter, layout=row.layout.value, **wanted)
            places.add(placed, shelter)
            new.append(entry)
        elif any(getattr(entry, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(entry, name, value)
            changed.append(entry)
            touched.add(entry.shelter_id)
        else:
            unchanged += 1
    fresh = {id(entry.shelter): entry.shelter for entry in new if entry.shelter.pk is None}
    Shelter.objects.bulk_create(fresh.values(), batch_size=BATCH)
    for entry in new:
        entry.shelter_id = entry.shelter.pk
    ShelterEntry.objects.bulk_create(new, batch_size=BATCH)
    ShelterEntry.objects.bulk_update(changed, _ENTRY_FIELDS, batch_size=BATCH)
    gone = _gone(rows, source) if whole else []
    ShelterEntry.objects.filter(pk__in=[entry.pk for entry in gone]).update(left_at=now)
    touched |= {entry.shelter_id for entry in [*new, *gone]}
    _put_together(touched, now)
    if touched:
        counts = {"added": len(new), "changed": len(changed), "withdrawn": len(gone)}
        audit.record(actor=actor, action="shelters.import", subject=f"shelters:{source}", **counts)
        events.tell("shelters-changed")
    return Imported(added=len(new), changed=len(changed), withdrawn=len(gone), unchanged=unchanged)


def open_shelter(
    *, shelter: Shelter, actor: str, actor_name: str, reason: str = "", organisation_id: int | None = None
) -> ShelterState:
    """People may come. Raises ShelterWithdrawnError."""
    return _say(Openness.OPEN, shelter, actor, actor_name, reason, organisation_id)


def close_shelter(
    *, shelter: Shelter, actor: str, actor_name: str, reason: str = "", organisation_id: int | None = None
) -> ShelterState:
    """Nobody may be sent there any more."""
    return _say(Openness.CLOSED, shelter, actor, actor_name, reason, organisation_id)


def mark_full(
    *, shelter: Shelter, actor: str, actor_name: str, reason: str = "", organisation_id: int | None = None
) -> ShelterState:
    """Who is there stays; nobody else is sent there. Raises ShelterWithdrawnError."""
    return _say(Openness.FULL, shelter, actor, actor_name, reason, organisation_id)


@transaction.atomic
def _say(
    openness: Openness, shelter: Shelter, actor: str, actor_name: str, reason: str, organisation_id: int | None
) -> ShelterState:
    """The newest state again adds nothing."""
    locked = Shelter.objects.select_for_update().get(pk=shelter.pk)
    if locked.withdrawn_at is not None and openness is not Openness.CLOSED:
        raise ShelterWithdrawnError
    newest = locked.states.order_by("-id").first()
    if newest is not None and (newest.state, newest.reason) == (openness.value, reason):
        return newest
    state = ShelterState.objects.create(
        shelter=locked,
        state=openness.value,
        at=clock.now(),
        actor=actor,
        actor_name=actor_name[:60],
        reason=reason[:200],
    )
    audit.record(
        actor=actor,
        action=f"shelter.{openness.value}",
        subject=f"shelter:{locked.code}",
        organisation_id=organisation_id,
        reason=reason,
    )
    events.tell("shelter-state-changed", shelter=locked, state=openness)
    return state


def _placed(rows: Iterable[ShelterRow], known: dict[str, Municipality]) -> tuple[list[PlacedRow], list[Problem], int]:
    """Rows by their entry's code; those that name no municipality, or come twice, are problems."""
    names = {row.district + row.name: code for code, row in known.items()} | {
        row.name: code for code, row in known.items()
    }
    placed: dict[str, PlacedRow] = {}
    problems, elsewhere = [], 0
    for row in rows:
        code: str | None = row.municipality_code or names.get(row.municipality)
        if code and code not in known:
            if code[:2] != settings.PREFECTURE:
                elsewhere += 1
                continue
            code = city_of_ward(code, known)
        if not code:
            problem = f"知らない市区町村です: {row.municipality_code or row.municipality}"
            problems.append(Problem(row.line, problem))
            continue
        entry = row.number if row.layout is ShelterLayout.GSI else f"{code}-{row.layout.value}-{row.number}"
        if entry in placed:
            problems.append(Problem(row.line, f"{placed[entry].row.line} 行目と同じ番号です: {row.number}"))
            continue
        placed[entry[:60]] = PlacedRow(entry[:60], code, row)
    return list(placed.values()), problems, elsewhere


def _gone(rows: Sequence[PlacedRow], source: str) -> list[ShelterEntry]:
    """Lines in force that should be in the file and are not: of its name, or of its layout, kind and municipalities."""
    here = {placed.code for placed in rows}
    kinds = {(placed.row.layout.value, placed.row.emergency, placed.municipality_code) for placed in rows}
    return [
        entry
        for entry in ShelterEntry.objects.filter(left_at=None)
        if entry.code not in here
        and (entry.source == source or (entry.layout, entry.emergency, entry.content["municipality"]) in kinds)
    ]


def _new_shelter(placed: PlacedRow, source: str, now: datetime, demonstration: bool) -> Shelter:
    content = placed.row.content
    return Shelter(
        code=placed.code,
        name=content.name,
        municipality_id=placed.municipality_code,
        longitude=content.longitude,
        latitude=content.latitude,
        emergency=placed.row.emergency,
        designated=placed.row.designated,
        source=source,
        demonstration=demonstration,
        imported_at=now,
    )


class _Places:
    """Shelters by municipality and name, to find the one that a new line is about."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], list[tuple[float, float, Shelter]]] = defaultdict(list)
        self._taken: set[tuple[int, str, bool]] = set()
        entries = ShelterEntry.objects.filter(left_at=None).select_related("shelter")
        for entry in entries:
            content = entry.content
            key = content["municipality"], _name_key(content["name"])
            self._named[key].append((content["longitude"], content["latitude"], entry.shelter))
            self._taken.add((entry.shelter_id, entry.layout, entry.emergency))
        self._taken_new: set[tuple[int, str, bool]] = set()

    def same(self, placed: PlacedRow) -> Shelter | None:
        """The shelter of this name nearby that has no line of this layout and kind yet."""
        content, row = placed.row.content, placed.row
        for longitude, latitude, shelter in self._named[placed.municipality_code, _name_key(content.name)]:
            taken = self._taken if shelter.pk is not None else self._taken_new
            key = (shelter.pk if shelter.pk is not None else id(shelter), row.layout.value, row.emergency)
            if key not in taken and _metres(longitude, latitude, content.longitude, content.latitude) <= SAME_PLACE:
                return shelter
        return None

    def add(self, placed: PlacedRow, shelter: Shelter) -> None:
        """The line is about this shelter."""
        content, row = placed.row.content, placed.row
        self._named[placed.municipality_code, _name_key(content.name)].append(
            (content.longitude, content.latitude, shelter)
        )
        taken = self._taken if shelter.pk is not None else self._taken_new
        taken.add((shelter.pk if shelter.pk is not None else id(shelter), row.layout.value, row.emergency))


def _name_key(name: str) -> str:
    """What stands in brackets is a remark (西山中学校（大雨時に初動で開設しません）)."""
    return search_key(_BRACKETS.sub("", name)) or search_key(name)


def _metres(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    east = (longitude - other_longitude) * cos(radians((latitude + other_latitude) / 2))
    return hypot(east, latitude - other_latitude) * _METRES_A_DEGREE


def _put_together(shelter_ids: Iterable[int], now: datetime) -> None:
    """Each shelter from its lines in force: the layout that counts most first, for each kind and each value."""
    order = [layout.value for layout in ShelterLayout]
    entries: dict[int, list[ShelterEntry]] = defaultdict(list)
    for entry in ShelterEntry.objects.filter(shelter_id__in=list(shelter_ids), left_at=None):
        entries[entry.shelter_id].append(entry)
    changed = list(Shelter.objects.filter(pk__in=list(shelter_ids)))
    for shelter in changed:
        lines = sorted(
            entries[shelter.pk], key=lambda entry: (order.index(entry.layout), not entry.emergency, entry.code)
        )
        shelter.imported_at = now
        if not lines:
            shelter.withdrawn_at = shelter.withdrawn_at or now
            continue
        first = lines[0]
        sites = [line for line in lines if line.emergency]
        shelter.withdrawn_at = None
        shelter.name = _BRACKETS.sub("", first.content["name"]).strip() or first.content["name"]
        for field in ("name_kana", "name_en", "address", "phone"):
            setattr(shelter, field, next((line.content[field] for line in lines if line.content[field]), ""))
        shelter.municipality_id = first.content["municipality"]
        shelter.longitude, shelter.latitude = first.content["longitude"], first.content["latitude"]
        shelter.emergency, shelter.designated = bool(sites), any(line.designated for line in lines)
        shelter.hazards = sites[0].content["hazards"] if sites else []
        shelter.capacity = next((c for line in lines if (c := line.content["capacity"]) is not None), None)
        shelter.features = sorted({feature for line in lines for feature in line.content["features"]})
        shelter.source = first.source
    Shelter.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*_SHELTER_FIELDS, "imported_at"],
    )
