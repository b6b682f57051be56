"""Who goes where so that no shelter is overfull, households stay together, and the sum of distances is nearly least.

Households bid for places. A shelter with more bidders than places keeps those to whom it matters most and raises its
price to the highest bid that it refuses; who was refused bids for what is best for them at the prices of then. Prices
are in metres. When nobody is left, each is within ``STEP`` metres of what is best at the final prices, and so the sum
of all distances is near the least (Bertsekas' auction for transport problems). Prices are first found on groups of
neighbours; from them the households start. What prices that began too high left free is filled at the end.

All of it is arithmetic on arrays, without chance or clock: the same input gives the same answer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from todoke.loops.reach.assignment.auction import CHUNK, NOWHERE, Auction, Bidders, Nearest, Places, totals
from todoke.loops.reach.assignment.geometry import along_a_curve, flattened

Rows = NDArray[Any]
STEP = 10.0
"""Metres by which a bid exceeds the one that it has to beat."""

GROUP = 40
"""People of neighbouring households that bid as one at first."""

GROUP_STEP = 10.0
MARGIN = 20.0
"""Metres by which households start below the prices of the groups."""

BLOCK, GROUP_BLOCK = 192, 8
"""Households, and groups, that share a list of the shelters near them."""

MOST_ROUNDS, MOST_GROUP_ROUNDS = 1_500, 4_000
MOST_WORK = 1_200_000_000
"""Distances after which an auction ends. The few who are left then go to the nearest shelter with room."""

WORK_IN_NEED = 100_000_000
"""The same where there is not room for all."""

MOST_REFILLS, MOST_MOVES = 300, 4
TRIFLE = 2e-5
"""Of the sum of distances: not worth a look at everybody."""


@dataclass(frozen=True)
class Homes:
    """Households that stay together: where, how many people, and whether one of them needs an accessible place."""

    longitude: Rows
    latitude: Rows
    people: Rows
    needs_access: Rows

    def __len__(self) -> int:
        return len(self.people)


@dataclass(frozen=True)
class Sites:
    """Shelters with their free places."""

    longitude: Rows
    latitude: Rows
    places: Rows
    accessible: Rows

    def __len__(self) -> int:
        return len(self.places)


def solve(homes: Homes, sites: Sites) -> Rows:
    """Of each household the number of its shelter; NOWHERE where there is no room, or none that is accessible."""
    index = np.full(len(homes), NOWHERE)
    if not len(homes) or not len(sites):
        return index
    middle = float(np.mean(sites.latitude))
    places = Places(
        *flattened(sites.longitude, sites.latitude, middle),
        sites.places.astype(np.int64),
        sites.accessible.astype(bool),
    )
    east, north = flattened(homes.longitude, homes.latitude, middle)
    order = along_a_curve(east, north)
    bidders = Bidders(
        east[order], north[order], homes.people[order].astype(np.int64), homes.needs_access[order].astype(bool)
    )
    enough = int(bidders.people.sum()) <= int(places.places.sum())
    most_work = MOST_WORK if enough else WORK_IN_NEED
    near = Nearest(bidders, places, BLOCK)
    standing = Auction(near, _prices(bidders, places, most_work), STEP).hold(MOST_ROUNDS, most_work)
    found, price = standing.index, standing.price
    room = places.places - np.bincount(found[found >= 0], bidders.people[found >= 0], len(places)).astype(np.int64)
    _place_left(near, found, standing.left, room)
    priced = price > 0
    _refill(near, found, price, room)
    _move_closer(near, found, priced, room)
    index[order] = found
    return index


def _prices(bidders: Bidders, places: Places, most_work: int) -> Rows:
    """What groups of neighbours would pay, and a little less."""
    number = (np.cumsum(bidders.people) - 1) // GROUP
    starts = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
    people = np.add.reduceat(bidders.people, starts)
    groups = Bidders(
        np.add.reduceat(bidders.east * bidders.people, starts) / people,
        np.add.reduceat(bidders.north * bidders.people, starts) / people,
        people,
        np.zeros(len(starts), bool),
    )
    zero = np.zeros(len(places))
    near = Nearest(groups, places, GROUP_BLOCK)
    near.narrow = False
    standing = Auction(near, zero, GROUP_STEP, loosely=True).hold(MOST_GROUP_ROUNDS, most_work)
    return np.maximum(0, standing.price - MARGIN)


def _place_left(near: Nearest, index: Rows, left: Rows, room: Rows) -> None:
    """Each to the nearest shelter with room, those first who are nearest to one; larger households before smaller."""
    bidders = near.bidders
    while len(left):
        open_now = np.flatnonzero(room > 0)
        if not len(open_now):
            return
        target, metres = np.full(len(left), NOWHERE), np.full(len(left), np.inf)
        step = max(1, CHUNK // len(open_now))
        for start in range(0, len(left), step):
            who = left[start : start + step]
            away = near.distances(who, np.broadcast_to(open_now, (len(who), len(open_now))))
            away[bidders.people[who][:, None] > room[open_now]] = np.inf
            least = away.argmin(axis=1)
            metres[start : start + step] = away[np.arange(len(who)), least]
            target[start : start + step] = open_now[least]
        able = np.isfinite(metres)
        left, target, metres = left[able], target[able], metres[able]
        taken = _take(left, target, metres, bidders.people, room)
        index[left[taken]] = target[taken]
        left = left[~taken]


def _take(who: Rows, target: Rows, metres: Rows, people: Rows, room: Rows) -> Rows:
    """Who of those that want to a shelter finds room there, by how near they are; ``room`` shrinks."""
    order = np.lexsort((who, metres, target))
    where, size = target[order], people[who[order]]
    taken = np.zeros(len(who), bool)
    taken[order] = totals(where, size) <= room[where]
    room -= np.bincount(target[taken], people[who[taken]], len(room)).astype(np.int64)
    return taken


def _refill(near: Nearest, index: Rows, price: Rows, room: Rows) -> None:
    """Fill shelters that have a price and room with those who gain most; what they leave is filled in turn.

    The auction backwards: the price sinks to what the last one who came would pay.
    """
    bidders, places = near.bidders, near.places
    placed = np.flatnonzero(index >= 0)
    most = int(bidders.people.max(initial=1))
    tried = np.full(len(places), -1)
    here = index[placed]
    total = np.hypot(places.east[here] - bidders.east[placed], places.north[here] - bidders.north[placed])
    trifle = float(total @ bidders.people[placed]) * TRIFLE
    for _round in range(MOST_REFILLS):
        free = np.flatnonzero((price > STEP) & (room >= most) & (room != tried) & (price * room > trifle))
        if not len(free):
            return
        shelter = int(free[np.argmax(price[free] * room[free])])
        here = index[placed]
        away = np.hypot(places.east[here] - bidders.east[placed], places.north[here] - bidders.north[placed])
        would_pay = away + price[here] - near.distances(placed, np.full((len(placed), 1), shelter))[:, 0]
        would_pay[here == shelter] = -np.inf
        willing = np.flatnonzero(would_pay > STEP)
        willing = willing[np.argsort(-would_pay[willing], kind="stable")]
        fit = np.cumsum(bidders.people[placed[willing]]) <= room[shelter]
        price[shelter] = max(0.0, float(would_pay[willing[~fit]].max(initial=0.0)))
        come = willing[fit & (would_pay[willing] > price[shelter] + STEP)] if len(willing) else willing
        movers = placed[come]
        room += np.bincount(index[movers], bidders.people[movers], len(room)).astype(np.int64)
        room[shelter] -= int(bidders.people[movers].sum())
        index[movers] = shelter
        tried[shelter] = room[shelter]


def _move_closer(near: Nearest, index: Rows, priced: Rows, room: Rows) -> None:
    """Who has a nearer shelter with room goes there: to one that had a price, of the others nobody was refused."""
    bidders, places = near.bidders, near.places
    which = near.order[:, : near.widths[0]]
    for _round in range(MOST_MOVES):
        free = priced & (room > 0)
        blocks = np.asarray(free[which].any(axis=1))
        who = np.flatnonzero(blocks[near.block] & (index >= 0))
        target, metres = _nearest_free(near, who, free, room)
        away = np.hypot(places.east[index[who]] - bidders.east[who], places.north[index[who]] - bidders.north[who])
        gains = metres < away - 1.0
        who, target, gained = who[gains], target[gains], (metres - away)[gains]
        taken = _take(who, target, gained, bidders.people, room)
        if not taken.any():
            return
        movers = who[taken]
        room += np.bincount(index[movers], bidders.people[movers], len(room)).astype(np.int64)
        index[movers] = target[taken]


def _nearest_free(near: Nearest, who: Rows, free: Rows, room: Rows) -> tuple[Rows, Rows]:
    """Among those near the block: the shelter, and how far it is."""
    target, metres = np.empty(len(who), np.int64), np.empty(len(who))
    step = CHUNK // near.widths[0]
    for start in range(0, len(who), step):
        part = who[start : start + step]
        which = near.order[near.block[part], : near.widths[0]]
        away = near.distances(part, which)
        away[~free[which] | (near.bidders.people[part][:, None] > room[which])] = np.inf
        least = away.argmin(axis=1)
        rows = np.arange(len(part))
        target[start : start + step], metres[start : start + step] = which[rows, least], away[rows, least]
    return target, metres
