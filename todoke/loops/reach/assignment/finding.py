"""Whose shelter is where, at the time of an alert: looked up, and worked out anew only for whom it does not hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from todoke.loops.reach.assignment import keeping
from todoke.loops.reach.assignment.auction import NOWHERE
from todoke.loops.reach.assignment.geometry import bearing_to, metres_between
from todoke.loops.reach.assignment.keeping import Kept
from todoke.loops.reach.assignment.sites import Fit, fit_for
from todoke.loops.reach.assignment.solving import Homes, Sites, solve
from todoke.loops.reach.assignment.types import Assigned, Why
from todoke.loops.reach.audience.types import Selection

Rows = NDArray[Any]


def assigned(hazard: str, selection: Selection, accessible: Rows) -> Assigned:
    """Looked up in what was worked out beforehand; ``accessible``: whose shelter has to be one for wheelchairs.

    Another one is looked for, with what room is left, for those whose shelter is closed, full or in a new zone, who are
    not where they live, and who moved; with those who live with them and are with them.
    """
    fit, kept = fit_for(hazard), keeping.load(hazard)
    count = len(selection)
    index, metres, bearing = np.full(count, NOWHERE), np.zeros(count, np.int64), np.zeros(count, np.int64)
    why = np.full(count, Why.NO_ROOM, np.int8)
    at = selection.at
    unknown = np.isnan(at).any(axis=1)
    why[unknown] = Why.NOWHERE
    todo = ~unknown
    if kept is not None and len(kept.homes) and len(fit):
        known = _looked_up(kept, fit, selection, at)
        there = known.index >= 0
        suits = there & (~accessible | fit.accessible[known.index])
        index[there], metres[there], bearing[there] = known.index[there], known.metres[there], known.bearing[there]
        why[there] = np.where(suits[there], Why.PLACED, Why.NOT_ACCESSIBLE)
        todo &= ~suits
        if (todo & there).any():
            todo |= np.isin(known.household, known.household[todo & there]) & there
    who = np.flatnonzero(todo)
    if len(who) and len(fit):
        room = _room(kept, fit, count)
        found = _placed(selection, who, at, accessible, room, index)
        moved = found.index >= 0
        mine = who[moved]
        index[mine], why[mine] = found.index[moved], found.why[moved]
        way = (at[mine, 0], at[mine, 1], fit.longitude[index[mine]], fit.latitude[index[mine]])
        metres[mine], bearing[mine] = np.round(metres_between(*way)), bearing_to(*way)
    return Assigned(fit.codes, index, metres, bearing, why)


@dataclass(frozen=True)
class _Known:
    """Of each row the household's row in what is kept, and its shelter if that holds."""

    household: Rows
    index: Rows
    metres: Rows
    bearing: Rows


def _looked_up(kept: Kept, fit: Fit, selection: Selection, at: Rows) -> _Known:
    everybody, rows = selection.everybody, selection.rows
    base = everybody.base
    household = np.full(len(rows), -1)
    by_number = (rows < base.frame.size) & (kept.population == base.folder.name)
    household[by_number] = base.arrays["home"][rows[by_number]]
    others = np.flatnonzero(~by_number)
    if len(others):
        ids = np.ascontiguousarray(everybody.take("people", rows[others])["household"])
        homes, inverse = np.unique(ids, return_inverse=True)
        household[others] = kept.rows_of(homes)[inverse]
    number = np.append(_renumbered(kept.codes, fit), -1)
    index = np.where(household >= 0, number[kept.shelter[household]], -1)
    holds = (index >= 0) & (kept.longitude[household] == at[:, 0]) & (kept.latitude[household] == at[:, 1])
    holds[holds] = fit.takes_people[index[holds]]
    return _Known(household, np.where(holds, index, -1), kept.metres[household], kept.bearing[household])


def _renumbered(codes: tuple[str, ...], fit: Fit) -> Rows:
    """The number in ``fit`` of each of these shelters; -1 for those that are not there any more."""
    if codes == fit.codes:
        return np.arange(len(codes))
    number = {code: place for place, code in enumerate(fit.codes)}
    return np.array([number.get(code, -1) for code in codes], np.int64)


def _room(kept: Kept | None, fit: Fit, people: int) -> Sites:
    """What is left of each shelter; all of one that is new."""
    sites = fit.sites(people)
    if kept is None:
        return sites
    room = sites.places.copy()
    number = _renumbered(kept.codes, fit)
    there = number >= 0
    room[number[there]] = kept.room[there]
    return Sites(sites.longitude, sites.latitude, np.where(fit.takes_people, room, 0), sites.accessible)


@dataclass(frozen=True)
class _Found:
    index: Rows
    why: Rows


def _placed(selection: Selection, who: Rows, at: Rows, accessible: Rows, room: Sites, index: Rows) -> _Found:
    """Who lives together and is in one place goes together. Who has a shelter that is not accessible keeps it
    where no accessible one has room.
    """
    ids = np.ascontiguousarray(selection.everybody.take("people", selection.rows[who])["household"])
    keys = np.empty(len(who), [("household", "S16"), ("longitude", "f8"), ("latitude", "f8")])
    keys["household"], keys["longitude"], keys["latitude"] = ids, at[who, 0], at[who, 1]
    groups, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    count = len(groups)
    people = np.bincount(inverse, minlength=count)
    needs = np.bincount(inverse, accessible[who], count) > 0
    had = index[who[first]]
    found = solve(Homes(groups["longitude"], groups["latitude"], people, needs), room)
    why = np.where(found >= 0, Why.PLACED, Why.NO_ROOM).astype(np.int8)
    again = np.flatnonzero((found < 0) & needs)
    if len(again):
        placed = np.flatnonzero(found >= 0)
        taken = np.bincount(found[placed], people[placed], len(room)).astype(np.int64)
        left = Sites(room.longitude, room.latitude, np.maximum(0, room.places - taken), room.accessible)
        homes = Homes(groups["longitude"][again], groups["latitude"][again], people[again], np.zeros(len(again), bool))
        other = np.where(had[again] >= 0, had[again], solve(homes, left))
        found[again] = other
        why[again] = np.where(other >= 0, Why.NOT_ACCESSIBLE, Why.NO_ROOM)
    return _Found(found[inverse], why[inverse])
