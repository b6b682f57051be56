"""todoke serve: the pages, over HTTP."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

from django.db import Error

from todoke.faces.operations.probes import RUN_FOLDER, warn_of_an_open_door

EXAMPLES = """\
examples:
  todoke serve
  todoke serve --port 8000 --processes 4 --host 0.0.0.0 --drain 5
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
    parser.add_argument(
        "--drain",
        type=float,
        default=0,
        metavar="SECONDS",
        help="after SIGTERM, answer /readyz with 503 for so long before stopping; default: 0",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 after SIGINT or SIGTERM; requests in hand are answered first."""
    with suppress(Error):
        warn_of_an_open_door()
    with tempfile.TemporaryDirectory(prefix="todoke-serve-") as folder:
        figures = Path(folder) / "figures"
        figures.mkdir()
        asked = threading.Event()

        def ask(_number: int, _frame: FrameType | None) -> None:
            asked.set()

        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)
        environment = {**os.environ, RUN_FOLDER: folder, "PROMETHEUS_MULTIPROC_DIR": str(figures)}
        server = subprocess.Popen(_words(args), env=environment)  # noqa: S603
        while not asked.wait(0.2):
            if server.poll() is not None:
                return server.returncode or 1
        (Path(folder) / "draining").touch()
        if args.drain:
            with suppress(subprocess.TimeoutExpired):
                server.wait(args.drain)
        server.terminate()
        server.wait()
        return 0


def _words(args: argparse.Namespace) -> list[str]:
    words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", args.host, "--port", str(args.port)]
    words += ["--workers", str(args.processes), "--no-ws", "--respawn-failed-workers", "--log-level", "warning"]
    words += ["--workers-kill-timeout", "30", "--blocking-threads", "1"]
    return [*words, "todoke.faces.wsgi:application"]
