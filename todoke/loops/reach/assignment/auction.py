"""The auction itself: who bids for what, and whom a shelter keeps. Points are in metres on a plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]
NOWHERE = -1
WIDTHS = (12, 48, 192)
"""How many of the nearest shelters a block looks at; where even the best of them may be worse than one beyond, more."""

CHUNK = 2_000_000
"""Distances worked out at a time."""

FEW = 400
"""Bidders with which shelters are looked at one by one."""

DEAR = 1e6
"""Metres that a bidder without another choice would pay."""


@dataclass(frozen=True)
class Bidders:
    """Households, or groups of them, in an order in which neighbours stand together."""

    east: Rows
    north: Rows
    people: Rows
    needs_access: Rows

    def __len__(self) -> int:
        return len(self.people)


@dataclass(frozen=True)
class Places:
    """Shelters."""

    east: Rows
    north: Rows
    places: Rows
    accessible: Rows

    def __len__(self) -> int:
        return len(self.places)


class Nearest:
    """The shelters near each block of ``size`` bidders, in order."""

    def __init__(self, bidders: Bidders, places: Places, size: int) -> None:
        self.bidders, self.places = bidders, places
        count = len(bidders)
        starts = np.arange(0, count, size)
        self.block = np.arange(count) // size
        east = (np.minimum.reduceat(bidders.east, starts) + np.maximum.reduceat(bidders.east, starts)) / 2
        north = (np.minimum.reduceat(bidders.north, starts) + np.maximum.reduceat(bidders.north, starts)) / 2
        metres = np.hypot(east[:, None] - places.east, north[:, None] - places.north).astype(np.float32)
        self.order = np.argsort(metres, axis=1, kind="stable").astype(np.int32)
        self.metres = np.take_along_axis(metres, self.order, axis=1)
        self.off = np.hypot(bidders.east - east[self.block], bidders.north - north[self.block])
        self.widths = [*(width for width in WIDTHS if width < len(places)), len(places)]
        self.tier = np.zeros(len(starts), np.int8)
        self.choosy = bool(bidders.needs_access.any() and not places.accessible.all())
        self.narrow = bool(places.places.min(initial=0) < bidders.people.max(initial=0))
        self.work = 0

    def best(self, who: Rows, price: Rows) -> tuple[Rows, Rows, Rows]:
        """Of each bidder the best shelter, its distance, and what the second best costs with its price.

        A bidder for whom there is no shelter at all gets NOWHERE.
        """
        target = np.empty(len(who), np.int64)
        metres, second = np.empty(len(who)), np.empty(len(who))
        todo = np.arange(len(who))
        while len(todo):
            again = []
            tiers = self.tier[self.block[who[todo]]]
            for tier in np.unique(tiers):
                part = todo[tiers == tier]
                step = max(1, CHUNK // self.widths[tier])
                for start in range(0, len(part), step):
                    these = part[start : start + step]
                    far = self._look(who[these], int(tier), price, these, target, metres, second)
                    again.append(these[far])
            todo = np.concatenate(again)
        return target, metres, second

    def distances(self, who: Rows, which: Rows) -> Rows:
        """From bidders to as many shelters each."""
        found = np.hypot(
            self.places.east[which] - self.bidders.east[who][:, None],
            self.places.north[which] - self.bidders.north[who][:, None],
        )
        if self.choosy:
            found[self.bidders.needs_access[who][:, None] & ~self.places.accessible[which]] = np.inf
        if self.narrow:
            found[self.bidders.people[who][:, None] > self.places.places[which]] = np.inf
        self.work += which.size
        return np.asarray(found)

    def _look(
        self, who: Rows, tier: int, price: Rows, at: Rows, target: Rows, metres: Rows, second: Rows
    ) -> Rows:
        """Fill in what is found among the nearest; who has to look further."""
        width, blocks = self.widths[tier], self.block[who]
        which = self.order[blocks, :width]
        found = self.distances(who, which)
        cost = found + price[which]
        rows = np.arange(len(who))
        first = cost.argmin(axis=1)
        least = cost[rows, first]
        target[at] = np.where(np.isfinite(least), which[rows, first], NOWHERE)
        metres[at] = found[rows, first]
        cost[rows, first] = np.inf
        other = cost.min(axis=1)
        if width == len(self.places):
            second[at] = np.minimum(other, least + DEAR)
            return np.zeros(len(who), bool)
        beyond = self.metres[blocks, width] - self.off[who]
        second[at] = np.minimum(other, np.maximum(beyond, least))
        further = least > beyond
        self.tier[blocks[further]] = tier + 1
        return further


@dataclass
class Standing:
    """How an auction stands: where each bidder is, the most that it would pay there, and each shelter's price."""

    index: Rows
    level: Rows
    price: Rows
    left: Rows
    """Who is nowhere yet."""

    rounds: int = 0


def hold(near: Nearest, price: Rows, step: float, most_rounds: int, most_work: int, *, loosely: bool = False) -> Standing:
    """Bid until everybody has a place, or the rounds or the work are used up.

    ``loosely``: a shelter keeps a group of which half finds room; for prices only.
    """
    bidders, places = near.bidders, near.places
    count = len(bidders)
    now = Standing(np.full(count, NOWHERE), np.zeros(count), price.astype(float), np.arange(count))
    taken = np.zeros(len(places), np.int64)
    members: list[Rows] | None = None
    hopeless = []
    while len(now.left) and now.rounds < most_rounds and near.work < most_work:
        now.rounds += 1
        target, metres, second = near.best(now.left, now.price)
        if (none := target == NOWHERE).any():
            hopeless.append(now.left[none])
            now.left, target, metres, second = (each[~none] for each in (now.left, target, metres, second))
        now.index[now.left], now.level[now.left] = target, second - metres + step
        taken += np.bincount(target, bidders.people[now.left], len(places)).astype(np.int64)
        if len(now.left) > FEW:
            members = None
            refused = _refuse_many(now, taken, bidders, places, loosely=loosely)
        else:
            members = members if members is not None else _members(now, target, len(places))
            refused = _refuse_few(now, target, members, taken, bidders, places, loosely=loosely)
        now.index[refused] = NOWHERE
        now.left = refused
    now.left = np.sort(np.concatenate([now.left, *hopeless]))
    return now


def _refuse_many(now: Standing, taken: Rows, bidders: Bidders, places: Places, *, loosely: bool) -> Rows:
    """All shelters that are overfull at once. ``taken`` is brought up to date."""
    over = taken > places.places
    there = np.flatnonzero(over[now.index] & (now.index >= 0))
    if not len(there):
        return there
    ordered = there[np.lexsort((-now.level[there], now.index[there]))]
    where, people = now.index[ordered], bidders.people[ordered]
    first = np.flatnonzero(np.append(True, where[1:] != where[:-1]))
    total = np.cumsum(people)
    total = total - np.repeat((total - people)[first], np.diff(np.append(first, len(where))))
    kept = (total - people / 2 if loosely else total) <= places.places[where]
    np.maximum.at(now.price, where[~kept], now.level[ordered[~kept]])
    taken[over] = 0
    taken += np.bincount(where[kept], people[kept], len(places)).astype(np.int64)
    if loosely:
        np.minimum(taken, places.places, out=taken)
    return np.sort(ordered[~kept])


def _members(now: Standing, target: Rows, count: int) -> list[Rows]:
    """Who was at each shelter before those who bid just now."""
    there = np.ones(len(now.index), bool)
    there[now.left] = False
    there = np.flatnonzero(there & (now.index >= 0))
    there = there[np.argsort(now.index[there], kind="stable")]
    return np.split(there, np.searchsorted(now.index[there], np.arange(1, count)))


def _refuse_few(
    now: Standing, target: Rows, members: list[Rows], taken: Rows, bidders: Bidders, places: Places, *, loosely: bool
) -> Rows:
    """The same, one shelter after the other; ``members`` are brought up to date as well."""
    refused = []
    for shelter in np.unique(target):
        mine = np.concatenate([members[shelter], now.left[target == shelter]])
        members[shelter] = mine
        if taken[shelter] <= places.places[shelter]:
            continue
        mine = np.sort(mine)
        mine = mine[np.argsort(-now.level[mine], kind="stable")]
        people = bidders.people[mine]
        total = np.cumsum(people)
        kept = (total - people / 2 if loosely else total) <= places.places[shelter]
        members[shelter] = mine[kept]
        out = mine[~kept]
        taken[shelter] = min(int(people[kept].sum()), int(places.places[shelter]))
        if len(out):
            now.price[shelter] = max(now.price[shelter], now.level[out].max())
            refused.append(out)
    return np.sort(np.concatenate(refused)) if refused else np.zeros(0, np.int64)
