"""todoke worker: does the jobs on the queue."""

import argparse
import asyncio
import signal
from contextlib import suppress

import structlog
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from psycopg_pool import PoolTimeout

log = structlog.get_logger(__name__)

EXAMPLES = """\
examples:
  todoke worker
  todoke worker --once
"""
HEARTBEAT = 2
SILENT = 10
"""Seconds without a heartbeat after which a worker is taken for dead: a warning may be waiting in its hands."""


@app.periodic(cron="* * * * * */5")
@app.task(name="take_over_stalled_jobs", queueing_lock="take_over_stalled_jobs", pass_context=True, priority=99)
async def take_over_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put back jobs whose worker has died, every five seconds."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        log.warning("job taken over from a worker that died", job=job.task_name, id=job.id)
        await app.job_manager.retry_job(job)


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
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 after SIGINT or SIGTERM, when the jobs in hand are done, or when none is due with ``--once``."""
    asyncio.run(_work(args))
    return 0


async def _work(args: argparse.Namespace) -> None:
    """Until it is told to stop: when the database goes away, it waits for it to come back."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    while not asked.is_set():
        working = asyncio.create_task(_until_it_fails(args))
        stopping = asyncio.create_task(asked.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not working.done():
            working.cancel()
        with suppress(asyncio.CancelledError):
            try:
                await working
            except (OSError, PoolTimeout) as error:
                log.warning("the database does not answer", error=type(error).__name__)
            except Exception:
                if args.once:
                    raise
                log.exception("the worker stumbled, and goes on")
        if args.once:
            return
        if not asked.is_set():
            await asyncio.sleep(1)


async def _until_it_fails(args: argparse.Namespace) -> None:
    working: App
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        async with working.open_async():
            await working.run_worker_async(
                wait=not args.once,
                concurrency=args.concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=30,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=SILENT,
                delete_jobs="successful",
            )
