"""Who lives in each zone, and which other places lie in it: worked out once, kept beside the snapshot, carried on.

``zones.json`` of a snapshot's folder names the zones, the versions of their rows in the database, and the arrays; it is
replaced as a whole. A zone that was imported or drawn anew since is worked out when it is first asked for.
"""

import json
import os
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from todoke.registry.people.population.inside import places_inside, residents_inside, runs
from todoke.registry.people.population.reading import Rows
from todoke.registry.people.population.shaping import Arrays
from todoke.registry.places import outlines

if TYPE_CHECKING:
    from todoke.registry.people.population.snapshot import Population

_ARRAYS = ("rows", "rows.starts", "places", "places.starts", "bounds")
_FEW = 64
"""Zones that are read one by one and joined; more are marked."""


@dataclass(frozen=True)
class Renumbered:
    """``became`` has the new number of each old one, -1 for who is gone; ``fresh`` are the new numbers beside these."""

    became: Rows
    fresh: Rows


@dataclass(frozen=True)
class Moved:
    """How rows, and places, of a snapshot were numbered anew; None: as before."""

    rows: Renumbered | None
    places: Renumbered | None


def moved_by(kept: Rows, order: Rows) -> Renumbered:
    """Of rows of which some were ``kept`` and others added behind them, then put in an ``order``."""
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    became = np.full(len(kept), -1, np.int32)
    count = int(kept.sum())
    became[kept] = place[:count]
    return Renumbered(became, np.sort(place[count:]))


@dataclass(frozen=True)
class Zoned:
    """The zones of a snapshot. What each has is a part of ``rows`` and of ``places``, sorted."""

    number: dict[str, int]
    versions: dict[str, str]
    arrays: Arrays

    def rows_in(self, codes: Iterable[str]) -> Rows:
        """Who lives in them, as often as in how many of them."""
        return self._in("rows", codes)

    def places_in(self, codes: Iterable[str]) -> Rows:
        """The places that lie in them, as often as in how many of them."""
        return self._in("places", codes)

    def near(self, codes: Iterable[str], longitude: Rows, latitude: Rows) -> list[str]:
        """Those within whose bounds any of these few points lies."""
        return [code for code in codes if _any_within(self.arrays["bounds"][self.number[code]], longitude, latitude)]

    def _in(self, what: str, codes: Iterable[str]) -> Rows:
        numbers = np.array([self.number[code] for code in codes], np.int64)
        starts = self.arrays[f"{what}.starts"]
        if len(numbers) == 1:
            return np.asarray(self.arrays[what][starts[numbers[0]] : starts[numbers[0] + 1]])
        return np.asarray(self.arrays[what][runs(starts[numbers], starts[numbers + 1] - starts[numbers])])


def _any_within(bounds: Rows, longitude: Rows, latitude: Rows) -> bool:
    west, south, east, north = bounds
    return bool(((longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)).any())


NONE = Zoned(
    {},
    {},
    {
        "rows": np.zeros(0, np.int32),
        "rows.starts": np.zeros(1, np.int64),
        "places": np.zeros(0, np.int32),
        "places.starts": np.zeros(1, np.int64),
        "bounds": np.zeros((0, 4)),
    },
)
_read: dict[Path, tuple[str, Zoned]] = {}


def zoned(population: "Population", codes: Collection[str]) -> tuple[Zoned, list[str]]:
    """What is known of zones, and those of ``codes`` that are in force; what is missing is worked out now."""
    versions = outlines.zone_versions(codes)
    known = load(population.folder)
    if any(known.versions.get(code) != version for code, version in versions.items()):
        known = _with(known, population, versions)
    return known, list(versions)


def prepare(population: "Population") -> int:
    """Work out every zone in force that is not yet, and forget those that ended; how many there are."""
    versions = outlines.zone_versions()
    known = load(population.folder)
    if known.versions != versions:
        _with(known, population, versions, forget=True)
    return len(versions)


def _with(known: Zoned, population: "Population", versions: dict[str, str], *, forget: bool = False) -> Zoned:
    rows: dict[str, Rows] = {}
    places: dict[str, Rows] = {}
    bounds: dict[str, Rows] = {}
    kept = versions if forget else known.versions | versions
    stale = {code: version for code, version in kept.items() if known.versions.get(code) != version}
    batch = sorted(stale)
    for start in range(0, len(batch), _FEW):
        part = {code: stale[code] for code in batch[start : start + _FEW]}
        for code, outline in outlines.zone_outlines(part).items():
            rows[code] = residents_inside([outline], population.arrays)
            places[code] = places_inside([outline], population.arrays)
            bounds[code] = np.array(outline.bounds)
    for code in kept:
        if code not in stale:
            number = known.number[code]
            rows[code], places[code] = known.rows_in([code]), known.places_in([code])
            bounds[code] = known.arrays["bounds"][number]
    there = [code for code in sorted(kept) if code in rows]
    made = _packed(there, kept, [rows[c] for c in there], [places[c] for c in there], [bounds[c] for c in there])
    _write(population.folder, made)
    return made


def _packed(
    codes: Sequence[str], versions: dict[str, str], rows: list[Rows], places: list[Rows], bounds: list[Rows]
) -> Zoned:
    return Zoned(
        {code: number for number, code in enumerate(codes)},
        {code: versions[code] for code in codes},
        {
            "rows": np.concatenate([NONE.arrays["rows"], *rows]).astype(np.int32),
            "rows.starts": np.cumsum([0, *map(len, rows)]),
            "places": np.concatenate([NONE.arrays["places"], *places]).astype(np.int32),
            "places.starts": np.cumsum([0, *map(len, places)]),
            "bounds": np.array(bounds, float).reshape(-1, 4),
        },
    )


def load(folder: Path) -> Zoned:
    """What was worked out for a snapshot so far."""
    try:
        text = (folder / "zones.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return NONE
    was = _read.get(folder)
    if was and was[0] == text:
        return was[1]
    about = json.loads(text)
    try:
        arrays = {
            name: np.asarray(np.load(folder / f"zones-{about['token']}.{name}.npy", mmap_mode="r")) for name in _ARRAYS
        }
    except FileNotFoundError:
        return NONE
    versions = dict(about["versions"])
    found = Zoned({code: number for number, code in enumerate(versions)}, versions, arrays)
    _read.clear()
    _read[folder] = (text, found)
    return found


def _write(folder: Path, made: Zoned) -> None:
    """Beside a snapshot that has been replaced meanwhile nothing is written."""
    token = secrets.token_hex(4)
    before = set(folder.glob("zones-*.npy"))
    try:
        for name, array in made.arrays.items():
            np.save(folder / f"zones-{token}.{name}.npy", array)
        about = folder / f"zones.{token}"
        about.write_text(json.dumps({"token": token, "versions": made.versions}), encoding="utf-8")
        os.replace(about, folder / "zones.json")
    except FileNotFoundError:
        return
    for path in before:
        path.unlink(missing_ok=True)


def carry(was: Path, new: Path, moved: Moved, arrays: Arrays) -> None:
    """The zones of a snapshot in the next one: only who is new there, or changed, is looked for."""
    known = load(was)
    if not known.versions:
        return
    versions = {code: v for code, v in outlines.zone_versions(known.versions).items() if known.versions[code] == v}
    codes = sorted(versions)
    rows = [known.rows_in([code]) for code in codes]
    places = [known.places_in([code]) for code in codes]
    fresh_rows = fresh_places = np.zeros(0, np.int32)
    if moved.rows:
        rows, fresh_rows = [_renumbered(each, moved.rows) for each in rows], moved.rows.fresh
    if moved.places:
        places, fresh_places = [_renumbered(each, moved.places) for each in places], moved.places.fresh
    order = np.argsort(arrays["whereabouts.order"])
    here = _points(arrays["longitude"], arrays["latitude"], fresh_rows)
    there = _points(arrays["whereabouts.longitude"], arrays["whereabouts.latitude"], order[fresh_places])
    both = np.concatenate([here[0], there[0]]), np.concatenate([here[1], there[1]])
    near = {code: versions[code] for code in known.near(codes, *both)}
    for code, outline in outlines.zone_outlines(near).items():
        number = codes.index(code)
        rows[number] = np.union1d(rows[number], fresh_rows[shapely.intersects_xy(outline, *here)])
        places[number] = np.union1d(places[number], fresh_places[shapely.intersects_xy(outline, *there)])
    _write(new, _packed(codes, versions, rows, places, [known.arrays["bounds"][known.number[c]] for c in codes]))


def _points(longitude: Rows, latitude: Rows, at: Rows) -> tuple[Rows, Rows]:
    return longitude[at], latitude[at]


def _renumbered(rows: Rows, by: Renumbered) -> Rows:
    new = by.became[rows]
    return np.sort(new[new >= 0])
