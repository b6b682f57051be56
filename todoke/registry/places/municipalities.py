"""Municipalities put together from warning areas and towns: their names, readings and wards."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from todoke.registry.places.geometry import union
from todoke.registry.places.types import AreaRecord, TownRecord

_DISTRICT = re.compile("(?P<district>.+?郡)(?P<name>.+[町村])")
_DISTRICT_KANA = re.compile(".+?グン(?P<name>.+)")
_WARD = re.compile("(?P<city>.+?市)(?P<ward>.+区)")


@dataclass(frozen=True)
class MunicipalityRecord:
    """A municipality; ``boundary`` is None where the JMA warns of no such area."""

    code: str
    district: str
    name: str
    name_kana: str
    name_en: str
    boundary: bytes | None


@dataclass(frozen=True)
class PlacedTown:
    """A town with the municipality that it lies in; the ward of a designated city begins its name."""

    municipality_code: str
    name: str
    name_kana: str
    postal_code: str


def municipalities_of(areas: Iterable[AreaRecord], towns: Iterable[TownRecord]) -> list[MunicipalityRecord]:
    """One for each first five digits of the areas' codes, and for each city of the towns that has no area."""
    parts: dict[str, list[AreaRecord]] = defaultdict(list)
    for area in areas:
        parts[area.code[:5]].append(area)
    cities: dict[str, dict[str, str]] = defaultdict(dict)
    for town in towns:
        cities[municipality_code(town.code, town.city, parts)][town.city] = town.city_kana
    return [_municipality(code, parts.get(code, []), cities.get(code, {})) for code in sorted({*parts, *cities})]


def municipality_code(code: str, city: str, known: Iterable[str]) -> str:
    """The municipality of a town's code. Wards of a designated city have codes of their own, one city's in a block of
    up to 30 that begins with the city's (仙台市 04100: 青葉区 04101); wards of Tokyo are municipalities.
    """
    if code in known or not _WARD.fullmatch(city):
        return code
    below = [other for other in known if other[:3] == code[:3] and other < code]
    return max(below, default=code)


def city_of_ward(code: str, known: Iterable[str]) -> str | None:
    """A file need not have names: only a designated city (仙台市 04100) has a code that ends in 0."""
    cities = [other for other in known if other[:3] == code[:3] and other < code and other.endswith("0")]
    return max(cities, default=None)


def ward_of(city: str) -> str:
    """青葉区 of 仙台市青葉区; empty for a city without wards."""
    ward = _WARD.fullmatch(city)
    return ward["ward"] if ward else ""


def placed(town: TownRecord, municipality: MunicipalityRecord) -> PlacedTown:
    """The town in its municipality, the ward's name before the town's where there is one."""
    ward = _WARD.fullmatch(town.city) if town.code != municipality.code else None
    if not ward:
        return PlacedTown(municipality.code, town.name, town.name_kana, town.postal_code)
    kana = town.city_kana.removeprefix(municipality.name_kana) + town.name_kana
    return PlacedTown(municipality.code, ward["ward"] + town.name, kana, town.postal_code)


def _municipality(code: str, areas: list[AreaRecord], cities: dict[str, str]) -> MunicipalityRecord:
    district, name, kana = "", areas[0].name if areas else "", ""
    city = min(cities, default="")
    if len(cities) > 1 and (ward := _WARD.fullmatch(city)):
        name = ward["city"]
        kana = "".join(_shared_start(list(cities.values())))
        kana = kana[: kana.rfind("シ") + 1]
    elif city:
        name, kana = city, cities[city]
        if in_district := _DISTRICT.fullmatch(city):
            district, name = in_district["district"], in_district["name"]
            if kana_there := _DISTRICT_KANA.fullmatch(kana):
                kana = kana_there["name"]
    boundary = union([area.boundary for area in areas]) if areas else None
    return MunicipalityRecord(code, district, name, kana, _english([area.name_en for area in areas]), boundary)


def _english(names: list[str]) -> str:
    """The words that all parts end with: Sendai City of Eastern Sendai City and Western Sendai City."""
    if not names:
        return ""
    shared = _shared_start([name.split()[::-1] for name in names])
    return " ".join(reversed(shared)) or names[0]


def _shared_start(sequences: Sequence[Sequence[str]]) -> list[str]:
    shared = []
    for items in zip(*sequences, strict=False):
        if len(set(items)) > 1:
            break
        shared.append(items[0])
    return shared
