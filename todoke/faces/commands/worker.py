"""todoke worker: does the jobs on the queue."""

import argparse

from procrastinate.contrib.django import app

EXAMPLES = """\
examples:
  todoke worker
  todoke worker --once
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``worker`` to the commands."""
    parser = subparsers.add_parser(
        "worker",
        help="do the jobs on the queue: messages, periodic work",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--once", action="store_true", help="stop when no job is due")
    parser.add_argument("--concurrency", type=int, default=4, help="jobs done at a time; default: 4")


def run(args: argparse.Namespace) -> int:
    """0 after SIGINT or SIGTERM, when the jobs in hand are done, or when none is due with ``--once``."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(wait=not args.once, concurrency=args.concurrency, install_signal_handlers=True)
    return 0
