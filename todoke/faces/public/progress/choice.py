"""What a reader wants to compare: read from the address, which is the link to share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.http import QueryDict

from todoke.loops.improve.periods import end_of_month
from todoke.loops.improve.types import Indicator, Policy
from todoke.registry.places.models import Municipality

MOST_INDICATORS, MOST_PLACES, MOST_SERIES = 4, 35, 8


class Kind(StrEnum):
    """The form of the chart."""

    LINE = "line"
    BAR = "bar"
    MAP = "map"


@dataclass(frozen=True)
class Choice:
    """``places`` are codes, '' the whole prefecture; ``left_out`` when something in the address meant nothing."""

    indicators: Sequence[Indicator]
    places: Sequence[str]
    first: date
    last: date
    kind: Kind
    left_out: bool
    too_many: bool


def choice_of(query: QueryDict, policy: Policy, places: Sequence[Municipality], through: date) -> Choice:
    """From ``i`` and ``p`` (each as often as wanted), ``from`` and ``to`` (2025-03) and ``kind``.

    What names nothing is left out, so that an old or a mistyped link still shows the rest.
    """
    asked = list(dict.fromkeys(query.getlist("i")))
    known = [policy.by_indicator[name] for name in asked if name in policy.by_indicator]
    codes = {row.code for row in places}
    wanted = list(dict.fromkeys(query.getlist("p")))
    chosen = [code for code in wanted if code in codes or code == "all"]
    start = policy.begins - timedelta(days=1)
    first, last = _month(query.get("from", "")), _month(query.get("to", ""))
    kind = query.get("kind", Kind.LINE)
    wrong = len(known) < len(asked) or len(chosen) < len(wanted) or kind not in set(Kind)
    wrong = wrong or any(query.get(name) and day is None for name, day in (("from", first), ("to", last)))
    begin, end = first or start, last or through
    if begin > end:
        begin, end, wrong = start, through, True
    return Choice(
        indicators=known[:MOST_INDICATORS],
        places=["" if code == "all" else code for code in chosen[:MOST_PLACES]] or [""],
        first=begin,
        last=end,
        kind=Kind(kind) if kind in set(Kind) else Kind.LINE,
        left_out=wrong,
        too_many=len(known) > MOST_INDICATORS,
    )


def _month(text: str) -> date | None:
    try:
        return end_of_month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return None
