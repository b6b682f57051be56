"""todoke bench: how fast it is, beside a baseline of the same run."""

import argparse
import json
import os
from importlib import import_module

from todoke.faces.bench.figures import Figure
from todoke.faces.bench.scratch import run_in_scratch

EXAMPLES = """\
examples:
  todoke bench rules
  todoke bench rules --residents 100000 --json
  todoke bench audience --json
"""
NAMES = ("rules", "alert", "audience", "checkin", "dispatch", "indicators", "shelters", "progress", "open-data")
"""Each a module of todoke.faces.bench with a function ``measure``."""

OF_NOBODY = {"indicators", "open-data", "progress"}
"""Those that need no residents."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``bench`` to the commands."""
    parser = subparsers.add_parser(
        "bench",
        help="measure, in a database of its own that is gone afterwards",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="a line of JSON for each figure")
    parser.add_argument("--residents", type=int, default=2_300_000, metavar="N", help="made-up residents (2300000)")
    parser.add_argument("--here", action="store_true", help="measure in this database, with the residents it has")


def run(args: argparse.Namespace) -> int:
    """0 when it ran, whether or not the aims were met; each line says that."""
    if not args.here:
        words = ["bench", args.name, "--here", *(["--json"] if args.json else [])]
        people = [] if args.name in OF_NOBODY else [["load-demo", "--residents", str(args.residents)]]
        return run_in_scratch([["migrate"], ["places", "load"], *people, ["packs", "publish"], words])
    os.environ.setdefault("TODOKE_DEMONSTRATION", "1")
    for figure in import_module(f"todoke.faces.bench.{args.name.replace('-', '_')}").measure():
        print(json.dumps(figure.as_json(), ensure_ascii=False) if args.json else _line(figure), flush=True)
    return 0


def _line(figure: Figure) -> str:
    beside = f"   {figure.baseline}: {figure.baseline_value:,.4g} ({figure.ratio:.1f} times)" if figure.ratio else ""
    sign = "≤" if figure.less else "≥"
    met = "met" if figure.met else "not met"
    return f"{figure.name:24} {figure.value:14,.4g} {figure.unit:14} aim {sign} {figure.aim:,}: {met}{beside}"
