"""The shelters to which people may be sent from a hazard, as arrays."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from todoke.loops.reach.assignment.solving import Sites
from todoke.registry.places import outlines
from todoke.registry.places.queries import shelters, shelters_version, states, zone_versions_of
from todoke.registry.places.types import Feature

Rows = NDArray[Any]
LEAST_PLACES = 300
"""Of a shelter whose capacity is not published, at least."""

SPARE = 1.25
"""By how much those whose capacity is not published could take in more than they have to."""


@dataclass(frozen=True)
class Fit:
    """Shelters that are fit for a hazard and lie in none of its zones, by code."""

    codes: tuple[str, ...]
    longitude: Rows
    latitude: Rows
    capacity: Rows
    """-1 where it is not published."""

    accessible: Rows
    takes_people: Rows
    """Whether it is open, or can be opened."""

    zones: dict[str, str]
    """The zones of the hazard with their versions."""

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def digest(self) -> str:
        """Changes when other shelters are to be looked at, or one of them moved, grew or shrank; not with its state."""
        told = hashlib.sha256("\n".join([*self.codes, *self.zones, *self.zones.values()]).encode())
        for array in (self.longitude, self.latitude, self.capacity, self.accessible):
            told.update(np.ascontiguousarray(array).tobytes())
        return told.hexdigest()

    def sites(self, people: int) -> Sites:
        """With free places. Those whose capacity nobody published share whom the others have no room for."""
        unknown = self.capacity < 0
        known = int(self.capacity[~unknown & self.takes_people].sum())
        sharing = max(1, int((unknown & self.takes_people).sum()))
        share = max(LEAST_PLACES, int(np.ceil((people - known) * SPARE / sharing)))
        places = np.where(unknown, share, self.capacity)
        return Sites(self.longitude, self.latitude, np.where(self.takes_people, places, 0), self.accessible)


def fit_for(hazard: str) -> Fit:
    """As the database has them now."""
    zones = zone_versions_of(hazard)
    ids, fit = _fit(hazard, shelters_version(), tuple(zones.items()))
    said = states()
    takes = [each not in said or said[each].openness.takes_people for each in ids]
    return replace(fit, takes_people=np.array(takes, bool))


@lru_cache(maxsize=32)
def _fit(hazard: str, version: str, zones: tuple[tuple[str, str], ...]) -> tuple[tuple[int, ...], Fit]:
    """Their ids beside them. What changes with every opening and closing is left to ``fit_for``."""
    rows = sorted(shelters(hazard), key=lambda shelter: shelter.code)
    points = np.array([(row.longitude, row.latitude) for row in rows], float).reshape(-1, 2)
    safe = np.ones(len(rows), bool)
    for outline in outlines.zone_outlines(dict(zones)).values():
        west, south, east, north = outline.bounds
        inside = (points[:, 0] >= west) & (points[:, 0] <= east) & (points[:, 1] >= south) & (points[:, 1] <= north)
        near = np.flatnonzero(inside & safe)
        safe[near[shapely.intersects_xy(outline, points[near])]] = False
    rows, points = [row for row, good in zip(rows, safe.tolist(), strict=True) if good], points[safe]
    fit = Fit(
        codes=tuple(row.code for row in rows),
        longitude=points[:, 0],
        latitude=points[:, 1],
        capacity=np.array([-1 if row.capacity is None else row.capacity for row in rows], np.int64),
        accessible=np.array([Feature.WHEELCHAIR.value in row.features for row in rows], bool),
        takes_people=np.ones(len(rows), bool),
        zones=dict(zones),
    )
    return tuple(row.pk for row in rows), fit
