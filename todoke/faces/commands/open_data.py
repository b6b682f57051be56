"""todoke open-data: take municipalities' files in, write data sets to files, make them ready for everybody."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from todoke.kernel.errors import TodokeError
from todoke.loops.improve.open_data.files import stream
from todoke.loops.improve.open_data.importing import import_rows
from todoke.loops.improve.open_data.problems import Problems, collecting
from todoke.loops.improve.open_data.publishing import make_all_ready
from todoke.loops.improve.open_data.registry import DATA_SETS, data_set
from todoke.loops.improve.open_data.releasing import flatten_all
from todoke.loops.improve.open_data.standard import LAYOUTS
from todoke.loops.improve.open_data.types import Format

EXAMPLES = """\
examples:
  todoke open-data list
  todoke open-data import aed aed.csv --municipality 042021 --dry-run --report problems.csv
  todoke open-data import shelters 03_shelters.csv --municipality 04202
  todoke open-data export shelters > 03_shelters.csv
  todoke open-data export figures --format parquet --output figures.parquet
  todoke open-data publish
"""
SHOWN = 20


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``open-data`` to the commands."""
    parser = subparsers.add_parser(
        "open-data",
        help="take municipalities' files in, write data sets to files",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("list", help="data sets, with what they are called")
    taking = deeds.add_parser("import", help="a municipality's CSV of a standard data set: all of it or nothing")
    taking.add_argument("set", choices=sorted(LAYOUTS), metavar="SET", help=", ".join(sorted(LAYOUTS)))
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument("--municipality", required=True, metavar="CODE", help="whose file it is: 5 or 6 digits")
    taking.add_argument("--dry-run", action="store_true", help="say the same, keep nothing")
    taking.add_argument("--report", type=Path, metavar="FILE", help="CSV with every problem: line, column, what, value")
    giving = deeds.add_parser("export", help="a data set as a file, as everybody gets it")
    giving.add_argument("set", choices=list(DATA_SETS), metavar="SET", help=", ".join(DATA_SETS))
    giving.add_argument("--format", choices=[form.value for form in Format], default="csv")
    giving.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")
    deeds.add_parser("publish", help="lay released figures flat, and make files that are out of date")


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 with a message when a file is refused; nothing of it is kept then."""
    began = time.monotonic()
    try:
        if args.deed == "list":
            for one in DATA_SETS.values():
                print(f"{one.id:18} {one.standard or '  '} {one.titles['ja']}")
            return 0
        if args.deed == "export":
            _export(args)
            return 0
        if args.deed == "publish":
            print(f"{flatten_all():,} figures, {make_all_ready()} files made, {time.monotonic() - began:.1f} s")
            return 0
        with collecting(args.report) as problems:
            return _import(args, problems, began)
    except (TodokeError, OSError) as error:
        print(error.message if isinstance(error, TodokeError) else error, file=sys.stderr)
        return 1


def _import(args: argparse.Namespace, problems: Problems, began: float) -> int:
    try:
        taken = import_rows(
            data_set_id=args.set,
            path=args.file,
            municipality=args.municipality,
            problems=problems,
            dry_run=args.dry_run,
        )
    except TodokeError as error:
        for one in problems.kept[:SHOWN]:
            value = f"「{one.value}」" if one.value else ""
            print(f"{one.line}: {one.column}: {one.problem}{value}", file=sys.stderr)
        if problems.count > SHOWN:
            print(f"… {problems.count - SHOWN:,} more", file=sys.stderr)
        print(error.message, file=sys.stderr)
        return 1
    if taken.strange:
        print(f"not read: {', '.join(taken.strange)}", file=sys.stderr)
    tried = "dry run: " if args.dry_run else ""
    print(
        f"{tried}{taken.added:,} added, {taken.changed:,} changed, {taken.withdrawn:,} withdrawn, "
        f"{taken.unchanged:,} unchanged ({taken.encoding}), {time.monotonic() - began:.1f} s"
    )
    return 0


def _export(args: argparse.Namespace) -> None:
    one = data_set(args.set)
    chunks = stream(one, Format(args.format))
    if args.output is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    half = args.output.with_name(f"{args.output.name}.part")
    with half.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    shutil.move(half, args.output)
