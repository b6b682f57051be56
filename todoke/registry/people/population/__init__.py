"""Everybody at once: the facts that rules go through, and where people are, as columns that all workers map from one
folder.
"""

from todoke.registry.people.population.current import current
from todoke.registry.people.population.everybody import Everybody, as_of
from todoke.registry.people.population.fresh import fresh
from todoke.registry.people.population.reading import LANGUAGES
from todoke.registry.people.population.snapshot import (
    NAMES,
    NoSnapshotError,
    Population,
    load,
    rebuild,
    refresh,
)

__all__ = [
    "LANGUAGES",
    "NAMES",
    "Everybody",
    "NoSnapshotError",
    "Population",
    "as_of",
    "current",
    "fresh",
    "load",
    "rebuild",
    "refresh",
]
