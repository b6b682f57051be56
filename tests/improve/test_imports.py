"""Figures from a file: all or none, every problem named, the unlikely asked back."""

from datetime import date
from decimal import Decimal

import pytest

from todoke.loops.improve.actions.imports import BadFiguresError, FigureRow, Imported, import_figures
from todoke.loops.improve.models import Figure
from todoke.loops.improve.types import Policy
from todoke.registry.places.models import Municipality

MARCH, SEPTEMBER = date(2026, 3, 31), date(2026, 9, 30)


def row(line: int, value: str, indicator: str = "data-sets", on: date = MARCH, place: str = "") -> FigureRow:
    return FigureRow(line, indicator, on, place, Decimal(value))


def imported(policy: Policy, *rows: FigureRow, note: str = "") -> Imported:
    return import_figures(policy=policy, rows=rows, file="figures.csv", by="officer:1", note=note)


def test_a_second_import_changes_nothing_and_a_correction_keeps_the_first(policy: Policy) -> None:
    assert imported(policy, row(2, "900"), row(3, "1010", on=SEPTEMBER)) == Imported(2, 0, 0)
    assert imported(policy, row(2, "900"), row(3, "1010", on=SEPTEMBER)) == Imported(0, 0, 2)
    assert imported(policy, row(2, "905")) == Imported(0, 1, 0)
    assert [figure.current for figure in Figure.objects.filter(on=MARCH).order_by("id")] == [False, True]


def test_every_bad_line_is_named_and_nothing_is_kept(policy: Policy) -> None:
    Municipality.objects.create(code="04202", prefecture_code="04", name="石巻市", name_en="Ishinomaki")
    rows = (
        row(2, "900"),
        row(3, "-1", on=SEPTEMBER),
        row(4, "120", indicator="online-share"),
        row(5, "5", indicator="nothing"),
        row(6, "5", place="99999"),
        row(7, "901"),
        row(8, "9000", on=SEPTEMBER, place="04202"),
        row(9, "40", on=MARCH, place="04202"),
    )
    with pytest.raises(BadFiguresError) as refused:
        imported(policy, *rows)
    assert [problem.line for problem in refused.value.problems] == [3, 4, 5, 6, 7, 8]
    assert not Figure.objects.exists()


def test_an_unlikely_figure_is_taken_with_a_reason(policy: Policy) -> None:
    imported(policy, row(2, "90"))
    with pytest.raises(BadFiguresError, match="1 件"):
        imported(policy, row(2, "900", on=SEPTEMBER))
    assert imported(policy, row(2, "900", on=SEPTEMBER), note="数え方を変えたため").new == 1
