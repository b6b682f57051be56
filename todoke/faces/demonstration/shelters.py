"""Shelters made up for a demonstration: near where people live, enough for all, and none on dangerous ground for what
it is fit for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from todoke.faces.demonstration.homes import homes_in
from todoke.faces.demonstration.names import SURNAMES
from todoke.faces.demonstration.population import SEED
from todoke.faces.demonstration.zones import METRES_A_DEGREE, around, load_zones
from todoke.kernel import audit
from todoke.registry.places.adapters.shelter_files import Content, ShelterRow
from todoke.registry.places.adapters.shelter_layouts import ShelterLayout
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.queries import zones_in_force
from todoke.registry.places.shelters import PlacedRow, keep_shelters
from todoke.registry.places.types import DESIGNATED_FOR, Feature, Hazard, Imported

SOURCE = "demonstration"
RESIDENTS = 1_250
"""For so many people there is a shelter."""

LEAST = 4
CAPACITY = (900, 3_100)
FIT = 0.92
"""How many of those on safe ground are designated for a hazard."""

HILLS = 1_500
"""Metres along the inner edge of a tsunami's zone from one hill to flee to to the next."""

HILL_CAPACITY = (1_000, 3_000)
FEATURES = {
    Feature.WHEELCHAIR: 0.6,
    Feature.TOILET: 0.6,
    Feature.POWER: 0.5,
    Feature.INFANTS: 0.4,
    Feature.PETS: 0.25,
}
_SIDES = (
    *(("", "", ""), ("東", "ヒガシ", "East "), ("西", "ニシ", "West "), ("南", "ミナミ", "South ")),
    *(("北", "キタ", "North "), ("中央", "チュウオウ", "Central "), ("第一", "ダイイチ", "First ")),
    *(("第二", "ダイニ", "Second "), ("第三", "ダイサン", "Third "), ("新", "シン", "New ")),
)
_KINDS = (
    ("小学校", "ショウガッコウ", "Elementary School"),
    ("中学校", "チュウガッコウ", "Junior High School"),
    ("市民センター", "シミンセンター", "Community Centre"),
    ("公民館", "コウミンカン", "Public Hall"),
    ("高等学校", "コウトウガッコウ", "High School"),
    ("体育館", "タイイクカン", "Gymnasium"),
)
_HILL = ("高台公園", "タカダイコウエン", "Hill Park")
_ROMAN = [
    "Mihon",
    "Reiji",
    "Shiken",
    "Kamei",
    "Kaku",
    "Mogi",
    "Kaso",
    "Hinagata",
    "Shisaku",
    "Reidai",
    "Enshu",
    "Renshu",
    "Sotei",
    "Hyohon",
    "Shusaku",
    "Hanrei",
    "Teikei",
    "Shoshiki",
    "Kinyu",
    "Tehon",
]
_PLACES = (
    ("", "", ""),
    ("台", "ダイ", "dai"),
    ("丘", "ガオカ", "gaoka"),
    ("原", "ハラ", "hara"),
    ("浜", "ハマ", "hama"),
)


@dataclass(frozen=True)
class _Name:
    name: str
    kana: str
    english: str


@dataclass(frozen=True)
class _Ground:
    """What is dangerous where, all zones of a hazard as one."""

    zones: dict[Hazard, BaseGeometry]

    def safe_for(self, longitude: float, latitude: float) -> list[Hazard]:
        """The hazards with a designation from whose zones a point lies apart."""
        return [hazard for hazard in sorted(DESIGNATED_FOR) if not self._in(hazard, longitude, latitude)]

    def _in(self, hazard: Hazard, longitude: float, latitude: float) -> bool:
        like = {Hazard.STORM_SURGE: Hazard.TSUNAMI, Hazard.INLAND_FLOOD: Hazard.FLOOD}.get(hazard, hazard)
        return like in self.zones and bool(shapely.intersects_xy(self.zones[like], longitude, latitude))

    @cached_property
    def edge(self) -> BaseGeometry | None:
        """Some 300 m further than a tsunami reaches."""
        return around(self.zones[Hazard.TSUNAMI], 300).boundary if Hazard.TSUNAMI in self.zones else None


def load_shelters() -> tuple[Imported, Imported]:
    """Zones and shelters that are missing; none where a prefecture imported its own."""
    zones = load_zones()
    if Shelter.objects.filter(demonstration=False).exists():
        return zones, Imported()
    if there := Shelter.objects.filter(source=SOURCE, withdrawn_at=None).count():
        return zones, Imported(unchanged=there)
    ground = _ground()
    rows: list[PlacedRow] = []
    for municipality in Municipality.objects.filter(prefecture_code=settings.PREFECTURE).order_by("code"):
        rows += _shelters_of(municipality, ground)
    return zones, keep_shelters(rows=rows, source=SOURCE, actor=audit.SYSTEM, demonstration=True)


def _ground() -> _Ground:
    boundaries: dict[Hazard, list[BaseGeometry]] = {}
    for zone in zones_in_force():
        boundaries.setdefault(Hazard(zone.hazard), []).append(from_wkb(zone.boundary))
    zones = {hazard: shapely.union_all(parts) for hazard, parts in boundaries.items()}
    for zone_of_hazard in zones.values():
        shapely.prepare(zone_of_hazard)
    return _Ground(zones)


def _shelters_of(municipality: Municipality, ground: _Ground) -> Iterator[PlacedRow]:
    """Near its homes, which are those of its made-up residents; then hills along the edge of a tsunami's zone."""
    code = municipality.code
    homes = homes_in(municipality, prefecture(settings.PREFECTURE).name, Random(f"{SEED} {code}"))  # noqa: S311
    homes = [home for home in homes if home.points]
    random = Random(f"shelters {code}")  # noqa: S311
    names = _names(random)
    number = 0
    if homes:
        count = max(LEAST, round((municipality.population or 0) / RESIDENTS))
        for place in range(count):
            home = homes[place * len(homes) // count if count < len(homes) else place % len(homes)]
            longitude, latitude = home.points[place % len(home.points)]
            at = (longitude + random.uniform(-0.0008, 0.0008), latitude + random.uniform(-0.0008, 0.0008))
            number += 1
            fit = [hazard for hazard in ground.safe_for(*at) if random.random() < FIT]
            capacity = random.randrange(*CAPACITY, 50)
            features = [feature.value for feature, share in FEATURES.items() if random.random() < share]
            name = next(names)
            yield _placed(code, number, name, home.address, at, fit, capacity, features, designated=True)
    for at in _hills(municipality, ground):
        number += 1
        fit = ground.safe_for(*at)
        features = [Feature.WHEELCHAIR.value] if random.random() < FEATURES[Feature.WHEELCHAIR] else []
        capacity = random.randrange(*HILL_CAPACITY, 100)
        yield _placed(code, number, _hill_name(number), _start(municipality), at, fit, capacity, features)


def _hills(municipality: Municipality, ground: _Ground) -> list[tuple[float, float]]:
    if ground.edge is None or not municipality.boundary:
        return []
    line = ground.edge.intersection(from_wkb(municipality.boundary))
    step = HILLS / METRES_A_DEGREE
    points = []
    for part in shapely.get_parts(line):
        along = np.arange(step / 2, part.length, step)
        points += [(round(p.x, 6), round(p.y, 6)) for p in shapely.line_interpolate_point(part, along)]
    return [point for point in points if Hazard.TSUNAMI in ground.safe_for(*point)]


def _start(municipality: Municipality) -> str:
    return f"{prefecture(settings.PREFECTURE).name}{municipality.district}{municipality.name}"


def _names(random: Random) -> Iterator[_Name]:
    """All different."""
    surnames = list(zip(SURNAMES, _ROMAN, strict=True))
    all_names = [
        _Name(name + place + side + kind, kana + place_kana + side_kana + kind_kana, f"{roman}{end} {word}{kind_en}")
        for place, place_kana, end in _PLACES
        for side, side_kana, word in _SIDES
        for kind, kind_kana, kind_en in _KINDS
        for (name, kana), roman in surnames
    ]
    plain = len(_SIDES) * len(_KINDS) * len(surnames)
    first, others = all_names[:plain], all_names[plain:]
    random.shuffle(first)
    return iter([*first, *others])


def _hill_name(number: int) -> _Name:
    (name, kana), roman = list(zip(SURNAMES, _ROMAN, strict=True))[number % len(SURNAMES)]
    hill, hill_kana, hill_en = _HILL
    return _Name(f"{name}{hill}{number}号", f"{kana}{hill_kana}{number}ゴウ", f"{roman} {hill_en} {number}")


def _placed(
    code: str,
    number: int,
    name: _Name,
    address: str,
    at: tuple[float, float],
    fit: list[Hazard],
    capacity: int,
    features: list[str],
    *,
    designated: bool = False,
) -> PlacedRow:
    content = Content(
        name=name.name,
        name_kana=name.kana,
        name_en=name.english,
        address=address,
        longitude=round(at[0], 6),
        latitude=round(at[1], 6),
        hazards=tuple(hazard.value for hazard in fit),
        capacity=capacity,
        features=tuple(sorted(features)),
        phone="",
    )
    row = ShelterRow(
        line=number,
        layout=ShelterLayout.OWN,
        number=str(number),
        municipality_code=code,
        municipality="",
        emergency=bool(fit),
        designated=designated,
        content=content,
    )
    return PlacedRow(f"demo-{code}-{number:04}", code, row)
