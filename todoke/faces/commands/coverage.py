"""todoke coverage: which systems of the prefecture's plan have a pack, a plan for disasters, or a policy."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable

from django.conf import settings

from todoke.loops.apply.packs import read_packs
from todoke.loops.improve.policies import load_policies
from todoke.loops.improve.types import Policy
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
        help="list the systems of the prefecture's plan with the packs, plans and policies that serve them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON a row")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """0 also where nothing serves a row; 1 when something cannot be read, or names a row that there is not."""
    try:
        systems = read_systems(settings.PACKS)
        packs = read_packs(settings.PACKS).values()
        plans = load_plans(settings.PLANS).values()
        policies = load_policies(settings.POLICIES).values()
        _check("plan.yaml", plans, systems)
        _check("policy.yaml", policies, systems)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    served = [
        (
            system,
            {
                "packs": packs_of(system, packs),
                "plans": _serving(system, plans),
                "policies": _serving(system, policies),
            },
        )
        for system in systems
    ]
    if args.json:
        for system, by in served:
            print(json.dumps({"row": system.row, "title": _title(system), **by}, ensure_ascii=False))
        return 0
    width = max(len(_title(system)) for system in systems)
    print(f"{'row':<5} {'title':<{width}}  packs, plans and policies")
    for system, by in served:
        names = [name if kind == "packs" else f"{kind}/{name}" for kind, ids in by.items() for name in ids]
        print(f"{system.row:<5} {_title(system):<{width}}  {', '.join(names)}".rstrip())
    print(f"{sum(any(by.values()) for _system, by in served)} of {len(served)} rows have a pack, a plan or a policy")
    return 0


def _serving(system: System, among: Iterable[Plan | Policy]) -> list[str]:
    return sorted(one.id for one in among if system.row in one.row)


def _check(file: str, among: Iterable[Plan | Policy], systems: Collection[System]) -> None:
    """Raises PackError for rows that there are not."""
    known = {system.row for system in systems}
    unknown = [
        f"{one.id}/{file}: row {row} is not in systems.yaml" for one in among for row in one.row if row not in known
    ]
    if unknown:
        raise PackError(unknown)


def _title(system: System) -> str:
    return in_language(system.title, "en")
