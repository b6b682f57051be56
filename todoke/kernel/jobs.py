"""The one job queue: a job is deferred in the transaction that decides it."""

from collections.abc import Callable
from typing import Any

import procrastinate
import structlog
from procrastinate.contrib.django import app

from todoke.kernel.trace import current_trace, use_trace

log = structlog.get_logger(__name__)

RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=3)
"""3, 9, 27 … seconds: an outside system may be away for hours before a job counts as failed."""


def task(name: str, *, cron: str = "", **options: Any) -> Callable[[Callable[..., None]], "Job"]:
    """Make a function a job: it must bear to be run twice, since a worker may die before it says it is done.

    With ``cron`` (five fields, UTC) the workers together run it once at each of those times.
    """

    def wrap(function: Callable[..., None]) -> Job:
        def run(timestamp: int = 0, trace_id: str = "", **arguments: Any) -> None:
            with use_trace(trace_id):
                log.info("job", job=name)
                function(**arguments)

        made = app.task(name=name, retry=RETRY, **options)(run)  # type: ignore[no-untyped-call]
        return Job(app.periodic(cron=cron)(made) if cron else made)

    return wrap


class Job:
    """What can be put on the queue."""

    def __init__(self, deferrable: Any) -> None:
        self._task = deferrable

    def enqueue(self, *, lock: str | None = None, **arguments: Any) -> None:
        """Put it on the queue in the transaction in force; jobs of one ``lock`` run one after the other."""
        self._task.configure(lock=lock).defer(trace_id=current_trace(), **arguments)
