"""The one job queue: a job is deferred in the transaction that decides it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import procrastinate
import structlog
from django.db import close_old_connections, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager

from todoke.kernel.trace import current_trace, use_trace

log = structlog.get_logger(__name__)

RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=3)
"""3, 9, 27 … seconds: an outside system may be away for hours before a job counts as failed."""

STEADILY = procrastinate.RetryStrategy(max_attempts=1000, wait=3)
"""For jobs that count their own attempts, and fail only with the database: every three seconds."""


def task(name: str, *, cron: str = "", **options: Any) -> Callable[[Callable[..., None]], "Job"]:
    """Make a function a job: it must bear to be run twice, since a worker may die before it says it is done.

    With ``cron`` (five fields, UTC) the workers together run it once at each of those times.
    """

    def wrap(function: Callable[..., None]) -> Job:
        def run(timestamp: int = 0, trace_id: str = "", **arguments: Any) -> None:
            # The database may have been restarted since this thread's last job.
            close_old_connections()
            with use_trace(trace_id):
                log.info("job", job=name)
                function(**arguments)

        made = app.task(name=name, **{"retry": RETRY, **options})(run)  # type: ignore[no-untyped-call]
        return Job(app.periodic(cron=cron)(made) if cron else made, function)

    return wrap


def something_waits(*, above: int) -> bool:
    """Whether a job of a higher priority is due and nobody has taken it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND priority > %s"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()))",
            [above],
        )
        return bool(cursor.fetchone()[0])


class Job:
    """What can be put on the queue."""

    def __init__(self, deferrable: Any, function: Callable[..., None]) -> None:
        self._task, self._function = deferrable, function

    def __call__(self, **arguments: Any) -> None:
        """Do it now, in this process."""
        self._function(**arguments)

    def enqueue(self, *, lock: str | None = None, priority: int = 0, wait_seconds: int = 0, **arguments: Any) -> None:
        """Put it on the queue in the transaction in force; jobs of one ``lock`` run one after the other.

        The higher ``priority`` goes first; nothing is done before ``wait_seconds`` have passed.
        """
        wait = {"schedule_in": {"seconds": wait_seconds}} if wait_seconds else {}
        self._deferrer(lock=lock, priority=priority, **wait).defer(trace_id=current_trace(), **arguments)

    def enqueue_once(self, key: str, *, priority: int = 0, wait_seconds: int = 0, **arguments: Any) -> None:
        """Put it on the queue, unless one of this key waits there already; they run one after the other."""
        wait = {"schedule_in": {"seconds": wait_seconds}} if wait_seconds else {}
        deferrer = self._deferrer(lock=key, queueing_lock=key, priority=priority, **wait)
        with suppress(AlreadyEnqueued), transaction.atomic():
            deferrer.defer(trace_id=current_trace(), **arguments)

    def enqueue_many(self, rows: Sequence[dict[str, Any]], *, priority: int = 0) -> None:
        """Put it on the queue once for each of ``rows`` of arguments, in one statement."""
        if rows:
            trace = current_trace()
            self._deferrer(priority=priority).batch_defer(*({"trace_id": trace, **row} for row in rows))

    def _deferrer(self, **options: Any) -> Any:
        """By Django's connection, also in a worker: the worker's own knows nothing of the transaction in force."""
        deferrer = self._task.configure(**options)
        deferrer.job_manager = JobManager(DjangoConnector())
        return deferrer
