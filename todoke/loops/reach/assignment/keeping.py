"""What was worked out beforehand, in a folder for each hazard that every worker maps.

It lies beside the population, not in it: a snapshot that is replaced does not take it along. A new one is written
beside the old one, and the file ``current`` is renamed into place. A machine can make all of it again.
"""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

Rows = NDArray[Any]
_ARRAYS = ("homes", "longitude", "latitude", "people", "shelter", "metres", "bearing", "room", "places")


@dataclass(frozen=True)
class Kept:
    """Of each household, by its id, where it lives and the number of its shelter; of each shelter what room is left."""

    codes: tuple[str, ...]
    digest: str
    """Of the shelters it was worked out with."""

    population: str
    """The name of the snapshot; of this one the numbers of households are those of ``homes``."""

    homes: Rows
    longitude: Rows
    latitude: Rows
    people: Rows
    shelter: Rows
    metres: Rows
    bearing: Rows
    room: Rows
    places: Rows

    def rows_of(self, homes: Rows) -> Rows:
        """The rows of households by id; -1 for those that are not there."""
        if not len(self.homes):
            return np.full(len(homes), -1)
        at = np.minimum(np.searchsorted(self.homes, homes), len(self.homes) - 1)
        return np.where(self.homes[at] == homes, at, -1)


def load(hazard: str) -> Kept | None:
    """The current one; None where nothing was worked out yet."""
    try:
        name = (_folder(hazard) / "current").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    folder = _folder(hazard) / name
    if folder not in _loaded:
        try:
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            arrays = {each: np.load(folder / f"{each}.npy", mmap_mode="r") for each in _ARRAYS}
        except FileNotFoundError:
            return None
        for other in [other for other in _loaded if other.parent == folder.parent]:
            _loaded.pop(other, None)
        _loaded[folder] = Kept(tuple(about["codes"]), about["digest"], about["population"], **arrays)
    return _loaded[folder]


_loaded: dict[Path, Kept] = {}


def keep(hazard: str, kept: Kept) -> None:
    """Make it the current one; the one before stays for who is still reading it."""
    folder = _folder(hazard)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    new = folder / name
    new.mkdir(mode=0o700)
    for each in _ARRAYS:
        np.save(new / f"{each}.npy", getattr(kept, each))
    about = {"codes": kept.codes, "digest": kept.digest, "population": kept.population}
    (new / "about.json").write_text(json.dumps(about), encoding="utf-8")
    before = (folder / "current").read_text(encoding="utf-8") if (folder / "current").exists() else ""
    pointer = folder / f"current.{name}"
    pointer.write_text(name, encoding="utf-8")
    os.replace(pointer, folder / "current")
    for old in folder.iterdir():
        if old.is_dir() and old.name not in {name, before}:
            shutil.rmtree(old, ignore_errors=True)


def _folder(hazard: str) -> Path:
    return Path(settings.STATE) / "shelters" / hazard
