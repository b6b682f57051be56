"""A snapshot, and over it whoever changed since: everybody as they are now, without a snapshot being written.

Rows below ``base.frame.size`` are the snapshot's; those from there on are of ``extra``, which holds the households in
which anybody changed, whole. A row of the snapshot whose resident is in ``extra``, or is gone, is ``replaced`` and does
not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from todoke.kernel.rules.columns import Frame
from todoke.registry.people.population.reading import Rows
from todoke.registry.people.population.shaping import Arrays, rows_of
from todoke.registry.people.population.snapshot import Population


@dataclass(frozen=True)
class Extra:
    """Households read anew."""

    frame: Frame
    arrays: Arrays


@dataclass(frozen=True)
class Everybody:
    """All residents as they are now."""

    base: Population
    extra: Extra
    replaced: Rows
    """Rows of the snapshot that do not count, sorted."""

    became: Rows
    """Of each of these the row that counts; -1 for who is gone."""

    municipalities: list[str]
    """By the codes of ``take("municipality", …)``."""

    @property
    def size(self) -> int:
        """How many rows there are, with those that do not count."""
        return self.base.frame.size + self.extra.frame.size

    def take(self, name: str, rows: Rows) -> Rows:
        """The values of a column of the snapshot for rows: longitude, latitude, municipality, language, birth …"""
        first = self.base.frame.size
        if not self.extra.frame.size:
            return np.asarray(self.base.arrays[name][rows])
        late = rows >= first
        values = self.base.arrays[name][np.where(late, 0, rows)] if first else np.zeros(len(rows), self._dtype(name))
        if late.any():
            values[late] = self.extra.arrays[name][rows[late] - first]
        return np.asarray(values)

    def _dtype(self, name: str) -> np.dtype[Any]:
        return self.extra.arrays[name].dtype

    def id_bytes(self, rows: Rows) -> Rows:
        """The residents' ids as 16 bytes each, of which numpy shows trailing zeros as none."""
        return np.ascontiguousarray(self.take("people", rows)["id"])

    def ids(self, rows: Rows) -> list[UUID]:
        """The residents of rows."""
        return [UUID(bytes=one.ljust(16, b"\0")) for one in self.id_bytes(rows).tolist()]

    def rows(self, ids: Sequence[UUID]) -> Rows:
        """Their rows; -1 for who is not there."""
        return self.rows_of_bytes(np.array([one.bytes for one in ids], "S16"))

    def rows_of_bytes(self, wanted: Rows) -> Rows:
        """The same for ids of 16 bytes each."""
        late = rows_of(wanted, self.extra.arrays)
        return np.where(late >= 0, late + self.base.frame.size, self.current(rows_of(wanted, self.base.arrays)))

    def current(self, rows: Rows) -> Rows:
        """The rows that count instead of rows of the snapshot; -1 for who is gone, and for -1."""
        if not len(self.replaced) or not len(rows):
            return rows
        at = np.minimum(np.searchsorted(self.replaced, rows), len(self.replaced) - 1)
        return np.where(self.replaced[at] == rows, self.became[at], rows)


def as_of(population: Population) -> Everybody:
    """A snapshot as it stands."""
    none = {name: array[:0] for name, array in population.arrays.items()}
    ends = {name: np.zeros(1, np.int32) for name in ("home.first", "municipality.starts")}
    nobody = np.zeros(0, np.int32)
    return Everybody(population, Extra(Frame(0, {}), none | ends), nobody, nobody, population.municipalities)
