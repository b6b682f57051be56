"""Figures: entered by people, or worked out from the platform's own cells."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from todoke.kernel import audit, clock
from todoke.loops.improve.computing import Amount, Cell, amounts
from todoke.loops.improve.errors import (
    ComputedFigureError,
    ImpossibleFigureError,
    NoIndicatorError,
    UnlikelyFigureError,
)
from todoke.loops.improve.models import Figure, Outdated, UseCell
from todoke.loops.improve.periods import end_of_month, end_of_quarter, months_of_quarter
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Grain, Indicator, Origin, Policy

UNLIKELY = 10
"""Times the last figure, or a part of it so small, at which somebody is asked whether it is right."""

PLATFORM = "system"


@transaction.atomic
def record_figure(
    *,
    policy: Policy,
    indicator: str,
    on: date,
    value: Decimal,
    municipality: str = "",
    origin: Origin,
    detail: str,
    by: str,
    by_name: str = "",
    note: str = "",
) -> Figure:
    """What an indicator stood at, at the end of the quarter of ``on``; a correction keeps what was there before.

    The same figure again changes nothing. Raises NoIndicatorError, ComputedFigureError for one that the platform works
    out, ImpossibleFigureError, and UnlikelyFigureError where it is far from the last and no ``note`` says why.
    """
    known = policy.by_indicator.get(indicator)
    if known is None:
        raise NoIndicatorError
    if known.source.computation and origin is not Origin.CSV:
        raise ComputedFigureError
    refuse_impossible(known, value)
    key = {
        "policy": policy.id,
        "indicator": indicator,
        "grain": Grain.QUARTER,
        "on": end_of_quarter(on),
        "municipality_code": municipality,
        "service": "",
    }
    _one_at_a_time()
    before = Figure.objects.filter(**key, current=True).first()
    if before and before.value == value:
        return before
    if not note.strip() and is_unlikely(value, last_value(key) if before is None else before.value):
        raise UnlikelyFigureError
    made = Figure(
        **key, value=value, origin=origin, detail=detail[:200], note=note.strip()[:300], by=by, by_name=by_name[:60]
    )
    _replace(before, made)
    audit.record(
        actor=by, action="figure", subject=f"indicator:{indicator}", on=str(made.on), municipality=municipality
    )
    return made


def refuse_impossible(indicator: Indicator, value: Decimal) -> None:
    """Raises ImpossibleFigureError for what no count or share can be."""
    if value < 0 or (indicator.unit["ja"] == "%" and value > 100):
        raise ImpossibleFigureError


def is_unlikely(value: Decimal, before: Decimal | None) -> bool:
    """Whether a figure is so far from the one before it that somebody should look again."""
    return before is not None and before > 0 and not before / UNLIKELY < value < before * UNLIKELY


def last_value(key: Mapping[str, object]) -> Decimal | None:
    """What the indicator stood at before the day of ``key``, at the same place."""
    among = {name: key[name] for name in ("policy", "indicator", "grain", "municipality_code", "service")}
    rows = Figure.objects.filter(**among, on__lt=key["on"], current=True).order_by("-on")
    return rows.values_list("value", flat=True).first()


def _one_at_a_time() -> None:
    """Who counts or writes figures waits for who does so already: a month's cells and figures fit together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('improve.count'))")


def _replace(before: Figure | None, made: Figure) -> None:
    """One that nobody outside has seen is overwritten by the platform's next count; everything else is kept."""
    made.at = clock.now()
    if before and before.origin == made.origin == Origin.PLATFORM and before.release_id is None:
        made.pk = before.pk
        made.save(force_update=True)
        return
    if before:
        before.current = False
        before.save(update_fields=["current"])
    made.save(force_insert=True)


@transaction.atomic
def refresh_figures() -> int:
    """Work out anew the figures of the months whose cells changed; how many changed with them.

    Only those months' cells are read. A process that dies before the end leaves them marked for the next.
    """
    _one_at_a_time()
    outdated = list(Outdated.objects.all())
    quarters: dict[str, set[date]] = {}
    for row in outdated:
        quarters.setdefault(row.kind, set()).add(end_of_quarter(row.month))
    changed = 0
    for policy in current_policies():
        for indicator in policy.indicators:
            if indicator.source.computation:
                for last in sorted(quarters.get(indicator.source.computation.kind, ())):
                    changed += _refresh(policy, indicator, last)
    Outdated.objects.filter(pk__in=[row.pk for row in outdated]).delete()
    return changed


def refresh_indicator(policy: Policy, indicator: Indicator) -> int:
    """Work out all figures of an indicator, after its rule was changed; how many changed with it."""
    assert indicator.source.computation  # noqa: S101 - only the platform's own are worked out
    _one_at_a_time()
    months = UseCell.objects.filter(kind=indicator.source.computation.kind).values_list("month", flat=True).distinct()
    return sum(_refresh(policy, indicator, last) for last in sorted({end_of_quarter(month) for month in months}))


def cells_of(kind: str, last: date) -> dict[date, list[Cell]]:
    """The cells of each month of the quarter that ends on ``last``."""
    found: dict[date, list[Cell]] = {month: [] for month in months_of_quarter(last)}
    columns = ("month", "municipality_code", "service", "attributes", "count", "value")
    for month, *rest in UseCell.objects.filter(kind=kind, month__in=found).values_list(*columns):
        found[month].append(Cell(*rest))
    return found


def _refresh(policy: Policy, indicator: Indicator, last: date) -> int:
    computation, today = indicator.source.computation, clock.today()
    assert computation  # noqa: S101 - see refresh_figures
    months = cells_of(computation.kind, last)
    every = [cell for cells in months.values() for cell in cells]
    wanted: dict[tuple[str, date, str, str], Amount] = {}
    for month, cells in months.items():
        for amount in amounts(computation, cells, lambda _cell: "", today).values():
            wanted[Grain.MONTH, end_of_month(month), "", ""] = amount
    for amount in amounts(computation, every, lambda _cell: "", today).values():
        wanted[Grain.QUARTER, last, "", ""] = amount
    for place, amount in amounts(computation, every, lambda cell: cell.municipality, today).items():
        if place:
            wanted[Grain.QUARTER, last, place, ""] = amount
    for service, amount in amounts(computation, every, lambda cell: cell.service, today).items():
        if service:
            wanted[Grain.QUARTER, last, "", service] = amount
    return _write(policy, indicator, [end_of_month(month) for month in months], wanted)


def _write(
    policy: Policy, indicator: Indicator, days: Iterable[date], wanted: Mapping[tuple[str, date, str, str], Amount]
) -> int:
    rows = Figure.objects.filter(policy=policy.id, indicator=indicator.id, on__in=days, current=True)
    before = {(row.grain, row.on, row.municipality_code, row.service): row for row in rows}
    changed = 0
    for key, amount in wanted.items():
        known, value = before.get(key), amount.value
        if value is None or (known and (known.numerator, known.denominator) == (amount.part, amount.whole)):
            continue
        grain, on, place, service = key
        _replace(
            known,
            Figure(
                policy=policy.id,
                indicator=indicator.id,
                grain=grain,
                on=on,
                municipality_code=place,
                service=service,
                value=value,
                numerator=amount.part,
                denominator=amount.whole,
                origin=Origin.PLATFORM,
                by=PLATFORM,
            ),
        )
        changed += 1
    return changed
