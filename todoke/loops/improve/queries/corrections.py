"""What of the figures that everybody saw was corrected later."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, pairwise

from todoke.loops.improve.models import Figure
from todoke.loops.improve.types import Grain


@dataclass(frozen=True)
class Correction:
    """A released figure and the one that a later release put in its place; None where it is hidden."""

    on: date
    municipality: str
    service: str
    before: Decimal | None
    after: Decimal | None
    released_at: datetime
    reason: str


def corrections(policy_id: str, indicator: str) -> list[Correction]:
    """Of the quarters of one indicator, the newest first. What was never released is in none of them."""
    rows = Figure.objects.filter(
        policy=policy_id, indicator=indicator, grain=Grain.QUARTER, release__isnull=False
    ).select_related("release")
    found = []
    for _key, versions in groupby(rows.order_by("on", "municipality_code", "service", "id"), key=_key_of):
        found += [_correction(before, after, after.release.at) for before, after in pairwise(versions) if after.release]
    return sorted(found, key=lambda one: one.released_at, reverse=True)


def _key_of(row: Figure) -> tuple[date, str, str]:
    return (row.on, row.municipality_code, row.service)


def _correction(before: Figure, after: Figure, at: datetime) -> Correction:
    return Correction(
        after.on,
        after.municipality_code,
        after.service,
        None if before.hidden else before.value,
        None if after.hidden else after.value,
        at,
        "" if before.hidden or after.hidden else after.note,
    )
