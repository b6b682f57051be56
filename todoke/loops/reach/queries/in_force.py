"""What is in force: orders of municipalities and information of agencies, always apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from todoke.kernel import clock
from todoke.loops.reach.models import AreaWarning, Feed, Order, Telegram
from todoke.loops.reach.sources.feed import STALE
from todoke.loops.reach.telegrams.types import Severity, Status
from todoke.loops.reach.types import WITH_LEVELS, OrderKind

LEVELS = {kind: kind.level for kind in OrderKind}


@dataclass(frozen=True)
class Alarm:
    """The gravest of what is in force, in the prefecture or in one municipality of it."""

    order: OrderKind | None = None
    ordering: int = 0
    """How many municipalities have given orders of that kind."""

    severity: Severity = Severity.NONE
    warned: int = 0
    """How many municipalities lie in the areas of the gravest warning."""

    kind: str = ""
    name: str = ""
    level: int | None = None
    """Of the gravest warning."""

    drill: bool = False
    """Whether anything is in force in a drill."""

    @property
    def is_raised(self) -> bool:
        """Whether people have to be told on every page: an order, or a warning; not an advisory."""
        return self.order is not None or self.severity >= Severity.WARNING


@dataclass(frozen=True)
class Bulletin:
    """The same warning of the same publisher for several areas."""

    kind: str
    name: str
    severity: Severity
    level: int | None
    publisher: str
    areas: tuple[str, ...]
    municipalities: frozenset[str]
    issued_at: datetime
    rows: tuple[AreaWarning, ...]


def level_of(order: Order) -> int | None:
    """Its 警戒レベル; None where its hazard has none."""
    return LEVELS[OrderKind(order.kind)] if order.hazard in WITH_LEVELS else None


def orders_in_force(*, drill: bool = False, municipality: str = "") -> list[Order]:
    """Issued and not lifted, the gravest first, then the newest."""
    rows = Order.objects.filter(issued_at__isnull=False, lifted_at=None, withdrawn_at=None, drill=drill)
    if municipality:
        rows = rows.filter(municipality_code=municipality)
    return sorted(rows.order_by("-issued_at"), key=lambda order: -LEVELS[OrderKind(order.kind)])


def warnings_in_force(*, drill: bool = False, municipality: str = "") -> list[AreaWarning]:
    """The gravest first, then the newest; forecasts are no warnings."""
    rows = _meant(drill).filter(ended_at=None, severity__gte=Severity.ADVISORY)
    if municipality:
        rows = rows.filter(municipalities__contains=[municipality])
    return list(rows.order_by("-severity", "-issued_at", "area_code"))


def bulletins(warnings: Iterable[AreaWarning]) -> list[Bulletin]:
    """What says the same put together, in the order of the first of each."""
    groups: dict[tuple[str, str, int, str], list[AreaWarning]] = {}
    for row in warnings:
        groups.setdefault((row.kind, row.name, row.severity, row.publisher), []).append(row)
    return [
        Bulletin(
            kind=kind,
            name=name,
            severity=Severity(severity),
            level=rows[0].level,
            publisher=publisher,
            areas=tuple(dict.fromkeys(row.area_name for row in rows)),
            municipalities=frozenset(code for row in rows for code in row.municipalities),
            issued_at=max(row.issued_at for row in rows),
            rows=tuple(rows),
        )
        for (kind, name, severity, publisher), rows in groups.items()
    ]


def warnings_since(moment: datetime) -> list[AreaWarning]:
    """Those that began or ended since then, also in drills."""
    rows = AreaWarning.objects.filter(severity__gte=Severity.ADVISORY).select_related("incident")
    return [*rows.filter(ended_at__gte=moment), *rows.filter(ended_at=None)]


def orders_since(moment: datetime) -> list[Order]:
    """Those that were issued or lifted since then, also in drills."""
    rows = Order.objects.filter(issued_at__isnull=False)
    return [*rows.filter(lifted_at__gte=moment), *rows.filter(lifted_at=None)]


_ALARM = """
SELECT 'order', kind, drill, count(DISTINCT municipality_code)::int, 0, '', NULL::int FROM reach_order
 WHERE issued_at IS NOT NULL AND lifted_at IS NULL AND withdrawn_at IS NULL
   AND (%(place)s = '' OR municipality_code = %(place)s)
 GROUP BY kind, drill
UNION ALL
SELECT 'warning', kind, status <> 'normal', count(DISTINCT place)::int, severity, name, level
  FROM (SELECT w.kind, w.name, w.severity, w.level, i.status, unnest(w.municipalities) AS place
          FROM reach_areawarning w JOIN reach_incident i ON i.id = w.incident_id
         WHERE w.ended_at IS NULL) AS each_place
 WHERE (%(place)s = '' OR place = %(place)s)
 GROUP BY kind, status, severity, name, level
"""


def alarm(municipality: str = "") -> Alarm:
    """For the top of every page: one query over what is in force, which is little or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_ALARM, {"place": municipality})
        rows = cursor.fetchall()
    meant = [row for row in rows if not row[2]]
    orders = {OrderKind(kind): count for what, kind, _drill, count, *_ in meant if what == "order"}
    warned = [
        (severity, count, kind, name, level) for what, kind, _, count, severity, name, level in meant if what != "order"
    ]
    order = max(orders, key=lambda kind: LEVELS[kind], default=None)
    severity, count, kind, name, level = max(warned, key=lambda row: row[:2], default=(0, 0, "", "", None))
    return Alarm(
        order=order,
        ordering=orders[order] if order else 0,
        severity=Severity(severity),
        warned=count,
        kind=kind,
        name=name,
        level=level,
        drill=len(meant) < len(rows),
    )


@dataclass(frozen=True)
class SourceState:
    """When we last knew that nothing newer was to be had; ``stale`` when that is too long ago, or never was."""

    checked_at: datetime | None
    stale: bool


def source_state() -> SourceState:
    """Of the feeds, the one that has been silent longest; without feeds, when the last telegram came."""
    feeds = list(Feed.objects.filter(address__in=settings.TELEGRAM_FEEDS))
    if settings.TELEGRAM_FEEDS:
        times = [feed.succeeded_at for feed in feeds if feed.succeeded_at]
        checked_at = min(times, default=None) if len(times) == len(settings.TELEGRAM_FEEDS) else None
        return SourceState(checked_at, checked_at is None or clock.now() - checked_at > STALE)
    newest = Telegram.objects.filter(error="").order_by("-received_at").values_list("received_at", flat=True).first()
    return SourceState(newest, newest is None)


def _meant(drill: bool) -> QuerySet[AreaWarning]:
    status = Status.DRILL if drill else Status.NORMAL
    return AreaWarning.objects.filter(incident__status=status)
