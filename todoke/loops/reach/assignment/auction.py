"""The auction itself: who bids for what, and whom a shelter keeps. Points are in metres on a plane."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]
NOWHERE = -1
WIDTHS = (12, 48, 192)
"""How many shelters a block looks at; where even the best of them may be worse than one beyond, more."""

CHUNK = 2_000_000
"""Distances worked out at a time."""

FEW = 4_000
"""Bidders who are taken one by one."""

PATIENCE, LONGEST = 400, 64.0
"""Rounds after which bids begin to exceed others by more, and how many times as much at last."""

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
    """The shelters that may be best for each block of ``size`` bidders: in order of distance from its middle and price.

    Prices only rise. So what lay beyond the list when it was made costs no less now, and a bidder who finds something
    cheaper in the list need not look further; where none does, the list is made anew at the prices of then.
    """

    def __init__(self, bidders: Bidders, places: Places, size: int) -> None:
        self.bidders, self.places = bidders, places
        count = len(bidders)
        starts = np.arange(0, count, size)
        self.block = np.arange(count) // size
        east = (np.minimum.reduceat(bidders.east, starts) + np.maximum.reduceat(bidders.east, starts)) / 2
        north = (np.minimum.reduceat(bidders.north, starts) + np.maximum.reduceat(bidders.north, starts)) / 2
        self.away = np.hypot(east[:, None] - places.east, north[:, None] - places.north).astype(np.float32)
        self.order = np.argsort(self.away, axis=1, kind="stable").astype(np.int32)
        self.cost = np.take_along_axis(self.away, self.order, axis=1)
        self.made = np.full(len(starts), -1)
        self.off = np.hypot(bidders.east - east[self.block], bidders.north - north[self.block])
        self.widths = [*(width for width in WIDTHS if width < len(places)), len(places)]
        self.tier = np.zeros(len(starts), np.int8)
        self.choosy = bool(bidders.needs_access.any() and not places.accessible.all())
        self.narrow = bool(places.places.min(initial=0) < bidders.people.max(initial=0))
        self.work = 0

    def best(self, who: Rows, price: Rows, at: int) -> tuple[Rows, Rows, Rows]:
        """Of each bidder the best shelter, its distance, and what the second best costs with its price.

        A bidder for whom there is no shelter at all gets NOWHERE. ``at`` counts the changes of prices.
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
                    self._renew(np.unique(self.block[who[these[far]]]), price, at)
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

    def _look(self, who: Rows, tier: int, price: Rows, at: Rows, target: Rows, metres: Rows, second: Rows) -> Rows:
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
        beyond = self.cost[blocks, width] - self.off[who]
        second[at] = np.minimum(other, np.maximum(beyond, least))
        return np.asarray(least > beyond)

    def _renew(self, blocks: Rows, price: Rows, at: int) -> None:
        """Make these blocks' lists anew; longer where that was done at these prices already."""
        again = self.made[blocks] == at
        self.tier[blocks[again]] += 1
        for start in range(0, len(blocks), 1024):
            part = blocks[~again][start : start + 1024]
            cost = self.away[part] + price.astype(np.float32)
            self.order[part] = np.argsort(cost, axis=1, kind="stable")
            self.cost[part] = np.take_along_axis(cost, self.order[part].astype(np.int64), axis=1)
            self.made[part] = at


@dataclass
class Standing:
    """How an auction stands: where each bidder is, the most that it would pay there, and each shelter's price."""

    index: Rows
    level: Rows
    price: Rows
    left: Rows
    """Who is nowhere yet."""

    rounds: int = 0


class Auction:
    """Bid until everybody has a place, or the rounds or the work are used up."""

    def __init__(self, near: Nearest, price: Rows, step: float, *, loosely: bool = False) -> None:
        """``loosely``: a shelter keeps a group of which half finds room; for prices only."""
        count = len(near.bidders)
        self.near, self.step, self.loosely = near, step, loosely
        self.people, self.places = near.bidders.people, near.places.places
        self.now = Standing(np.full(count, NOWHERE), np.zeros(count), price.astype(float), np.arange(count))
        self.taken = np.zeros(len(self.places), np.int64)
        self._members: list[Rows] = []
        self._heaps: dict[int, list[tuple[float, int]]] = {}

    def hold(self, most_rounds: int, most_work: int) -> Standing:
        """How it ends. Who finds no shelter at all is left from the beginning."""
        now = self.now
        hopeless = []
        while len(now.left) and now.rounds < most_rounds and self.near.work < most_work:
            now.rounds += 1
            target, metres, second = self.near.best(now.left, now.price, now.rounds)
            if (none := target == NOWHERE).any():
                hopeless.append(now.left[none])
                now.left, target, metres, second = (each[~none] for each in (now.left, target, metres, second))
            now.index[now.left], now.level[now.left] = target, second - metres + self._step()
            if len(now.left) > FEW:
                self._members = []
                now.left = self._refuse_many(target)
            else:
                now.left = self._refuse_few(target)
            now.index[now.left] = NOWHERE
        now.left = np.sort(np.concatenate([now.left, *hopeless]))
        return now

    def _step(self) -> float:
        """Longer and longer for the few who bid against one another for the last places of a region."""
        late = max(0, self.now.rounds - PATIENCE) / PATIENCE
        return self.step * min(float(4.0**late), LONGEST)

    def _refuse_many(self, target: Rows) -> Rows:
        """Who is refused, of all overfull shelters at once."""
        now, count = self.now, len(self.places)
        self.taken += np.bincount(target, self.people[now.left], count).astype(np.int64)
        over = np.zeros(count, bool)
        over[target] = self.taken[target] > self.places[target]
        there = np.flatnonzero(over[now.index] & (now.index >= 0))
        if not len(there):
            return there
        ordered = there[np.lexsort((-there, -now.level[there], now.index[there]))]
        where, people = now.index[ordered], self.people[ordered]
        kept = totals(where, people) - (people / 2 if self.loosely else 0) <= self.places[where]
        np.maximum.at(now.price, where[~kept], now.level[ordered[~kept]])
        self.taken[over] = 0
        self.taken += np.bincount(where[kept], people[kept], count).astype(np.int64)
        return np.sort(ordered[~kept])

    def _refuse_few(self, target: Rows) -> Rows:
        """The same with a heap for each shelter, its lowest bid on top."""
        now = self.now
        if not self._members:
            self._members, self._heaps = self._by_shelter(), {}
        bids: dict[int, list[tuple[float, int]]] = {}
        levels = now.level[now.left].tolist()
        for bidder, shelter, level in zip(now.left.tolist(), target.tolist(), levels, strict=True):
            bids.setdefault(shelter, []).append((level, bidder))
        refused = []
        for shelter, came in bids.items():
            heap = self._heap(shelter)
            taken = int(self.taken[shelter])
            for bid in came:
                heappush(heap, bid)
                taken += int(self.people[bid[1]])
            room, price = int(self.places[shelter]), float(now.price[shelter])
            while heap and taken > room + (int(self.people[heap[0][1]]) / 2 if self.loosely else 0):
                level, bidder = heappop(heap)
                taken -= int(self.people[bidder])
                price = max(price, level)
                refused.append(bidder)
            self.taken[shelter], now.price[shelter] = taken, price
        return np.array(sorted(refused), np.int64)

    def _by_shelter(self) -> list[Rows]:
        """Who was at each shelter before those who bid just now."""
        now = self.now
        there = np.ones(len(now.index), bool)
        there[now.left] = False
        there = np.flatnonzero(there & (now.index >= 0))
        there = there[np.argsort(now.index[there], kind="stable")]
        return np.split(there, np.searchsorted(now.index[there], np.arange(1, len(self.places))))

    def _heap(self, shelter: int) -> list[tuple[float, int]]:
        if shelter not in self._heaps:
            members = self._members[shelter]
            heap = list(zip(self.now.level[members].tolist(), members.tolist(), strict=True))
            heapify(heap)
            self._heaps[shelter] = heap
        return self._heaps[shelter]


def totals(where: Rows, people: Rows) -> Rows:
    """Of rows in the order of ``where`` the people up to each, counted anew for each place."""
    if not len(where):
        return people
    first = np.flatnonzero(np.append(True, where[1:] != where[:-1]))
    total = np.cumsum(people)
    return np.asarray(total - np.repeat((total - people)[first], np.diff(np.append(first, len(where)))))
