"""todoke load-demo, todoke demo-code: a prefecture to try out, and the way into its officers' accounts."""

import argparse
import sys

from todoke.faces.demonstration.cards import write_cards
from todoke.faces.demonstration.needs import load_needs
from todoke.faces.demonstration.officers import PASSWORD, current_code, load_officers
from todoke.faces.demonstration.offices import load_offices
from todoke.faces.demonstration.population import load_population
from todoke.faces.demonstration.shelters import load_shelters
from todoke.kernel.errors import TodokeError

SHOWN = 8
EXAMPLES = """\
examples:
  todoke load-demo
  todoke load-demo --residents 2300000
"""
CODE_EXAMPLES = """\
example:
  todoke demo-code ishinomaki-officer
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``load-demo`` and ``demo-code`` to the commands."""
    load = subparsers.add_parser(
        "load-demo",
        help="load offices, officers and made-up residents (needs TODOKE_DEMONSTRATION=1)",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument("--residents", type=int, default=2000, metavar="N", help="how many residents (2000)")
    load.set_defaults(run=run)
    code = subparsers.add_parser(
        "demo-code",
        help="print the one-time code that logs a demonstration officer in now",
        epilog=CODE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    code.add_argument("login", metavar="LOGIN", help="an account that load-demo prints")
    code.set_defaults(run=run_code)


def run(args: argparse.Namespace) -> int:
    """0 when loaded, also when it was before; 1 with a message when refused."""
    try:
        population = load_population(residents=args.residents)
        organisations = load_offices()
        accounts = load_officers()
        zones, shelters = load_shelters()
        prepared = load_needs()
    except TodokeError as error:
        print(error.message, file=sys.stderr)
        return 1
    path, cards = write_cards()
    if population.seconds is None:
        print(f"{population.residents:,} residents in {population.households:,} households were there already")
    else:
        rate = (population.residents + population.households) / population.seconds
        print(
            f"{population.residents:,} residents in {population.households:,} households, "
            f"{population.seconds:.1f} s, {rate:,.0f} rows/s"
        )
    for what, done in (("zones", zones), ("shelters", shelters)):
        print(f"{done.added:,} {what} made up" if done.added else f"{done.unchanged:,} {what} made up before")
    print(f"{prepared.needs:,} needs in a disaster and {prepared.helpers:,} helpers made up")
    print(f"{len(organisations)} organisations, {len(accounts)} officers; {cards} cards in {path}")
    print(f"password of every officer: {PASSWORD}")
    for account in accounts[:SHOWN]:
        roles = ", ".join(f"{role.value} of {organisation}" for organisation, role in account.roles)
        print(f"  {account.login:<26}{account.name}  {roles}")
    print("one-time code: todoke demo-code LOGIN")
    return 0


def run_code(args: argparse.Namespace) -> int:
    """0 with the code, 1 with a message for who is no officer of the demonstration."""
    try:
        print(current_code(args.login))
    except TodokeError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0
