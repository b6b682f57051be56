"""An audience as it is asked for, and as it is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from todoke.kernel.errors import InvalidInputError
from todoke.registry.people.population import Everybody
from todoke.registry.people.population.reading import KINDS
from todoke.registry.places.geometry import from_geojson, multipolygon, to_wkb

Rows = NDArray[Any]
PLACES = ("home", *KINDS)


class AudienceError(InvalidInputError):
    """対象の指定が正しくありません：{why}"""

    code = "audience"


class Because(IntFlag):
    """Why somebody is in an audience; there may be several reasons."""

    HOME = 1
    """They live there."""

    REGISTERED = 2
    """They registered a place there: work, school, another."""

    NOW = 4
    """They said that they are there now."""

    UNPLACED = 8
    """They live in a municipality of which a part is meant, and nobody knows where in it."""

    HOUSEHOLD = 16
    """They live with somebody who is."""

    HELPER = 32
    """They agreed to help somebody who is."""

    TOLD = 64
    """They were told before of what is now said anew."""


@dataclass(frozen=True)
class Audience:
    """Who is to be told. Without a place it is everybody for whom the rule is certainly true."""

    areas: tuple[str, ...] = ()
    """Codes of municipalities."""

    zones: tuple[str, ...] = ()
    """Codes of zones; one that is not in force has nobody."""

    polygons: tuple[bytes, ...] = ()
    """Areas drawn on a map, as WKB in WGS 84. Who stands on the boundary is inside."""

    within: bool = False
    """Zones and polygons only as far as they lie in ``areas``; else all of them together."""

    places: tuple[str, ...] = ("home",)
    """Where people count: home, work, school, other, now."""

    unplaced: bool = True
    """Whether those are meant too of whom no more is known than a municipality of which a part is meant."""

    rule: str = ""
    """Over the facts of everybody: who is in the places, and for whom it is certainly true."""

    households: bool = False
    """Also everybody who lives with those."""

    helpers: bool = False
    """Also who agreed to help those."""

    exclude: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.places) - set(PLACES)
        if unknown:
            raise AudienceError(why=", ".join(sorted(unknown)))
        if not (self.areas or self.zones or self.polygons or self.rule.strip()):
            raise AudienceError(why="areas, zones, polygons, rule")

    def as_json(self) -> dict[str, Any]:
        """As kept with what was sent; ``from_json`` reads it again. Polygons are GeoJSON."""
        drawn = [mapping(multipolygon(shapely.from_wkb(each))) for each in self.polygons]
        return {
            "areas": list(self.areas),
            "zones": list(self.zones),
            "polygons": drawn,
            "within": self.within,
            "places": list(self.places),
            "unplaced": self.unplaced,
            "rule": self.rule,
            "households": self.households,
            "helpers": self.helpers,
            "exclude": [str(each) for each in self.exclude],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Audience":
        """What ``as_json`` gave, or a part of it; a polygon may be WKB in hexadecimal too. Raises AudienceError."""
        unknown = set(said) - set(cls.__dataclass_fields__)
        if unknown:
            raise AudienceError(why=", ".join(sorted(unknown)))
        try:
            return cls(
                areas=tuple(map(str, said.get("areas", ()))),
                zones=tuple(map(str, said.get("zones", ()))),
                polygons=tuple(polygon(each) for each in said.get("polygons", ())),
                within=bool(said.get("within", False)),
                places=tuple(map(str, said.get("places", ("home",)))),
                unplaced=bool(said.get("unplaced", True)),
                rule=str(said.get("rule", "")),
                households=bool(said.get("households", False)),
                helpers=bool(said.get("helpers", False)),
                exclude=tuple(UUID(each) for each in said.get("exclude", ())),
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise AudienceError(why=str(error)) from error


def polygon(drawn: Mapping[str, Any] | str | bytes) -> bytes:
    """An area as WKB, from GeoJSON or WKB. Raises ValueError for what is none."""
    if isinstance(drawn, Mapping):
        return to_wkb(from_geojson(dict(drawn)))
    try:
        area = shapely.from_wkb(drawn)
    except shapely.errors.ShapelyError as error:
        raise ValueError(str(error)) from error
    if area is None or area.geom_type not in {"Polygon", "MultiPolygon"} or area.is_empty:
        raise ValueError("no polygon")
    return to_wkb(area)


@dataclass(frozen=True)
class Elsewhere:
    """Places at which people may be, other than home."""

    rows: Rows
    now: Rows
    """Whether they said that they are there now."""

    longitude: Rows
    latitude: Rows


@dataclass(frozen=True)
class Selection:
    """Who is in an audience, by municipality. Rows are those of ``everybody``."""

    everybody: Everybody
    rows: Rows
    because: Rows
    """Of each row the bits of Because."""

    helped: Rows
    """Of each row a resident whom they help; -1: none."""

    elsewhere: tuple[Elsewhere, ...] = ()
    helping: Rows = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    """Every helper's row with the row of each whom they help, of ``everybody``: one may help several."""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def municipality(self) -> Rows:
        """Of each row the number in ``everybody.municipalities`` of where they live; -1 for none of them."""
        return self.everybody.take("municipality", self.rows)

    @cached_property
    def at(self) -> Rows:
        """Of each row the longitude and latitude of where they are believed to be: where they said they are now, else
        home, else a place that they registered; of those the ones that are meant. NaN where nothing is known.
        """
        columns = [self.everybody.take(name, self.rows) for name in ("longitude", "latitude")]
        at = np.stack(columns, axis=1)
        if not self.elsewhere:
            return at
        home = (self.because & np.uint8(Because.HOME)) > 0
        number = np.full(self.everybody.size, -1, np.int64)
        number[self.rows] = np.arange(len(self.rows))
        for now, places in [(now, places) for now in (False, True) for places in self.elsewhere]:
            use = (number[places.rows] >= 0) & (places.now == now)
            mine = number[places.rows[use]]
            here = now | np.isnan(at[mine, 0]) | ~home[mine]
            at[mine[here], 0], at[mine[here], 1] = places.longitude[use][here], places.latitude[use][here]
        return at

    def reason(self, number: int) -> list[str]:
        """Why the resident at a place of ``rows`` is in it: ``home``, ``now``, ``helper`` and so on."""
        return [flag.name.lower() for flag in Because(int(self.because[number])) if flag.name]
