"""The time, in one place, so that a test can hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

JAPAN = ZoneInfo("Asia/Tokyo")


_held: ContextVar[date | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The instant, aware."""
    return timezone.now()


def today() -> date:
    """The date in Japan, whatever the host's zone."""
    return _held.get() or now().astimezone(JAPAN).date()


@contextmanager
def held(day: date) -> Iterator[None]:
    """Today is ``day``, for what is only tried: an example of a pack tells what held on a day."""
    token = _held.set(day)
    try:
        yield
    finally:
        _held.reset(token)
