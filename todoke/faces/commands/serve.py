"""todoke serve: the pages, over HTTP."""

import argparse
import os
import sys
from pathlib import Path

EXAMPLES = """\
examples:
  todoke serve
  todoke serve --port 8000 --processes 4 --host 0.0.0.0
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``serve`` to the commands."""
    parser = subparsers.add_parser(
        "serve",
        help="serve the portal and the console",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine alone")
    parser.add_argument("--processes", type=int, default=1, help="default: 1; one for each processor is plenty")


def run(args: argparse.Namespace) -> int:
    """Becomes the server; returns only where that is not possible."""
    granian = Path(sys.executable).with_name("granian")
    words = [str(granian), "--interface", "wsgi", "--host", args.host, "--port", str(args.port)]
    words += ["--workers", str(args.processes), "--no-ws", "--respawn-failed-workers", "--log-level", "warning"]
    os.environ["PYTHONUNBUFFERED"] = "1"
    sys.stdout.flush()
    os.execv(words[0], [*words, "todoke.faces.wsgi:application"])  # noqa: S606
