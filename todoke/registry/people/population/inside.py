"""Points inside of areas, boundaries included: a slice from west to east, then the few that GEOS has to look at."""

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from todoke.registry.people.population.reading import Rows
from todoke.registry.people.population.shaping import Arrays


def inside(outline: BaseGeometry, longitude: Rows, latitude: Rows) -> Rows:
    """The places of the points of a prepared area; ``longitude`` is sorted."""
    west, south, east, north = outline.bounds
    start, end = np.searchsorted(longitude, west), np.searchsorted(longitude, east, side="right")
    strip = latitude[start:end]
    near = np.flatnonzero((strip >= south) & (strip <= north)) + start
    found: Rows = near[shapely.intersects_xy(outline, longitude[near], latitude[near])]
    return found


def residents_inside(outlines: Iterable[BaseGeometry], arrays: Arrays) -> Rows:
    """The rows of those who live in any of the areas, sorted."""
    homes = np.zeros(len(arrays["home.id"]), bool)
    for outline in outlines:
        homes[arrays["east.home"][inside(outline, arrays["east.longitude"], arrays["east.latitude"])]] = True
    return members(np.flatnonzero(homes), arrays)


def places_inside(outlines: Iterable[BaseGeometry], arrays: Arrays) -> Rows:
    """The numbers of other places than homes that are in any of them, sorted."""
    places = np.zeros(len(arrays["whereabouts.order"]), bool)
    for outline in outlines:
        found = inside(outline, arrays["whereabouts.longitude"], arrays["whereabouts.latitude"])
        places[arrays["whereabouts.order"][found]] = True
    return np.flatnonzero(places)


def members(homes: Rows, arrays: Arrays) -> Rows:
    """The rows of whole households."""
    first = arrays["home.first"]
    starts, lengths = first[homes], first[homes + 1] - first[homes]
    return runs(starts, lengths)


def runs(starts: Rows, lengths: Rows) -> Rows:
    """The numbers from each start on, so many as its length says, one run after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
