"""Figures: entered by people, or worked out from the platform's own cells."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.loops.improve.computing import Amount, Cell, amounts
from todoke.loops.improve.counting import one_at_a_time
from todoke.loops.improve.errors import (
    ComputedFigureError,
    ImpossibleFigureError,
    NoIndicatorError,
    UnlikelyFigureError,
)
from todoke.loops.improve.models import Figure, Outdated, UseCell
from todoke.loops.improve.periods import end_of_month, end_of_quarter, months_of_quarter
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Grain, Indicator, Kind, Origin, Policy

_Key = tuple[str, date, str, str]
"""Grain, last day, municipality, service."""

UNLIKELY = 10
"""Times the last figure, or a part of it so small, at which somebody is asked whether it is right."""

PLATFORM = "system"

TOO_LARGE = Decimal(10) ** 14
_KEPT = Decimal("0.000001")


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
    value = as_kept(value)
    key = {
        "policy": policy.id,
        "indicator": indicator,
        "grain": Grain.QUARTER,
        "on": end_of_quarter(on),
        "municipality_code": municipality,
        "service": "",
    }
    one_at_a_time()
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
    """Raises ImpossibleFigureError for what no count or share can be, or what no table can hold."""
    if not value.is_finite() or not 0 <= value < TOO_LARGE or (indicator.unit["ja"] == "%" and value > 100):
        raise ImpossibleFigureError


def as_kept(value: Decimal) -> Decimal:
    """With as many places as are kept: a source that says more of them says the same again."""
    return value.quantize(_KEPT)


def is_unlikely(value: Decimal, before: Decimal | None) -> bool:
    """Whether a figure is so far from the one before it that somebody should look again."""
    return before is not None and before > 0 and not before / UNLIKELY < value < before * UNLIKELY


def last_value(key: Mapping[str, object]) -> Decimal | None:
    """What the indicator stood at before the day of ``key``, at the same place."""
    among = {name: key[name] for name in ("policy", "indicator", "grain", "municipality_code", "service")}
    rows = Figure.objects.filter(**among, on__lt=key["on"], current=True).order_by("-on")
    return rows.values_list("value", flat=True).first()


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
    """Work out anew the figures of the quarters whose cells changed; how many changed with them.

    Only those quarters' cells are read. A process that dies before the end leaves them marked for the next.
    """
    one_at_a_time()
    outdated = list(Outdated.objects.all())
    by_kind = defaultdict(list)
    for policy in current_policies():
        for indicator in policy.indicators:
            if indicator.source.computation:
                by_kind[indicator.source.computation.kind].append((policy, indicator))
    changed = 0
    for kind, last in sorted({(Kind(row.kind), end_of_quarter(row.month)) for row in outdated}):
        cells = _cells(kind, last) if kind in by_kind else []
        changed += sum(_refresh(policy, indicator, last, cells) for policy, indicator in by_kind[kind])
    Outdated.objects.filter(pk__in=[row.pk for row in outdated]).delete()
    return changed


def refresh_indicator(policy: Policy, indicator: Indicator) -> int:
    """Work out all figures of an indicator, after its rule was changed; how many changed with it."""
    assert indicator.source.computation  # noqa: S101 - only the platform's own are worked out
    one_at_a_time()
    kind = indicator.source.computation.kind
    months = UseCell.objects.filter(kind=kind).values_list("month", flat=True).distinct()
    quarters = sorted({end_of_quarter(month) for month in months})
    return sum(_refresh(policy, indicator, last, _cells(kind, last)) for last in quarters)


def _cells(kind: Kind, last: date) -> list[Cell]:
    """The cells of the quarter that ends on ``last``."""
    columns = ("month", "municipality_code", "service", "attributes", "count", "value")
    rows = UseCell.objects.filter(kind=kind, month__in=months_of_quarter(last)).values_list(*columns)
    return [Cell(*row) for row in rows]


def _refresh(policy: Policy, indicator: Indicator, last: date, cells: Sequence[Cell]) -> int:
    assert indicator.source.computation  # noqa: S101 - see refresh_figures

    def groups(cell: Cell) -> Iterator[_Key]:
        yield Grain.QUARTER, last, "", ""
        yield Grain.MONTH, end_of_month(cell.month), "", ""
        if cell.municipality:
            yield Grain.QUARTER, last, cell.municipality, ""
        if cell.service:
            yield Grain.QUARTER, last, "", cell.service

    return _write(policy, indicator, last, amounts(indicator.source.computation, cells, groups, clock.today()))


def _write(policy: Policy, indicator: Indicator, last: date, wanted: Mapping[_Key, Amount]) -> int:
    days = [end_of_month(month) for month in months_of_quarter(last)]
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
    gone = [row for key, row in before.items() if row.origin == Origin.PLATFORM and _is_gone(wanted.get(key))]
    Figure.objects.filter(pk__in=[row.pk for row in gone]).update(current=False)
    return changed + len(gone)


def _is_gone(amount: Amount | None) -> bool:
    """Whether the rule counts nothing there any more."""
    return amount is None or amount.value is None
