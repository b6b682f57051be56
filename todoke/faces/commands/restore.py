"""todoke restore: what a backup holds, back into a database."""

import argparse
import tempfile
from pathlib import Path

from django.db import connection

from todoke.faces.commands.archives import ArchiveError, environment, program, run_program

EXAMPLES = """\
examples:
  todoke restore todoke-2026-04-01.backup
  todoke restore --replace todoke-2026-04-01.backup
"""


FORGET_TRANSACTIONS = b"""
DO $$ BEGIN
  IF to_regclass('public.people_batchread') IS NOT NULL THEN
    UPDATE public.people_accessentry SET transaction = NULL;
    UPDATE public.people_batchread SET transaction = NULL;
  END IF;
END $$;
"""
"""The numbers of another server's transactions would open this one's door to facts when its own come to them."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``restore`` to the commands."""
    parser = subparsers.add_parser(
        "restore",
        help="read a backup into the database",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="made by todoke backup")
    parser.add_argument("--replace", action="store_true", help="remove for good what the database holds now")


def run(args: argparse.Namespace) -> int:
    """0 when all is there again. One transaction: a restore that fails or is stopped changes nothing."""
    if not args.file.is_file():
        raise ArchiveError(f"no file {args.file}")
    with connection.cursor() as cursor:
        holds_anything = bool(connection.introspection.table_names(cursor))
    connection.close()
    if holds_anything and not args.replace:
        raise ArchiveError("the database is not empty: --replace removes for good what it holds")
    with tempfile.TemporaryFile() as script:
        script.write(b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        script.flush()
        words = [program("pg_restore"), "--no-owner", "--no-acl", "--file=-", str(args.file)]
        with tempfile.TemporaryFile() as read:
            run_program(words, environment(), stdout=read)
            read.seek(0)
            for line in read:
                # Servers before 17 do not know the setting, and without it nothing is amiss.
                if line != b"SET transaction_timeout = 0;\n":
                    script.write(line)
        script.write(FORGET_TRANSACTIONS)
        script.seek(0)
        once = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        run_program([program("psql"), *once], environment(), stdin=script)
    print(f"{args.file} is restored; run todoke migrate if it was made by an older version")
    return 0
