"""How far an indicator is, against where it should be by now: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from todoke.loops.improve.types import Direction, Indicator, Target

TOLERANCE = Decimal(2)
"""Percent of the whole way that may be missing."""


class State(StrEnum):
    """What a resident reads beside a bar."""

    REACHED = "reached"
    ON_TRACK = "on-track"
    LATE = "late"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """Percent of the way from the baseline to the goal: done, and expected by the figure's day."""

    state: State
    done: Decimal
    expected: Decimal
    on: date | None
    value: Decimal | None

    @property
    def is_well(self) -> bool:
        """Reached or on its way."""
        return self.state in (State.REACHED, State.ON_TRACK)

    @property
    def of_expected(self) -> int:
        """Percent of the expected way that is done."""
        return 100 if self.expected <= 0 else max(0, round(self.done * 100 / self.expected))


def expected_value(path: Sequence[Target], on: date) -> Decimal:
    """Where the way from the baseline over the yearly targets is on a day, in even steps between them."""
    for before, after in pairwise(path):
        if on <= after.on:
            share = Decimal(max((on - before.on).days, 0)) / (after.on - before.on).days
            return before.value + (after.value - before.value) * share
    return path[-1].value


def standing(indicator: Indicator, value: Decimal | None, on: date | None) -> Standing:
    """Where ``value`` of the day ``on`` stands; without a value it is not known."""
    if value is None or on is None:
        return Standing(State.UNKNOWN, Decimal(0), Decimal(0), None, None)
    start, goal = indicator.baseline.value, indicator.goal.value
    way = goal - start
    if not way:
        done = Decimal(100) if _reached(indicator.direction, value, goal) else Decimal(0)
        expected = Decimal(100)
    else:
        done = (value - start) * 100 / way
        expected = (expected_value(indicator.path, on) - start) * 100 / way
    if _reached(indicator.direction, value, goal):
        state = State.REACHED
    else:
        state = State.ON_TRACK if done >= expected - TOLERANCE else State.LATE
    return Standing(state, done, expected, on, value)


def _reached(direction: Direction, value: Decimal, goal: Decimal) -> bool:
    return value >= goal if direction is Direction.UP else value <= goal
