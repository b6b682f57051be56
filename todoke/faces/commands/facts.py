"""todoke facts: what is done to facts, and what is kept with them, as a whole."""

import argparse

from todoke.kernel.encrypt_anew import encrypt_columns_anew
from todoke.registry.people.actions import encrypt_anew

EXAMPLES = """\
example:
  todoke facts encrypt-anew
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``facts`` to the commands."""
    parser = subparsers.add_parser(
        "facts",
        help="encrypt what is encrypted at rest under the newest key",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    deeds.add_parser(
        "encrypt-anew",
        help="put a new key first in TODOKE_FIELD_KEYS, run this, then take the old key out",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run(args: argparse.Namespace) -> int:
    """0 when every sensitive fact, draft and submission is under the newest key."""
    print(f"{encrypt_anew():,} facts and {encrypt_columns_anew():,} values of drafts and submissions renewed")
    print("all of these are under the newest key; secrets of officers stay under theirs")
    return 0
