"""The folder in which the population lies, mapped by every worker and replaced as a whole.

A snapshot is a folder of arrays under ``population`` in TODOKE_STATE; the file ``current`` names the one that counts.
A new one is written beside it and ``current`` is renamed into place: a reader sees one or the other, never a half.
It holds what a machine can make again at any time. Sensitive facts, which are encrypted in the database, are not in its
arrays; needs lie beside them, encrypted (``sealed``).
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings

from todoke.kernel import clock
from todoke.kernel.rules.columns import Frame
from todoke.registry.people import access
from todoke.registry.people.population import reading, sealed, zones
from todoke.registry.people.population.reading import NUMBER_KEYS, TEXT_KEYS, Rows, Said
from todoke.registry.people.population.shaping import (
    REGISTER_KEYS,
    Answers,
    Arrays,
    arrays_of,
    blank,
    frame_of,
    in_order,
    put_in,
    rows_of,
    surroundings_of,
)
from todoke.registry.people.types import Reader
from todoke.registry.places import outlines
from todoke.registry.places.queries import municipalities

log = structlog.get_logger(__name__)

SAID_KEYS = tuple(key for key in (*NUMBER_KEYS, *TEXT_KEYS) if key not in REGISTER_KEYS)
REGISTER_NAMES = (
    *("birth_date", "gender", "address.municipality"),
    *("household.size", "household.children", "household.spouse"),
)
NAMES = frozenset(f"facts.{key}" for key in (*REGISTER_NAMES, *SAID_KEYS))
"""What rules over the population may name; of spouses birth_date and gender, of children also id and order."""

FORM = ["3", *sorted(NAMES)]
"""What a snapshot has; one of another form was written by another version of this program, and is not read."""

MOST_CHANGED = 50_000
"""Residents that are read one by one; with more, everybody is read."""


class NoSnapshotError(Exception):
    """None is there, it is broken, or an older version of this program wrote it: ``rebuild`` makes one."""


@dataclass(frozen=True)
class Population:
    """Everybody, as at a moment."""

    frame: Frame
    taken_at: datetime
    day: date
    """The day for which facts with a beginning or an end were chosen."""

    arrays: Arrays
    municipalities: list[str]
    """By the codes of the arrays."""

    folder: Path
    """Where it lies. What was worked out of it is kept there too, and gone with it."""

    database: str
    horizon: int
    """Older transactions of the database are in it."""

    def ids(self, rows: Rows) -> list[UUID]:
        """The residents of a mask, or of numbers of rows."""
        return [UUID(bytes=one.ljust(16, b"\0")) for one in self.arrays["people"]["id"][rows].tolist()]

    def rows(self, ids: Sequence[UUID]) -> Rows:
        """Their rows; -1 for who is not there."""
        return rows_of(np.array([one.bytes for one in ids], "S16"), self.arrays)


@dataclass(frozen=True)
class _Made:
    arrays: Arrays
    answers: dict[str, Answers]
    municipalities: list[str]
    database: str
    horizon: int
    day: date
    taken_at: datetime
    folder: Path | None = None
    """Where it lies, once it is written."""

    moved: zones.Moved | None = None
    """Which row became which since the snapshot before, where it was not all read anew."""

    changed: Rows | None = None
    """Rows of whom anything changed since."""


def load() -> Population:
    """The current snapshot; its arrays are read from the disk as they are used. Raises NoSnapshotError."""
    folder = _folder() / (_current() or "none")
    if folder not in _loaded:
        found = _population(_read())
        _loaded.clear()
        _loaded[found.folder] = found
        return found
    return _loaded[folder]


_loaded: dict[Path, Population] = {}


def rebuild(*, reader: Reader) -> Population:
    """Everybody from the database, written and made current; every resident sees that ``reader`` read them."""
    with access.batch(reader=reader, keys=keys()):
        made = _all_read()
    _write(made, None)
    return load()


def refresh(*, reader: Reader) -> Population:
    """Bring current whoever changed since the snapshot. Without one, and where residents went away, all is rebuilt."""
    try:
        was = _read()
    except NoSnapshotError:
        return rebuild(reader=reader)
    with access.batch(reader=reader, keys=keys()):
        made = _changed(was) or _all_read()
    _write(made, was)
    return load()


def keys() -> list[str]:
    """What is read of everybody."""
    return [*REGISTER_NAMES, *SAID_KEYS]


def _population(made: _Made) -> Population:
    if made.folder is None:
        raise NoSnapshotError
    frame = frame_of(made.arrays, made.answers, made.municipalities)
    codes = made.municipalities
    return Population(frame, made.taken_at, made.day, made.arrays, codes, made.folder, made.database, made.horizon)


def _all_read() -> _Made:
    horizon, now, today = reading.horizon(), clock.now(), clock.today()
    codes = _codes([])
    people = reading.people(codes)
    arrays = arrays_of(people[in_order(people)])
    answers = blank(len(people))
    put_in(answers, reading.said(None, today), arrays)
    arrays |= surroundings(reading.whereabouts(), reading.helpers(), arrays, codes)
    reading.forget_foreign_changes()
    return _Made(arrays, answers, codes, reading.database(), horizon, today, now)


def _codes(was: Sequence[str]) -> list[str]:
    """Municipalities in which people live, or in which places lie; those of ``was`` keep their numbers."""
    return list(dict.fromkeys([*was, *reading.municipality_codes(), *(one.code for one in municipalities())]))


def surroundings(whereabouts: Rows, helpers: Rows, arrays: Arrays, codes: Sequence[str]) -> Arrays:
    """Arrays of where else people may be, and of who helps whom."""
    areas = outlines.municipalities_at(whereabouts["longitude"], whereabouts["latitude"], codes)
    return surroundings_of(whereabouts, areas, helpers, arrays)


def _changed(was: _Made) -> _Made | None:
    """None where it takes everybody to be read again."""
    horizon, now, today = reading.horizon(), clock.now(), clock.today()
    if was.database != reading.database():
        return None
    ids = reading.changed_since(was.horizon, was.day, today, MOST_CHANGED + 1)
    if len(ids) > MOST_CHANGED:
        return None
    codes = _codes(was.municipalities)
    people, said = reading.people(codes, ids), reading.said(ids, today)
    whose = np.array([one.bytes for one in ids], "S16")
    rows = rows_of(whose, was.arrays)
    if len(people) == len(rows) and _same_people(people, was.arrays):
        arrays, everybody, moved = was.arrays, was.arrays["people"], None
        answers = {key: _forgotten(one, rows, said, key) for key, one in was.answers.items()}
    else:
        kept = np.ones(len(was.arrays["people"]), bool)
        kept[rows[rows >= 0]] = False
        everybody = np.concatenate([was.arrays["people"][kept], people])
        order = in_order(everybody)
        arrays = arrays_of(everybody[order])
        moved = zones.moved_by(kept, order)
        answers = {key: _carried(one, kept, order) for key, one in was.answers.items()}
    if len(everybody) != reading.count():
        return None
    put_in(answers, said, arrays)
    around, places = _around(was, ids, whose, arrays, codes)
    both, changed = zones.Moved(moved, places), rows_of(whose, arrays)
    changed = changed[changed >= 0]
    return _Made(arrays | around, answers, codes, was.database, horizon, today, now, moved=both, changed=changed)


def _around(
    was: _Made, ids: Sequence[UUID], whose: Rows, arrays: Arrays, codes: Sequence[str]
) -> tuple[Arrays, zones.Renumbered | None]:
    """Where else people may be and who helps whom, after these changed; the same arrays where nothing did."""
    whereabouts, helpers = reading.whereabouts(ids), reading.helpers(ids)
    places_kept = ~np.isin(was.arrays["whereabouts"]["id"], whose)
    helpers_kept = ~np.isin(was.arrays["helpers"]["person"], whose)
    nothing = places_kept.all() and helpers_kept.all() and not len(whereabouts) and not len(helpers)
    if nothing and arrays is was.arrays:
        return {}, None
    new = surroundings(
        np.concatenate([was.arrays["whereabouts"][places_kept], whereabouts]),
        np.concatenate([was.arrays["helpers"][helpers_kept], helpers]),
        arrays,
        codes,
    )
    return new, zones.moved_by(places_kept, np.arange(int(places_kept.sum()) + len(whereabouts)))


def _same_people(people: Rows, arrays: Arrays) -> bool:
    """Whether the register says the same of them as before."""
    rows = rows_of(people["id"], arrays)
    return bool((rows >= 0).all()) and arrays["people"][rows].tobytes() == people.tobytes()


def _forgotten(was: Answers, rows: Rows, said: Mapping[tuple[str, str], Said], key: str) -> Answers:
    """The same object where these residents neither had said anything nor say it now."""
    if not was.known[rows].any() and not any(key == of for of, _source in said):
        return was
    known = was.known.copy()
    known[rows] = False
    return Answers(was.values.copy(), known, list(was.words))


def _carried(was: Answers, kept: Rows, order: Rows) -> Answers:
    new = len(order) - int(kept.sum())
    values = np.concatenate([was.values[kept], np.zeros(new, was.values.dtype)])[order]
    return Answers(values, np.concatenate([was.known[kept], np.zeros(new, bool)])[order], list(was.words))


def _folder() -> Path:
    return Path(settings.STATE) / "population"


def _write(made: _Made, was: _Made | None) -> None:
    """Arrays that are still those of ``was`` are the same files."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{made.taken_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    new = folder / name
    new.mkdir(mode=0o700)
    before, files = _current(), _files(was) if was else {}
    for file, array in _files(made).items():
        if was and was.folder and files.get(file) is array:
            os.link(was.folder / f"{file}.npy", new / f"{file}.npy")
        else:
            np.save(new / f"{file}.npy", array)
    if was and was.folder and made.moved and made.changed is not None:
        zones.carry(was.folder, new, made.moved, made.arrays)
        became = made.moved.rows.became if made.moved.rows else None
        sealed.carry(was.folder, new, became, made.changed, len(made.arrays["people"]))
    about = {
        "form": FORM,
        "taken_at": made.taken_at.isoformat(),
        "day": made.day.isoformat(),
        "database": made.database,
        "horizon": made.horizon,
        "municipalities": made.municipalities,
        "words": {key: one.words for key, one in made.answers.items()},
        "arrays": sorted(made.arrays),
    }
    (new / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    pointer = folder / f"current.{secrets.token_hex(4)}"
    pointer.write_text(name, encoding="utf-8")
    os.replace(pointer, folder / "current")
    _forget(folder, {name, before})


def _files(made: _Made) -> Arrays:
    said = {f"said.{key}.values": one.values for key, one in made.answers.items()}
    return made.arrays | said | {f"said.{key}.known": one.known for key, one in made.answers.items()}


def _forget(folder: Path, kept: set[str | None]) -> None:
    """Readers of the snapshot before this one may still be opening its files."""
    for old in folder.iterdir():
        if old.is_dir() and old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def _current() -> str | None:
    try:
        return (_folder() / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _read() -> _Made:
    name = _current()
    if not name:
        raise NoSnapshotError
    try:
        return _read_from(_folder() / name)
    except (OSError, EOFError, ValueError, KeyError) as error:
        # It can be made again at any time, and who waits for a warning must not wait for somebody to mend it.
        log.warning("snapshot", name=name, error=repr(error))
        raise NoSnapshotError from error


def _read_from(folder: Path) -> _Made:
    about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    if about.get("form") != FORM:
        raise NoSnapshotError

    def mapped(file: str) -> Rows:
        return np.asarray(np.load(folder / f"{file}.npy", mmap_mode="r"))

    answers = {
        key: Answers(mapped(f"said.{key}.values"), mapped(f"said.{key}.known"), words)
        for key, words in about["words"].items()
    }
    return _Made(
        {file: mapped(file) for file in about["arrays"]},
        answers,
        about["municipalities"],
        about["database"],
        about["horizon"],
        date.fromisoformat(about["day"]),
        datetime.fromisoformat(about["taken_at"]),
        folder,
    )
