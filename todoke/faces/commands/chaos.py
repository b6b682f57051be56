"""todoke chaos: processes are killed at random points under load; then everything is counted."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from todoke.kernel.postgres import SYSTEM_FOLDER, Cluster
from todoke.kernel.postgres.account import Account, account_for_server
from todoke.kernel.postgres.binaries import bundled, reachable_by

EXAMPLES = """\
examples:
  todoke chaos alert
  todoke chaos alert --messages 5000 --kills 20 --json
"""
NAMES = ("alert",)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``chaos`` to the commands."""
    parser = subparsers.add_parser(
        "chaos",
        help="kill processes under load, on a database server of its own, and count what is lost or twice",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--messages", type=int, default=50_000, metavar="N", help="a resident for each (50000)")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="of workers and web, in all (200)")
    parser.add_argument("--server", default="", help=argparse.SUPPRESS)
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """0 when nothing was lost and nothing came twice."""
    if not args.server:
        return _on_a_server_of_its_own(args)
    os.environ.setdefault("TODOKE_DEMONSTRATION", "1")
    from todoke.faces.bench.chaos import alert

    result = alert(_cluster(Path(args.server)), messages=args.messages, kills=args.kills)
    print(json.dumps(result, ensure_ascii=False) if args.json else _lines(result), flush=True)
    return 0 if result["met"] else 1


def _on_a_server_of_its_own(args: argparse.Namespace) -> int:
    """In its child, since the address of the database is read once, when a program starts."""
    with tempfile.TemporaryDirectory(prefix="todoke-chaos-") as state:
        folder = Path(tempfile.mkdtemp(prefix="todoke-chaos-server-"))
        cluster = _cluster(folder)
        cluster.account.own(folder)
        try:
            environment = os.environ | {
                "DATABASE_URL": cluster.start(),
                "TODOKE_STATE": state,
                "TODOKE_DEMONSTRATION": "1",
            }
            words = ["chaos", args.name, "--server", str(folder), *(["--json"] if args.json else [])]
            words += ["--messages", str(args.messages), "--kills", str(args.kills)]
            for command in (
                ["migrate"],
                ["places", "load"],
                ["load-demo", "--residents", str(args.messages)],
                words,
            ):
                out = None if command is words else sys.stderr
                program = [sys.executable, "-c", "from todoke.faces.commands import main; raise SystemExit(main())"]
                done = subprocess.run([*program, *command], env=environment, stdout=out, check=False)  # noqa: S603
                if done.returncode:
                    return done.returncode
        finally:
            cluster.destroy()
            cluster.folder.with_name(f"{cluster.folder.name}.lock").unlink(missing_ok=True)
    return 0


def _cluster(folder: Path) -> Cluster:
    account = account_for_server()
    programs = reachable_by(account, SYSTEM_FOLDER) if account else bundled()
    return Cluster(folder, programs, account or Account.mine())


def _lines(result: dict[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in result.items())
