"""Shelters for everybody: how near the least sum of distances, how long it takes, and how fast they are looked up."""

import importlib
import importlib.util
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from todoke.faces.bench.audience import strew
from todoke.faces.bench.figures import Figure, peak_megabytes, shortest
from todoke.loops.reach.assignment import assigned, prepare
from todoke.loops.reach.assignment.geometry import metres_between
from todoke.loops.reach.assignment.making import households
from todoke.loops.reach.assignment.sites import fit_for
from todoke.loops.reach.assignment.solving import Homes, Sites, solve
from todoke.loops.reach.audience import Audience, select
from todoke.registry.people import population
from todoke.registry.people.population import Population, as_of
from todoke.registry.people.types import Reader
from todoke.registry.places.types import Hazard

READER = Reader("system", "トドケ", "速さを測るため。仮の住民だけ")
HAZARD = Hazard.TSUNAMI
TOWN = "04214"
"""東松島市: a town that the exact solver can do. In another prefecture the municipality in the middle by size."""

TIGHT = 1.1
"""Places for each resident of the town, where there are few."""

SIZES = (100_000, 1_000_000, 2_300_000)
ALERTED = 200_000


def measure() -> Iterator[Figure]:
    """All figures, on the shelters and residents of this database, whose homes are strewn first."""
    strew()
    everybody = population.rebuild(reader=READER)
    fit = fit_for(HAZARD)
    homes = households(everybody)
    sites = fit.sites(int(homes.people.sum()))
    yield from nearness(everybody, homes, sites)
    yield from times(homes, sites)
    began = time.perf_counter()
    prepare(HAZARD, anew=True)
    details = {"residents": everybody.frame.size, "megabytes": round(peak_megabytes())}
    yield Figure("shelters.prepare", time.perf_counter() - began, "s", 20, less=True, details=details)
    yield lookup(everybody)


def nearness(everybody: Population, homes: Homes, sites: Sites) -> Iterator[Figure]:
    """The sum of distances on a town, to the least possible one as ortools finds it."""
    if importlib.util.find_spec("ortools") is None:
        return
    town = _town(everybody, homes)
    west, south, east, north = (
        *(homes.longitude[town].min() - 0.03, homes.latitude[town].min() - 0.03),
        *(homes.longitude[town].max() + 0.03, homes.latitude[town].max() + 0.03),
    )
    around = (sites.longitude > west) & (sites.longitude < east) & (sites.latitude > south) & (sites.latitude < north)
    mine = Homes(homes.longitude[town], homes.latitude[town], homes.people[town], np.zeros(len(town), bool))
    near = Sites(*(each[around] for each in (sites.longitude, sites.latitude, sites.places, sites.accessible)))
    people, there = int(mine.people.sum()), max(1, int(near.places.sum()))
    few = np.ceil(near.places * (people * TIGHT / there)).astype(np.int64)
    for name, places in (("shelters.ratio", near.places), ("shelters.ratio-tight", few)):
        given = Sites(near.longitude, near.latitude, places, near.accessible)
        began = time.perf_counter()
        index = solve(mine, given)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        least = _least(mine, given)
        details: dict[str, Any] = {"households": len(mine), "people": people, "shelters": len(given)}
        details |= {"places": int(places.sum()), "seconds": round(seconds, 2), "not_placed": int((index < 0).sum())}
        details |= {"exact_seconds": round(time.perf_counter() - began, 2), "exact_metres": round(least / people, 2)}
        yield Figure(name, _sum(mine, given, index) / least, "times", 1.05, less=True, details=details)


def _town(everybody: Population, homes: Homes) -> Any:
    """Its households."""
    code = everybody.arrays["municipality"][everybody.arrays["home.first"][:-1]]
    people = np.bincount(np.maximum(code, 0), homes.people, len(everybody.municipalities))
    number = (
        everybody.municipalities.index(TOWN)
        if TOWN in everybody.municipalities
        else int(people.argsort()[len(people) // 2])
    )
    return np.flatnonzero((code == number) & (homes.people > 0))


def _sum(homes: Homes, sites: Sites, index: Any) -> float:
    there = np.flatnonzero(index >= 0)
    way = homes.longitude[there], homes.latitude[there], sites.longitude[index[there]], sites.latitude[index[there]]
    return float(metres_between(*way) @ homes.people[there])


def _least(homes: Homes, sites: Sites) -> float:
    """By the minimum cost flow, in whole metres; it may tear households apart, so nothing is less."""
    flow = importlib.import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    count, many = len(homes), len(sites)
    metres = metres_between(homes.longitude[:, None], homes.latitude[:, None], sites.longitude, sites.latitude)
    nodes, shelters = np.arange(many, many + count), np.arange(many)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.repeat(nodes, many),
        np.tile(shelters, count),
        np.repeat(homes.people, many),
        np.round(metres.ravel()).astype(np.int64),
    )
    sink = np.full(many, many + count)
    flow.add_arcs_with_capacity_and_unit_cost(shelters, sink, sites.places, np.zeros(many, np.int64))
    flow.set_nodes_supplies(nodes, homes.people)
    flow.set_node_supply(many + count, -int(homes.people.sum()))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("ortools found no solution")
    return float(flow.optimal_cost())


def times(homes: Homes, sites: Sites) -> Iterator[Figure]:
    """All households at once, and an even part of them with as much of every shelter."""
    people = int(homes.people.sum())
    for size in [size for size in SIZES if size <= people * 1.01] or [people]:
        step = max(1, round(people / size))
        living = np.flatnonzero(homes.people > 0)[::step]
        part = Homes(*(each[living] for each in (homes.longitude, homes.latitude, homes.people, homes.needs_access)))
        given = Sites(sites.longitude, sites.latitude, -(-sites.places // step), sites.accessible)
        began = time.perf_counter()
        index = solve(part, given)
        seconds = time.perf_counter() - began
        there = index >= 0
        overfull = np.bincount(index[there], part.people[there], len(given)) > given.places
        if overfull.any():
            raise RuntimeError("a shelter is overfull")
        details = {"households": len(part), "people": int(part.people.sum()), "shelters": len(given)}
        details |= {
            "not_placed": int((~there).sum()),
            "mean_metres": round(_sum(part, given, index) / max(1, people // step)),
        }
        yield Figure(f"shelters.solve-{size // 1000}k", seconds, "s", 20, less=True, details=details)


def lookup(everybody: Population) -> Figure:
    """Of the 200,000 of an alert, as at the time of one."""
    selection = select(Audience(rule="true"), as_of(everybody))
    rows = selection.rows[:ALERTED]
    some = type(selection)(selection.everybody, rows, selection.because[:ALERTED], selection.helped[:ALERTED])
    nobody = np.zeros(len(rows), bool)
    one = assigned(HAZARD, some, nobody)
    seconds = shortest(lambda: assigned(HAZARD, some, nobody))
    details = {"residents": len(rows), "with_a_shelter": int((one.index >= 0).sum())}
    return Figure("shelters.lookup", 1000 * seconds, "ms", 100, less=True, details=details)
