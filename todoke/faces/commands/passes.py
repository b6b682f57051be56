"""todoke passes: what is kept of check-ins compared with the scans, and the keys that sign passes."""

import argparse

from todoke.exchange.passes.keys import make_key
from todoke.exchange.passes.presence import derived_anew

EXAMPLES = """\
examples:
  todoke passes check
  todoke passes rebuild
  todoke passes new-key
"""
DEEDS = {
    "check": "merge all scans and say how many presences and counts differ from what is kept",
    "rebuild": "the same, and put right what differs; doors wait meanwhile",
    "new-key": "sign passes with a new key from now on; those that were given out stay good",
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``passes`` to the commands."""
    parser = subparsers.add_parser(
        "passes",
        help="check who is where against the scans, change the signing key",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    for deed, meaning in DEEDS.items():
        deeds.add_parser(deed, help=meaning, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)


def run(args: argparse.Namespace) -> int:
    """0 when what is kept is what the scans say, or was put right; 1 when ``check`` finds a difference."""
    if args.deed == "new-key":
        print(f"passes are signed with key {make_key()} from now on")
        return 0
    found = derived_anew(keep=args.deed == "rebuild")
    wrong = found.wrong_presences + found.wrong_tallies
    print(f"{found.scans:,} scans, {found.people:,} people in shelters now")
    put_right = "put right" if args.deed == "rebuild" else "differ"
    print(f"{found.wrong_presences:,} presences and {found.wrong_tallies:,} counts {put_right}")
    return int(bool(wrong) and args.deed == "check")
