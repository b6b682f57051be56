"""todoke worker: does the jobs on the queue."""

import argparse

import structlog
from procrastinate import JobContext
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)

EXAMPLES = """\
examples:
  todoke worker
  todoke worker --once
"""


@app.periodic(cron="* * * * *")
@app.task(name="take_over_stalled_jobs", queueing_lock="take_over_stalled_jobs", pass_context=True)
async def take_over_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Put back jobs whose worker has died: no heartbeat for 30 seconds."""
    for job in await app.job_manager.get_stalled_jobs():
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
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(
            wait=not args.once,
            concurrency=args.concurrency,
            install_signal_handlers=True,
            shutdown_graceful_timeout=30,
        )
    return 0
