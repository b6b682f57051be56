"""Figures from a file: all of them, or none with every problem."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError
from todoke.loops.improve.actions.figures import as_kept, is_unlikely, refuse_impossible
from todoke.loops.improve.counting import one_at_a_time
from todoke.loops.improve.errors import ImpossibleFigureError, NoIndicatorError, UnlikelyFigureError
from todoke.loops.improve.models import Figure
from todoke.loops.improve.periods import end_of_quarter
from todoke.loops.improve.types import Grain, Origin, Policy
from todoke.registry.places.models import Municipality
from todoke.registry.places.types import Problem


class FigureRow(NamedTuple):
    """A line of a file: what an indicator stood at, at the end of the quarter of ``on``."""

    line: int
    indicator: str
    on: date
    municipality: str
    value: Decimal


class BadFiguresError(InvalidInputError):
    """{file} に登録できない行が {count} 件あります。何も登録していません。"""

    code = "bad-figures"

    def __init__(self, *, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(file=file, count=len(self.problems))


@dataclass(frozen=True)
class Imported:
    """What a file changed."""

    new: int
    corrected: int
    same: int


_Key = tuple[str, date, str]


@transaction.atomic
def import_figures(
    *, policy: Policy, rows: Iterable[FigureRow], file: str, by: str, by_name: str = "", note: str = ""
) -> Imported:
    """Figures from before the platform counted, or of those that others count; what was there before is kept.

    ``note`` says why figures are right that are far from the last ones. Raises BadFiguresError with a problem for each
    line that cannot be taken: an unknown indicator or municipality, one line that says otherwise than another, an
    impossible figure, or an unlikely one without a ``note``.
    """
    one_at_a_time()
    known = _current(policy)
    wanted, problems = _checked(policy, rows, known, explained=bool(note.strip()))
    if problems:
        raise BadFiguresError(file=file, problems=sorted(problems, key=lambda problem: problem.line))
    new = [key for key in wanted if key not in known]
    corrected = [key for key, row in wanted.items() if key in known and known[key].value != row.value]
    Figure.objects.filter(pk__in=[known[key].pk for key in corrected]).update(current=False)
    said = {"origin": Origin.CSV, "detail": file[:200], "note": note.strip()[:300], "by": by, "by_name": by_name[:60]}
    now = clock.now()
    Figure.objects.bulk_create(
        Figure(
            policy=policy.id,
            indicator=key[0],
            grain=Grain.QUARTER,
            on=key[1],
            municipality_code=key[2],
            value=wanted[key].value,
            at=now,
            **said,
        )
        for key in new + corrected
    )
    imported = Imported(len(new), len(corrected), len(wanted) - len(new) - len(corrected))
    counts = {"new": imported.new, "corrected": imported.corrected}
    audit.record(actor=by, action="figures-import", subject=f"policy:{policy.id}", file=file, **counts)
    return imported


def _checked(
    policy: Policy, rows: Iterable[FigureRow], known: Mapping[_Key, Figure], *, explained: bool
) -> tuple[dict[_Key, FigureRow], list[Problem]]:
    """The rows by what they are a figure of, and what is wrong with them; each is compared with the one before it."""
    places = {"", *Municipality.objects.values_list("code", flat=True)}
    lines: dict[tuple[str, str], dict[date, Decimal | None]] = defaultdict(dict)
    for (indicator, on, place), figure in known.items():
        lines[indicator, place][on] = figure.value
    problems: list[Problem] = []
    wanted: dict[_Key, FigureRow] = {}
    for row in sorted(rows, key=lambda row: (row.on, row.line)):
        key = (row.indicator, end_of_quarter(row.on), row.municipality)
        problem = _problem(policy, row, places)
        row = row if problem else row._replace(value=as_kept(row.value))
        if not problem and key in wanted and wanted[key].value != row.value:
            problem = f"{wanted[key].line} 行目と数値が違います"
        line = lines[row.indicator, row.municipality]
        last = max((on for on in line if on <= key[1]), default=None)
        if not problem and not explained and last and is_unlikely(row.value, line[last]):
            problem = UnlikelyFigureError().message
        if problem:
            problems.append(Problem(row.line, problem))
        wanted[key], line[key[1]] = row, row.value
    return wanted, problems


def _current(policy: Policy) -> dict[_Key, Figure]:
    rows = Figure.objects.filter(policy=policy.id, grain=Grain.QUARTER, service="", current=True)
    return {(row.indicator, row.on, row.municipality_code): row for row in rows}


def _problem(policy: Policy, row: FigureRow, places: set[str]) -> str:
    indicator = policy.by_indicator.get(row.indicator)
    if indicator is None:
        return f"{NoIndicatorError().message} {row.indicator[:60]}"
    if row.municipality not in places:
        return f"知らない市区町村コードです: {row.municipality[:10]}"
    try:
        refuse_impossible(indicator, row.value)
    except ImpossibleFigureError as error:
        return error.message
    return ""
