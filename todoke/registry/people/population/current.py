"""The snapshot that is new enough to count on."""

from datetime import timedelta

from todoke.kernel import clock
from todoke.registry.people.population.snapshot import NoSnapshotError, Population, load, refresh
from todoke.registry.people.types import Reader

NEW_ENOUGH = timedelta(minutes=5)


def current(*, reader: Reader, at_most: timedelta = NEW_ENOUGH) -> Population:
    """The snapshot, brought current first where it is older than ``at_most`` or of another day."""
    try:
        found = load()
    except NoSnapshotError:
        return refresh(reader=reader)
    if clock.now() - found.taken_at <= at_most and found.day == clock.today():
        return found
    return refresh(reader=reader)
