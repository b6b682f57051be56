"""A database of its own for a benchmark, on the same server, gone after it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier


def run_in_scratch(commands: Sequence[Sequence[str]]) -> int:
    """Run ``todoke`` commands one after the other in a new database; the first code that is not 0, else 0.

    The last one's output is this process's; what the others say goes to standard error.
    """
    address = os.environ["DATABASE_URL"]
    name = f"todoke_bench_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            with tempfile.TemporaryDirectory(prefix="todoke-bench-") as state:
                environment = os.environ | {
                    "DATABASE_URL": urlunsplit(urlsplit(address)._replace(path=f"/{name}")),
                    "TODOKE_STATE": state,
                    "TODOKE_DEMONSTRATION": "1",
                }
                for number, words in enumerate(commands):
                    out = None if number == len(commands) - 1 else sys.stderr
                    program = [sys.executable, "-c", "from todoke.faces.commands import main; raise SystemExit(main())"]
                    done = subprocess.run([*program, *words], env=environment, stdout=out, check=False)  # noqa: S603
                    if done.returncode:
                        return done.returncode
        finally:
            _drop(connection, name)
    return 0


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Ending our own sessions only: with FORCE a vacuum of the server's, which we may not end, would be in the way."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
        [name],
    )
    connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))
