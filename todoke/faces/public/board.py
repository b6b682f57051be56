"""What is in force, put together for a reader: orders and information apart, each by the gravest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from todoke.faces.public.naming import (
    area_names,
    clock_time,
    count_of_places,
    grade_name,
    height,
    issuer_name,
    place_name,
    publisher_name,
    warning_name,
)
from todoke.faces.public.reading import Reading
from todoke.faces.public.tones import CALM, tone_of_order, tone_of_warning
from todoke.loops.reach.models import AreaWarning, Order
from todoke.loops.reach.queries import Bulletin, bulletins, level_of
from todoke.loops.reach.telegrams.types import Severity
from todoke.registry.places.models import Municipality

Places = Mapping[str, Municipality]
UNFOLDED = 10
"""So many places are read at a glance; more are counted."""


@dataclass(frozen=True)
class Row:
    """A line of the page: where, since when, and who says so."""

    title: str
    tag: str
    more: str
    time: str
    by: str
    by_tag: str
    many: str = ""
    """What stands for ``more`` until it is unfolded."""


@dataclass
class Group:
    """A badge with its rows. ``number`` is None where there is no level."""

    tone: int
    number: int | None
    over: str
    name: str
    lead: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    """What is said first, in one sentence."""

    words: str
    tone: int


def order_groups(orders: Iterable[Order], places: Places, reading: Reading) -> list[Group]:
    """By kind, those with a level and those without apart."""
    groups: dict[tuple[str, int | None], Group] = {}
    for order in orders:
        level = level_of(order)
        group = groups.get((order.kind, level))
        if group is None:
            over = reading.say("order_level", level=level) if level else ""
            kind = reading.words["order_kinds"][order.kind]
            group = Group(tone_of_order(order.kind), level, over, kind, reading.words["order_do"][order.kind])
            groups[order.kind, level] = group
        group.rows.append(_order_row(order, places, reading))
    return list(groups.values())


def information_groups(warnings: Iterable[AreaWarning], places: Places, reading: Reading) -> list[Group]:
    """By level; without one a group for each warning by its name, and one for all advisories."""
    groups: dict[tuple[object, ...], Group] = {}
    for bulletin in bulletins(warnings):
        tone = tone_of_warning(bulletin.severity, bulletin.kind, bulletin.level)
        name = warning_name(bulletin.kind, bulletin.name, bulletin.severity, reading)
        by_name = bulletin.level is None and bulletin.severity > Severity.ADVISORY
        key = (bulletin.kind, bulletin.name) if by_name else (bulletin.level, bulletin.severity)
        if key not in groups:
            over = reading.say("level", level=bulletin.level) if bulletin.level else ""
            title = name if by_name else grade_name(bulletin.severity, reading)
            groups[key] = Group(tone, bulletin.level, over, title)
        groups[key].rows.append(_bulletin_row(bulletin, "" if by_name else name, places, reading))
    return sorted(groups.values(), key=lambda group: (-group.tone, group.number is None))


def heading(orders: Sequence[Order], warnings: Sequence[AreaWarning], reading: Reading) -> Heading:
    """The gravest order and how many municipalities gave it; else the gravest warning, that of a drill never."""
    if orders:
        kind = orders[0].kind
        count = len({order.municipality_code for order in orders if order.kind == kind})
        what = reading.words["order_kinds"][kind]
        words = reading.say("in_force_in", places=count_of_places(count, reading), what=what)
        return Heading(words, tone_of_order(kind))
    grave = [row for row in warnings if row.severity >= Severity.WARNING]
    if not grave:
        return Heading(reading.words["none"], CALM)
    first = bulletins(grave)[0]
    same = {code for row in grave if (row.kind, row.name) == (first.kind, first.name) for code in row.municipalities}
    what = warning_name(first.kind, first.name, first.severity, reading)
    words = reading.say("in_force_in", places=count_of_places(len(same), reading), what=what)
    return Heading(words, tone_of_warning(first.severity, first.kind, first.level))


def detail(said: Mapping[str, object], reading: Reading) -> str:
    """When it comes and how high or strong, as far as the source says."""
    found = []
    arrives_at = said.get("arrives_at")
    if isinstance(arrives_at, str):
        found.append(reading.say("arrives", time=clock_time(datetime.fromisoformat(arrives_at), reading)))
    elif "到達" in str(said.get("arrival", "")):
        found.append(reading.words["arrived"])
    if said.get("height"):
        found.append(reading.say("height", height=height(str(said["height"]))))
    if said.get("intensity"):
        found.append(reading.say("intensity", intensity=said["intensity"]))
    return ("　" if reading.han else ", ").join(found)


def _order_row(order: Order, places: Places, reading: Reading) -> Row:
    place = places.get(order.municipality_code)
    name = place_name(place, reading) if place else order.municipality_code
    counts = [reading.say("households", count=f"{order.households:,}")] if order.households else []
    more = [*counts, str(reading.words["hazards"].get(order.hazard, order.hazard))]
    return Row(
        title=f"{name}　{order.area_name}",
        tag="ja" if reading.han else "",
        more="　".join(more) if reading.han else ", ".join(more),
        time=clock_time(order.issued_at, reading) if order.issued_at else "",
        by=issuer_name(order, place, reading),
        by_tag="ja" if reading.han else "",
    )


def _bulletin_row(bulletin: Bulletin, title: str, places: Places, reading: Reading) -> Row:
    where = area_names(bulletin.areas, bulletin.municipalities, places, reading)
    details = list(dict.fromkeys(filter(None, (detail(row.detail, reading) for row in bulletin.rows))))
    more = details[0] if len(details) == 1 else ""
    by = publisher_name(bulletin.publisher, reading)
    return Row(
        title=title or where,
        tag="" if title else "ja" if reading.han else "",
        more="　".join(filter(None, (where if title else "", more))),
        many=count_of_places(len(bulletin.municipalities), reading) if title and _is_long(bulletin, where) else "",
        time=clock_time(bulletin.issued_at, reading),
        by=by,
        by_tag="ja" if by == bulletin.publisher else "",
    )


def _is_long(bulletin: Bulletin, where: str) -> bool:
    return len(bulletin.municipalities) > UNFOLDED and (where.count("、") + where.count(",")) >= UNFOLDED


def households_by_kind(orders: Iterable[Order]) -> dict[str, tuple[int, int]]:
    """Of each kind of order: households, and municipalities that gave it."""
    found: dict[str, tuple[int, set[str]]] = {}
    for order in orders:
        count, codes = found.get(order.kind, (0, set()))
        found[order.kind] = (count + (order.households or 0), codes | {order.municipality_code})
    return {kind: (count, len(codes)) for kind, (count, codes) in found.items()}
