"""A folder into which another program puts telegrams."""

import time
from pathlib import Path

import structlog
from django.db import DatabaseError

from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.telegrams.markup import MAX_BYTES

log = structlog.get_logger(__name__)

DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".tmp", ".swp", "~")
SETTLE_SECONDS = 2.0
"""A file that cannot be read may still be being written; after so long without a change it is taken as it is."""


def take_folder(folder: Path, *, now: float | None = None) -> int:
    """Receive every file that is whole, and put it under ``done`` or ``refused``. How many there were.

    A file is moved when it is stored: one that is left over after a crash is found to be known.
    Names that begin with a dot, and those ending in .part or .tmp, are left alone: write so, then rename.
    """
    moment = time.time() if now is None else now
    taken = 0
    for path in sorted(folder.iterdir(), key=_age):
        if not path.is_file() or path.name.startswith(".") or path.name.endswith(UNFINISHED):
            continue
        try:
            changed = path.stat().st_mtime
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            log.warning("a file cannot be read", name=path.name, problem=error.strerror)
            continue
        if moment - changed < SETTLE_SECONDS and not body.rstrip().endswith((b">", b"}")):
            continue
        try:
            received = receive(body=body, source="folder", name=path.name)
        except DatabaseError:
            raise
        except Exception:
            # One telegram that trips somebody who listens must not keep the others waiting; it stays where it is.
            log.exception("a telegram cannot be taken in", name=path.name)
            continue
        _put_away(path, folder / (REFUSED if received.telegram.error else DONE))
        taken += 1
    return taken


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, path.name
    except OSError:
        return 0, path.name


def _put_away(path: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    wanted = target / path.name
    number = 1
    while wanted.exists():
        wanted = target / f"{path.stem}.{number}{path.suffix}"
        number += 1
    path.rename(wanted)
