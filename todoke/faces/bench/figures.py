"""A figure as it is printed, and how it is taken."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of a benchmark. ``aim`` is the value to reach: at least, or at most where ``less`` is better."""

    name: str
    value: float
    unit: str
    aim: float
    baseline: str = ""
    baseline_value: float | None = None
    less: bool = False
    least_ratio: float = 0
    """How many times better than the baseline it has to be."""

    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times better than the baseline."""
        if self.baseline_value is None:
            return None
        return self.baseline_value / self.value if self.less else self.value / self.baseline_value

    @property
    def met(self) -> bool:
        """Whether the aim is reached, and the distance to the baseline."""
        reached = self.value <= self.aim if self.less else self.value >= self.aim
        return reached and (self.ratio is None or self.ratio >= self.least_ratio)

    def as_json(self) -> dict[str, Any]:
        """A line of ``todoke bench --json``."""
        return {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "baseline": {"name": self.baseline, "value": _short(self.baseline_value)} if self.baseline else None,
            "ratio": _short(self.ratio),
            "aim": self.aim,
            "met": self.met,
            "details": {**self.details, **({"least_ratio": self.least_ratio} if self.least_ratio else {})},
        }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def rate(deed: Callable[[], int], seconds: float = 1.0, rounds: int = 3) -> float:
    """Deeds a second, the best of some rounds; ``deed`` gives how many it did."""
    best = 0.0
    for _round in range(rounds):
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds / rounds:
            done += deed()
        best = max(best, done / (time.perf_counter() - began))
    return best


def shortest(deed: Callable[[], Any], times: int = 5) -> float:
    """Seconds that it takes, the best of some times."""
    best = float("inf")
    for _time in range(times):
        began = time.perf_counter()
        deed()
        best = min(best, time.perf_counter() - began)
    return best


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
