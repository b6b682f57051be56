"""PostgreSQL's own programs, on the database of this installation."""

import os
import shutil
import subprocess
from typing import IO

from django.conf import settings
from django.core.management import CommandError

from todoke.kernel.postgres.binaries import bundled


class ArchiveError(CommandError):
    """A backup could not be made or read."""


def program(name: str) -> str:
    """The bundled one, which is as new as the embedded server, or else that on PATH; raises ArchiveError."""
    ours = bundled() / name
    found = str(ours) if ours.exists() else shutil.which(name)
    if not found:
        raise ArchiveError(f"{name} is not installed (Debian: apt-get install postgresql-client)")
    return found


def environment() -> dict[str, str]:
    """Where the database is, as libpq's programs read it: no password shows in the list of processes."""
    database = settings.DATABASES["default"]
    keys = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
    return {**os.environ, **{variable: str(database[key]) for key, variable in keys.items() if database.get(key)}}


def run_program(
    words: list[str],
    variables: dict[str, str],
    *,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> None:
    """Run ``words``. Raises ArchiveError with the end of what it complains about."""
    done = subprocess.run(  # noqa: S603
        words,
        env=variables,
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise ArchiveError(done.stderr.decode(errors="replace").strip()[-600:])
