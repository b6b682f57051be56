"""todoke coverage: which systems of the prefecture's plan have a pack, or a plan of what is sent in a disaster."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable

from django.conf import settings

from todoke.loops.apply.packs import read_packs
from todoke.loops.reach.plans import Plan, load_plans
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
        help="list the systems of the prefecture's plan with the packs and plans that serve them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON a row")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """0 also where nothing serves a row; 1 when packs, plans or rows cannot be read, or a plan names another row."""
    try:
        systems = read_systems(settings.PACKS)
        packs = read_packs(settings.PACKS).values()
        plans = load_plans(settings.PLANS).values()
        _check(plans, systems)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    served = [(system, packs_of(system, packs), _plans_of(system, plans)) for system in systems]
    if args.json:
        for system, ids, others in served:
            line = {"row": system.row, "title": _title(system), "packs": ids, "plans": others}
            print(json.dumps(line, ensure_ascii=False))
        return 0
    width = max(len(_title(system)) for system in systems)
    print(f"{'row':<5} {'title':<{width}}  packs and plans")
    for system, ids, others in served:
        names = [*ids, *(f"plans/{one}" for one in others)]
        print(f"{system.row:<5} {_title(system):<{width}}  {', '.join(names)}".rstrip())
    print(f"{sum(bool(ids or others) for _system, ids, others in served)} of {len(served)} rows have a pack or a plan")
    return 0


def _plans_of(system: System, plans: Iterable[Plan]) -> list[str]:
    return sorted(plan.id for plan in plans if system.row in plan.row)


def _check(plans: Iterable[Plan], systems: Collection[System]) -> None:
    """Raises PackError."""
    known = {system.row for system in systems}
    unknown = [
        f"{plan.id}/plan.yaml: row {row} is not in systems.yaml"
        for plan in plans
        for row in plan.row
        if row not in known
    ]
    if unknown:
        raise PackError(unknown)


def _title(system: System) -> str:
    return in_language(system.title, "en")
