"""Disasters and drills, what of them is in force, and what happened when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.db.models import Q, QuerySet

from todoke.kernel import clock
from todoke.loops.reach import telegrams
from todoke.loops.reach.actions.incidents import QUAKE
from todoke.loops.reach.models import Alert, AreaWarning, Incident, Order, Telegram
from todoke.loops.reach.telegrams.errors import TelegramError
from todoke.loops.reach.telegrams.types import Severity, Status

SHOWN = 50


class Lane(StrEnum):
    """Who did what happened: agencies say, authorities order and send."""

    AGENCY = "agency"
    AUTHORITY = "authority"


class What(StrEnum):
    """What happened."""

    TELEGRAM = "telegram"
    ALERT = "alert"
    ENTERED = "entered"
    ISSUED = "issued"
    LIFTED = "lifted"


@dataclass(frozen=True)
class Happening:
    """One thing on the time line. ``words`` are a telegram's own; the rest is worded by who shows it."""

    at: datetime
    lane: Lane
    what: What
    words: str = ""
    order: Order | None = None
    alert: Alert | None = None


def incidents() -> tuple[list[Incident], list[Incident], list[Incident]]:
    """In force, drills and tests in force, and those that are over, the newest first."""
    going_on = Incident.objects.filter(ended_at=None).order_by("-began_at")
    return (
        list(going_on.filter(status=Status.NORMAL)),
        list(going_on.exclude(status=Status.NORMAL)),
        list(Incident.objects.filter(ended_at__isnull=False).order_by("-ended_at")[:SHOWN]),
    )


def only_drills() -> bool:
    """Whether drills go on and nothing real does."""
    statuses = set(Incident.objects.filter(ended_at=None).values_list("status", flat=True))
    return bool(statuses) and Status.NORMAL not in statuses


def warnings_of(incident: Incident) -> list[AreaWarning]:
    """In force, the gravest first."""
    rows = AreaWarning.objects.filter(incident=incident, ended_at=None, severity__gte=Severity.ADVISORY)
    return list(rows.order_by("-severity", "-issued_at", "area_code"))


def orders_of(incident: Incident) -> list[Order]:
    """All that were not withdrawn, the newest first."""
    return list(Order.objects.filter(incident=incident, withdrawn_at=None).order_by("-entered_at"))


def orders_to_review(incident: Incident) -> list[Order]:
    """Of ours, in force for so long that somebody has to say whether they stay; the longest first."""
    rows = Order.objects.filter(incident=incident, issued_at__isnull=False, lifted_at=None, source="")
    return list(rows.filter(review_at__lte=clock.now()).order_by("review_at"))


def telegrams_of(incident: Incident) -> QuerySet[Telegram]:
    """What came in about it, the oldest first, without copies that came late."""
    event = incident.key.rsplit(":", 1)[-1]
    mine = Q(pk__in=AreaWarning.objects.filter(incident=incident).values("telegram")) | Q(
        pk__in=Alert.objects.filter(incident=incident, telegram__isnull=False).values("telegram")
    )
    if QUAKE.fullmatch(event):
        mine |= Q(event_id=event, status=incident.status, concern=True)
    return Telegram.objects.filter(mine, superseded=False, error="").order_by("issued_at", "pk")


def happenings(incident: Incident) -> list[Happening]:
    """The time line, the oldest first."""
    found = [
        Happening(one.issued_at or one.received_at, Lane.AGENCY, What.TELEGRAM, headline(one.pk))
        for one in telegrams_of(incident).only("pk", "issued_at", "received_at")
    ]
    for alert in incident.alerts.filter(written_at__isnull=False, order=None):
        found.append(Happening(alert.written_at or alert.caused_at, Lane.AUTHORITY, What.ALERT, alert=alert))
    for order in orders_of(incident):
        found += _of_order(order)
    return sorted(found, key=lambda one: one.at)


def _of_order(order: Order) -> Iterable[Happening]:
    if order.issued_at is None:
        yield Happening(order.entered_at, Lane.AUTHORITY, What.ENTERED, order=order)
    else:
        yield Happening(order.issued_at, Lane.AUTHORITY, What.ISSUED, order=order)
    if order.lifted_at:
        yield Happening(order.lifted_at, Lane.AUTHORITY, What.LIFTED, order=order)


@lru_cache(maxsize=512)
def headline(telegram_id: int) -> str:
    """What a telegram says of the prefecture in a few words: 大津波警報 巨大; else its title. It does not change."""
    row = Telegram.objects.get(pk=telegram_id)
    try:
        said = telegrams.read(bytes(row.body), name=row.name, prefecture=settings.PREFECTURE)
    except TelegramError:
        return row.title
    mine = [area for area in said.areas if area.in_force and area.warning]
    if not mine or said.severity < Severity.ADVISORY:
        return (said.heading or row.title).rstrip("ab")
    gravest = max(mine, key=lambda area: (area.severity, area.height_m or 0))
    return " ".join(part for part in (gravest.warning, gravest.height) if part)
