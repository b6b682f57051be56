"""What other rooms see of places."""

from dataclasses import dataclass
from datetime import datetime
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


DESIGNATED_FOR = frozenset(
    {
        *(Hazard.FLOOD, Hazard.LANDSLIDE, Hazard.STORM_SURGE, Hazard.EARTHQUAKE),
        *(Hazard.TSUNAMI, Hazard.FIRE, Hazard.INLAND_FLOOD, Hazard.VOLCANO),
    }
)
"""Hazards for which emergency sites are designated one by one; from the others one flees to a designated shelter."""


class ZoneKind(StrEnum):
    """What a zone was made for."""

    TSUNAMI = "tsunami"
    FLOOD = "flood"
    LANDSLIDE = "landslide"
    PAZ = "paz"
    UPZ = "upz"
    DRAWN = "drawn"


class Feature(StrEnum):
    """What a shelter has for those who need it."""

    WHEELCHAIR = "wheelchair"
    TOILET = "toilet"
    POWER = "power"
    INFANTS = "infants"
    PETS = "pets"


class Openness(StrEnum):
    """Whether people may come. ``ready`` is a shelter of which nobody has said anything: it can be opened."""

    READY = "ready"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"

    @property
    def takes_people(self) -> bool:
        """Whether people may be sent there."""
        return self in {Openness.READY, Openness.OPEN}


@dataclass(frozen=True)
class StateNow:
    """What was last said of a shelter."""

    openness: Openness
    at: datetime | None = None
    actor_name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Problem:
    """A row of a file that cannot be taken: its line, or the number of its feature, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Imported:
    """What an import of zones or shelters did, in rows of the file; ``withdrawn`` are those that left the file."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    elsewhere: int = 0
    """Of other prefectures, left out."""

    bad: tuple[Problem, ...] = ()
    """Left out because the caller said so."""


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
