"""todoke coverage: which systems of the prefecture's plan have a pack."""

import argparse
import json
import sys

from django.conf import settings

from todoke.loops.apply.packs import read_packs
from todoke.registry.catalogue.coverage import System, packs_of, read_systems
from todoke.registry.catalogue.loader import PackError
from todoke.registry.catalogue.types import in_language

EXAMPLES = """\
examples:
  todoke coverage
  todoke coverage --json
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``coverage`` to the commands."""
    parser = subparsers.add_parser(
        "coverage",
        help="list the systems of the prefecture's plan with the packs that serve them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON a row")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """0 also where rows have no pack; 1 when a pack or the rows cannot be read."""
    try:
        systems = read_systems(settings.PACKS)
        packs = read_packs(settings.PACKS).values()
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    served = [(system, packs_of(system, packs)) for system in systems]
    if args.json:
        for system, ids in served:
            line = {"row": system.row, "title": _title(system), "packs": ids}
            print(json.dumps(line, ensure_ascii=False))
        return 0
    width = max(len(_title(system)) for system, _ids in served)
    print(f"{'row':<5} {'title':<{width}}  packs")
    for system, ids in served:
        print(f"{system.row:<5} {_title(system):<{width}}  {', '.join(ids)}".rstrip())
    print(f"{sum(bool(ids) for _system, ids in served)} of {len(served)} rows have a pack")
    return 0


def _title(system: System) -> str:
    return in_language(system.title, "en")
