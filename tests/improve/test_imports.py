"""Figures from a file: all or none, every problem named, the unlikely asked back."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from todoke.loops.improve.actions.imports import BadFiguresError, FigureRow, Imported, import_figures
from todoke.loops.improve.adapters.figure_files import figure_rows
from todoke.loops.improve.models import Figure
from todoke.loops.improve.types import Policy
from todoke.registry.places.errors import BadFileError
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


LINES = '指標,日付,市区町村コード,数値\ndata-sets,2026-03-31,,900\ndata-sets,2026-09-30,,"1,010"\n'
READ = [FigureRow(2, "data-sets", MARCH, "", Decimal(900)), FigureRow(3, "data-sets", SEPTEMBER, "", Decimal(1010))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_file_is_read_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(LINES.encode(encoding))
    assert figure_rows(path) == READ


def test_titles_above_the_header_another_order_and_lost_zeros(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        "2026年度 実績,,,\n,,,\n実績値,備考,市町村コード,時点,指標\n"
        "９００,,4202,2026/3/31,data-sets\n\n12%,,042021,2026.9.30,data-sets\n"
    )
    assert figure_rows(path) == [
        FigureRow(4, "data-sets", MARCH, "04202", Decimal(900)),
        FigureRow(6, "data-sets", SEPTEMBER, "04202", Decimal(12)),
    ]


def test_every_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(LINES + "data-sets,昨日,,5\ndata-sets,2026-09-30,,多い\nshort\n")
    with pytest.raises(BadFiguresError) as refused:
        figure_rows(path)
    assert [problem.line for problem in refused.value.problems] == [4, 5, 6]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"\x00" * 100])
def test_what_is_no_table_of_figures_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(content)
    with pytest.raises((BadFileError, BadFiguresError)):
        figure_rows(path)


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(BadFileError, match="MB"):
        figure_rows(path)
