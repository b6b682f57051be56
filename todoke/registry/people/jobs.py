"""Hourly tidying of log-ins whose time is over; the population and its zones kept current."""

from datetime import timedelta

from todoke.kernel import clock
from todoke.kernel.events import listen
from todoke.kernel.jobs import task
from todoke.kernel.sessions import forget_ended
from todoke.registry.people.population import NoSnapshotError, load, reading, refresh, zones
from todoke.registry.people.types import Reader

NOTES_KEPT = timedelta(days=3)
"""A snapshot that is older is brought up to now by looking at all rows."""


@task("people.forget_ended_sessions", cron="25 * * * *")
def tidy_sessions() -> None:
    """A log-in that has ended is refused anyway; this only empties the table."""
    forget_ended()


@task("people.keep_population", cron="10 18 * * *")
def keep_population() -> None:
    """Every night, so that on the worst day little has changed since."""
    reader = Reader("system", "トドケ（自動）", "災害のときにすぐ知らせるための準備")
    zones.prepare(refresh(reader=reader))
    reading.forget_changes(clock.now() - NOTES_KEPT)


@task("people.prepare_zones")
def prepare_zones() -> None:
    """Who lives in the zones that are new or have changed."""
    try:
        zones.prepare(load())
    except NoSnapshotError:
        return


@listen("zones-changed")
def after_zones_changed(**_what: object) -> None:
    """Once its transaction is done."""
    prepare_zones.enqueue(lock="people.prepare_zones")
