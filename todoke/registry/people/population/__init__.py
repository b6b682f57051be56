"""Everybody at once: the facts that rules go through, as columns that all workers map from one folder."""

from todoke.registry.people.population.current import current
from todoke.registry.people.population.snapshot import (
    NAMES,
    NoSnapshotError,
    Population,
    load,
    rebuild,
    refresh,
)

__all__ = ["NAMES", "NoSnapshotError", "Population", "current", "load", "rebuild", "refresh"]
