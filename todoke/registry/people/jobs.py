"""Hourly tidying of log-ins whose time is over; the population and its zones kept current."""

from datetime import timedelta

from todoke.kernel import clock
from todoke.kernel.events import listen
from todoke.kernel.jobs import task
from todoke.kernel.sessions import forget_ended
from todoke.registry.people import needs
from todoke.registry.people.population import NoSnapshotError, load, reading, refresh, sealed, zones
from todoke.registry.people.types import Reader

_READER = Reader("system", "トドケ（自動）", "災害のときにすぐ知らせるための準備")
NOTES_KEPT = timedelta(days=3)
"""A snapshot that is older is brought up to now by looking at all rows."""


@task("people.forget_ended_sessions", cron="25 * * * *")
def tidy_sessions() -> None:
    """A log-in that has ended is refused anyway; this only empties the table."""
    forget_ended()


@task("people.keep_population", cron="10 18 * * *")
def keep_population() -> None:
    """Every night, so that on the worst day little has changed since."""
    found = refresh(reader=_READER)
    zones.prepare(found)
    needs.prepare(found, reader=_READER)
    reading.forget_changes(clock.now() - NOTES_KEPT)


@task("people.prepare_for_disasters")
def prepare_for_disasters() -> None:
    """Who lives in the zones that are new or have changed; and needs, where nobody has made that file."""
    try:
        found = load()
    except NoSnapshotError:
        found = refresh(reader=_READER)
    zones.prepare(found)
    if sealed.read(found.folder) is None:
        needs.prepare(found, reader=_READER)


@listen("zones-changed")
def after_zones_changed(**_what: object) -> None:
    """Once its transaction is done."""
    prepare_for_disasters.enqueue(lock="people.prepare_for_disasters")
