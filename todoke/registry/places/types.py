"""What other rooms see of places."""

from dataclasses import dataclass
from enum import StrEnum


class Hazard(StrEnum):
    """What one flees from: the eight kinds of designation (災害対策基本法施行令20条の4), and what is none of them."""

    FLOOD = "flood"
    LANDSLIDE = "landslide"
    STORM_SURGE = "storm_surge"
    EARTHQUAKE = "earthquake"
    TSUNAMI = "tsunami"
    FIRE = "fire"
    INLAND_FLOOD = "inland_flood"
    VOLCANO = "volcano"
    NUCLEAR = "nuclear"
    MISSILE = "missile"
    SNOW = "snow"


@dataclass(frozen=True)
class TownMatch:
    """A town of a postal code. ``municipality_name`` has its 郡 before it, as addresses do."""

    municipality_code: str
    municipality_name: str
    town: str
    town_kana: str
    postal_code: str


@dataclass(frozen=True)
class AreaRecord:
    """An area for which the JMA issues warnings. ``code`` has 7 digits, ``boundary`` is WKB in WGS 84."""

    code: str
    name: str
    name_en: str
    boundary: bytes


@dataclass(frozen=True)
class TownRecord:
    """A town as a source of towns gives it. ``city`` has its 郡 before it and its ward after it; ``code`` may be a
    ward's. ``name`` is empty where the postal code stands for the rest of the city.
    """

    code: str
    city: str
    city_kana: str
    name: str
    name_kana: str
    postal_code: str


@dataclass(frozen=True)
class Loaded:
    """How many rows there are after loading, and how many of them the load added, changed or took away."""

    municipalities: int
    warning_areas: int
    towns: int
    changed: int
