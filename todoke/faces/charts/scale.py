"""From values and days to points of a drawing, and the round numbers that stand at an axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

STEPS = (1, 2, 2.5, 5, 10)


def nice_step(span: float, most: int, *, whole: bool = False) -> float:
    """The smallest round number that divides ``span`` into at most ``most`` parts."""
    if span <= 0:
        return 1
    power = 10.0 ** floor(log10(span / most))
    steps = [step * power * scale for scale in (1, 10) for step in STEPS]
    fitting = [step for step in steps if span / step <= most + 1e-9 and (not whole or step == int(step))]
    return fitting[0] if fitting else 1


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``."""
    step = nice_step(high - low, most)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class Plot:
    """A field of a drawing with a scale of days across and of values upwards."""

    left: float
    top: float
    right: float
    bottom: float
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        """Where a day stands."""
        days = (self.last - self.first).days or 1
        return self.left + (self.right - self.left) * (day - self.first).days / days

    def y(self, value: float) -> float:
        """Where a value stands."""
        return self.bottom - (self.bottom - self.top) * (value - self.low) / ((self.high - self.low) or 1)

    def polyline(self, points: Sequence[tuple[date, float]]) -> str:
        """The way through points, as data of a path."""
        return "M" + "L".join(f"{self.x(day):.1f} {self.y(value):.1f}" for day, value in points)
