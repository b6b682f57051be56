"""todoke database: the embedded PostgreSQL by hand."""

import argparse
import os
import shutil
import sys

from todoke.kernel import postgres

EXAMPLES = """\
examples:
  todoke database start
  psql "$(todoke database url)"
  todoke database stop
  todoke database destroy --yes
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``database`` to the commands."""
    parser = subparsers.add_parser(
        "database",
        help="start, stop or remove the embedded PostgreSQL, or print its address",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, needs_database=False)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    deeds.add_parser("start", help="start it, and print its address")
    deeds.add_parser("stop", help="stop it; its data stay")
    deeds.add_parser("url", help="print the address of the database in use")
    destroy = deeds.add_parser("destroy", help="remove its data and this checkout's state, for good")
    destroy.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """0 when done, 1 when refused."""
    if args.deed == "url":
        print(os.environ["DATABASE_URL"])
        return 0
    if args.cluster is None:
        print("todoke: DATABASE_URL names a database of its own: it is not ours to start or stop", file=sys.stderr)
        return 1
    if args.deed == "start":
        print(args.cluster.start())
    elif args.deed == "stop":
        args.cluster.stop()
    else:
        return _destroy(args)
    return 0


def _destroy(args: argparse.Namespace) -> int:
    state = postgres.state_folder()
    print(f"This removes for good: {args.cluster.folder} and {state}")
    if not args.yes:
        try:
            answer = input("Type yes to go on: ")
        except EOFError:
            answer = ""
        if answer.strip() != "yes":
            print("Nothing was removed.")
            return 1
    args.cluster.destroy()
    shutil.rmtree(state, ignore_errors=True)
    print("Removed.")
    return 0
