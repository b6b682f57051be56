"""todoke backup: the whole database in one file."""

import argparse
import os
from pathlib import Path

from todoke.faces.commands.archives import environment, program, run_program

EXAMPLES = """\
example:
  todoke backup todoke-2026-04-01.backup
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``backup`` to the commands."""
    parser = subparsers.add_parser(
        "backup",
        help="write the whole database to a file",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)


def run(args: argparse.Namespace) -> int:
    """0 when the file is whole; it comes into being only then, readable by its owner alone."""
    aside = args.file.with_name(f"{args.file.name}.part")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            words = [program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", "--enable-row-security"]
            run_program(words, environment() | {"PGOPTIONS": "-c todoke.backup=on"}, stdout=file)
            os.fsync(file.fileno())
        aside.rename(args.file)
    finally:
        aside.unlink(missing_ok=True)
    print(f"{args.file}: {args.file.stat().st_size:,} bytes")
    return 0
