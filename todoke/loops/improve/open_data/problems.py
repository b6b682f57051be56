"""What is wrong with a file, told line by line: counted, the first of it kept, all of it written to a report."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from todoke.kernel.text import harmless_cell

KEPT = 100
SHORT = 40
HEAD = ("行", "列", "問題", "値")


@dataclass(frozen=True)
class Problem:
    """Where in a file what is wrong; ``line`` as an editor counts lines."""

    line: int
    column: str
    problem: str
    value: str = ""


@dataclass
class Problems:
    """However many there are, little memory is used."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)
    _report: Any = None

    def add(self, line: int, column: str, problem: str, value: str = "") -> None:
        """One more."""
        short = value if len(value) <= SHORT else f"{value[:SHORT]}…"
        found = Problem(line, column, problem, short.replace("\0", "␀"))
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(found)
        if self._report:
            self._report.writerow([found.line, *map(harmless_cell, (found.column, found.problem, found.value))])


@contextmanager
def collecting(report: Path | None) -> Iterator[Problems]:
    """Problems, which are written to a CSV file as they are found; with a mark, for spreadsheets."""
    if report is None:
        yield Problems()
        return
    with report.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        yield Problems(_report=writer)
