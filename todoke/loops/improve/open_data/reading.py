"""Lines of a CSV file of any size, by the names of their columns, whatever stands above them and in what order.

The file is read through twice: once for its encoding, once for its lines.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.loops.improve.open_data.errors import NoHeaderError, UnreadableFileError
from todoke.loops.improve.open_data.layouts import Item, Layout
from todoke.loops.improve.open_data.problems import Problems
from todoke.registry.places.adapters.decoding import encoding_of
from todoke.registry.places.adapters.shelter_layouts import plain
from todoke.registry.places.errors import BadFileError

ABOVE = 10
"""Lines among which the header is looked for."""

FEWEST = 3
"""Names of columns that a header must have."""

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file that was opened: names of its columns, and its lines with their numbers, read as they are asked for."""

    names: tuple[str, ...]
    lines: Iterator[Line]
    encoding: str


@contextmanager
def opened(path: Path, known: Callable[[str], bool], title: tuple[str, str]) -> Iterator[Table]:
    """The file with its header found. Raises UnreadableFileError, NoHeaderError."""
    try:
        encoding = encoding_of(path)
    except BadFileError as error:
        raise UnreadableFileError(file=path.name, problem=str(error.details["problem"])) from None
    with path.open(encoding=encoding, newline="") as file:
        lines = _lines(path, csv.reader(file, strict=True))
        top = list(islice(lines, ABOVE + 1))
        names, after = _header([values for _number, values in top], known)
        if sum(map(known, names)) < FEWEST:
            raise NoHeaderError(file=path.name, number=title[0], title=title[1])
        yield Table(tuple(names), chain(top[after:], lines), encoding)


def _lines(path: Path, reader: Any) -> Iterator[Line]:
    """Not the empty ones; the number is that of a line's last part where a value goes over several."""
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = _("{line} 行目：{error}").format(line=reader.line_num, error=error)
            raise UnreadableFileError(file=path.name, problem=problem) from None
        if any(value.strip() for value in values):
            yield reader.line_num, values


def _header(top: Sequence[Sequence[str]], known: Callable[[str], bool]) -> tuple[list[str], int]:
    """The line, or the two lines together, with the most names that are known; and how many lines end with it."""
    best: tuple[int, list[str], int] = (0, [], 0)
    for number, values in enumerate(top[:ABOVE]):
        names = [value.strip() for value in values]
        best = max(best, (sum(map(known, names)), names, number + 1), key=lambda one: one[0])
        if number + 1 < len(top):
            both = _merged(names, [value.strip() for value in top[number + 1]], known)
            best = max(best, (sum(map(known, both)), both, number + 2), key=lambda one: one[0])
    return best[1], best[2]


def _merged(upper: Sequence[str], lower: Sequence[str], known: Callable[[str], bool]) -> list[str]:
    """Two lines of header: what stands over several columns is written over the first of them only."""
    names, over = [], ""
    for number in range(max(len(upper), len(lower))):
        above = upper[number] if number < len(upper) else ""
        below = lower[number] if number < len(lower) else ""
        over = above or over
        names.append(next((name for name in (f"{over}_{below}", below, above) if known(name)), below or above))
    return names


def columns_of(table: Table, layout: Layout) -> tuple[Mapping[Item, int], list[str]]:
    """Where each item of a layout stands, and which columns are none of its; its own name counts before older ones."""
    places: dict[Item, int] = {}
    strange = []
    for exactly in (True, False):
        for number, name in enumerate(table.names):
            item = layout.known.get(plain(name))
            if item is None:
                if exactly and name:
                    strange.append(name)
            elif exactly == (plain(item.name) == plain(name)):
                places.setdefault(item, number)
    return places, strange


def whole_lines(table: Table, problems: Problems) -> Iterator[Line]:
    """Lines with as many values as the header has names; others are problems."""
    width = len(table.names)
    for number, values in table.lines:
        if len(values) != width:
            words = _("列の数が見出しと違います（{here} 列、見出しは {there} 列）")
            problems.add(number, "", words.format(here=len(values), there=width))
        else:
            yield number, values
