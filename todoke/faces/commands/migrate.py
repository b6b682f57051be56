"""todoke migrate: bring the database's tables up to date."""

import argparse

from django.core.management import call_command

EXAMPLES = """\
example:
  todoke migrate
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``migrate`` to the commands."""
    parser = subparsers.add_parser(
        "migrate",
        help="bring the database's tables up to date",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="change nothing; 1 when something is left to do")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when the tables are up to date."""
    call_command("migrate", interactive=False, verbosity=1, check_unapplied=args.check)
    return 0
