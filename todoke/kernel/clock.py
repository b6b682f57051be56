"""The time, in one place, so that a test can hold it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

JAPAN = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """The instant, aware."""
    return timezone.now()


def today() -> date:
    """The date in Japan, whatever the host's zone."""
    return now().astimezone(JAPAN).date()
