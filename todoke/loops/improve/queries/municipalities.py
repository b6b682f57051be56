"""Municipalities side by side, so that help can go where it is of most use. For staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from todoke.loops.improve.models import Report
from todoke.loops.improve.queries.figures import current_figures
from todoke.loops.improve.queries.reports import answers_of
from todoke.loops.improve.types import Direction, Grain, Indicator, Policy
from todoke.registry.places.models import Municipality
from todoke.registry.places.queries import municipalities

PER = 1000
"""Counts of people or things are compared by so many inhabitants."""


@dataclass(frozen=True)
class PlaceFigure:
    """What a municipality stood at; ``length`` is the bar's, of 1,000, by what is compared."""

    value: Decimal
    on: date
    length: int


@dataclass
class PlaceRow:
    """A municipality: its figures by indicator, what it asked for, and where it stands among the others."""

    place: Municipality
    figures: dict[str, PlaceFigure] = field(default_factory=dict)
    support: Sequence[str] = ()
    wish: str = ""
    standing: Decimal = Decimal(1)
    """The mean of its places among all, from 0 to 1; 1 where nothing is known."""

    @property
    def asks(self) -> bool:
        """Whether it told the prefecture of something that it would like help with."""
        return bool(self.support or self.wish)


def municipal_indicators(policy: Policy) -> list[Indicator]:
    """Those that are known by municipality."""
    return [one for one in policy.indicators if one.municipal]


def side_by_side(policy: Policy, *, asking: bool = False, support: str = "") -> list[PlaceRow]:
    """Those who could be helped first on top: who asks for help, then by the mean of their places among all.

    ``asking`` leaves only those who ask, ``support`` those who ask for one thing.
    """
    rows = {place.code: PlaceRow(place) for place in municipalities()}
    for indicator in municipal_indicators(policy):
        _add(indicator, _newest(policy, indicator), rows)
    for code, answers in _told(policy).items():
        if row := rows.get(code):
            row.support, row.wish = tuple(answers.get("support") or ()), str(answers.get("wish") or "")
    _rank(policy, rows)
    found = [row for row in rows.values() if (row.asks or not asking) and (not support or support in row.support)]
    return sorted(found, key=lambda row: (not row.asks, row.standing, row.place.code))


def _newest(policy: Policy, indicator: Indicator) -> dict[str, tuple[Decimal, date]]:
    figures = current_figures(policy.id).filter(indicator=indicator.id, grain=Grain.QUARTER)
    rows = figures.exclude(municipality_code="").order_by("on")
    found = rows.values_list("municipality_code", "value", "on")
    return {code: (value, on) for code, value, on in found if value is not None}


def _compared(indicator: Indicator, value: Decimal, place: Municipality) -> Decimal:
    if indicator.unit["ja"] == "%" or not place.population:
        return value
    return value * PER / place.population


def _add(indicator: Indicator, newest: Mapping[str, tuple[Decimal, date]], rows: Mapping[str, PlaceRow]) -> None:
    compared = {
        code: _compared(indicator, value, rows[code].place) for code, (value, _on) in newest.items() if code in rows
    }
    longest = Decimal(100) if indicator.unit["ja"] == "%" else max(compared.values(), default=Decimal(1)) or Decimal(1)
    for code, amount in compared.items():
        value, on = newest[code]
        rows[code].figures[indicator.id] = PlaceFigure(value, on, int(amount * 1000 / longest))


def _rank(policy: Policy, rows: Mapping[str, PlaceRow]) -> None:
    """By each indicator the places from 0, the furthest behind, to 1; then the mean of a municipality's."""
    ranks: dict[str, list[Decimal]] = {code: [] for code in rows}
    for indicator in municipal_indicators(policy):
        lengths = {code: row.figures[indicator.id].length for code, row in rows.items() if indicator.id in row.figures}
        worst_first = sorted(lengths.items(), key=lambda one: one[1], reverse=indicator.direction is Direction.DOWN)
        for number, (code, _length) in enumerate(worst_first):
            ranks[code].append(Decimal(number) / max(len(worst_first) - 1, 1))
    for code, found in ranks.items():
        if found:
            rows[code].standing = sum(found, Decimal(0)) / len(found)


def _told(policy: Policy) -> dict[str, Mapping[str, Any]]:
    """What the newest approved report of each municipality says."""
    reports = (
        Report.objects.filter(round__policy=policy.id, approved_at__isnull=False)
        .exclude(municipality_code="")
        .select_related("case")
        .order_by("round__year")
    )
    return {report.municipality_code: answers_of(report) for report in reports}
