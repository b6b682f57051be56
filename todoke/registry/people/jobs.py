"""Hourly tidying of log-ins whose time is over."""

from todoke.kernel.jobs import task
from todoke.kernel.sessions import forget_ended


@task("people.forget_ended_sessions", cron="25 * * * *")
def tidy_sessions() -> None:
    """A log-in that has ended is refused anyway; this only empties the table."""
    forget_ended()
