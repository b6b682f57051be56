"""Working out beforehand who goes where, for everybody and a hazard; and following whoever moved since."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from todoke.loops.reach.assignment import keeping
from todoke.loops.reach.assignment.geometry import bearing_to, metres_between
from todoke.loops.reach.assignment.keeping import Kept
from todoke.loops.reach.assignment.sites import Fit, fit_for
from todoke.loops.reach.assignment.solving import Homes, Sites, solve
from todoke.registry.people import population
from todoke.registry.people.needs import needs_of
from todoke.registry.people.population import Population, as_of, zones
from todoke.registry.people.types import Reader

Rows = NDArray[Any]
READER = Reader("system", "トドケ", "災害のときの避難所を決めておくため")


def prepare(hazard: str, *, anew: bool = False) -> Kept:
    """Who goes where, brought up to now.

    While the shelters are the same, who has one that takes people keeps it: whoever was told a shelter is told the same
    one again. With other shelters, and ``anew``, all is worked out from the beginning.
    """
    everybody = population.current(reader=READER)
    fit = fit_for(hazard)
    was = keeping.load(hazard)
    homes = households(everybody)
    sites = fit.sites(int(homes.people.sum()))
    settled = not anew and was is not None and was.digest == fit.digest
    index = _kept(was, homes, everybody, fit) if settled and was is not None else np.full(len(homes), -1)
    _fill(index, homes, sites, _in_danger(everybody, list(fit.zones)))
    made = _made(everybody, homes, fit, sites, index)
    keeping.keep(hazard, made)
    return made


def households(everybody: Population) -> Homes:
    """All of the snapshot, in its order; nobody is in one whose members died or of which nobody knows where it is."""
    arrays = everybody.arrays
    first = arrays["home.first"]
    homes, living = arrays["home"], np.ones(len(arrays["home"]), np.int64)
    living[arrays["people"]["died"]] = 0
    count = len(arrays["home.id"])
    longitude, latitude = (arrays[name][first[:-1]] for name in ("longitude", "latitude"))
    people = np.bincount(homes, living, count).astype(np.int64)
    people[np.isnan(longitude) | np.isnan(latitude)] = 0
    needs = needs_of(np.arange(len(homes)), as_of(everybody), reader=READER)["wheelchair"]
    access = np.zeros(count, bool)
    access[homes[np.asarray(needs)]] = True
    return Homes(longitude, latitude, people, access)


def _in_danger(everybody: Population, codes: list[str]) -> Rows:
    """Households in a zone of the hazard: they choose before those who need not flee."""
    inside = np.zeros(len(everybody.arrays["home.id"]), bool)
    if codes:
        known, there = zones.zoned(everybody, codes)
        inside[everybody.arrays["home"][known.rows_in(there)]] = True
    return inside


def _kept(was: Kept, homes: Homes, everybody: Population, fit: Fit) -> Rows:
    """The shelters of those who live where they lived, and whose shelter takes people, as far as there is room."""
    if not len(was.homes) or not len(fit):
        return np.full(len(homes), -1)
    rows = was.rows_of(everybody.arrays["home.id"])
    index = np.where(rows >= 0, was.shelter[rows], -1).astype(np.int64)
    same = (was.longitude[rows] == homes.longitude) & (was.latitude[rows] == homes.latitude)
    same &= (was.people[rows] >= homes.people) & fit.takes_people[index]
    same &= ~homes.needs_access | fit.accessible[index]
    return np.where((rows >= 0) & (index >= 0) & same, index, -1)


def _fill(index: Rows, homes: Homes, sites: Sites, first: Rows) -> None:
    """Place who has no place yet: those in danger, then all others; at last those for whom nothing is accessible."""
    able = homes.people > 0
    index[~able] = -1
    for who in (first, ~first):
        _place(index, homes, sites, np.flatnonzero(able & who & (index < 0)), accessible=True)
    _place(index, homes, sites, np.flatnonzero(able & homes.needs_access & (index < 0)), accessible=False)


def _place(index: Rows, homes: Homes, sites: Sites, who: Rows, *, accessible: bool) -> None:
    if not len(who):
        return
    there = np.flatnonzero(index >= 0)
    taken = np.bincount(index[there], homes.people[there], len(sites)).astype(np.int64)
    room = Sites(sites.longitude, sites.latitude, np.maximum(0, sites.places - taken), sites.accessible)
    need = homes.needs_access[who] if accessible else np.zeros(len(who), bool)
    index[who] = solve(Homes(homes.longitude[who], homes.latitude[who], homes.people[who], need), room)


def _made(everybody: Population, homes: Homes, fit: Fit, sites: Sites, index: Rows) -> Kept:
    count = len(homes)
    metres, bearing = np.zeros(count, np.int32), np.zeros(count, np.int16)
    there = np.flatnonzero(index >= 0)
    if len(there):
        way = (homes.longitude[there], homes.latitude[there], fit.longitude[index[there]], fit.latitude[index[there]])
        metres[there] = np.round(metres_between(*way))
        bearing[there] = bearing_to(*way)
    taken = np.bincount(index[there], homes.people[there], len(fit)).astype(np.int64)
    return Kept(
        codes=fit.codes,
        digest=fit.digest,
        population=everybody.folder.name,
        homes=np.ascontiguousarray(everybody.arrays["home.id"]),
        longitude=np.ascontiguousarray(homes.longitude),
        latitude=np.ascontiguousarray(homes.latitude),
        people=homes.people.astype(np.int16),
        shelter=index.astype(np.int32),
        metres=metres,
        bearing=bearing,
        room=np.maximum(0, sites.places - taken),
        places=sites.places,
    )
