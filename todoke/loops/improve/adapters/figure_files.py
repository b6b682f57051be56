"""Figures as offices and municipalities keep them: CSV of a spreadsheet, in any of its encodings and column orders."""

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from todoke.loops.improve.actions.imports import BadFiguresError, FigureRow
from todoke.registry.places.adapters.decoding import text_of
from todoke.registry.places.errors import BadFileError
from todoke.registry.places.types import Problem

MOST_BYTES = 20_000_000
"""Some 500,000 figures: more is another file by mistake."""

HEADER_WITHIN = 20
"""Lines among which the header is looked for: titles and merged cells often stand above it."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "indicator": ("indicator", "指標", "指標id", "指標コード"),
    "on": ("on", "date", "日付", "年月日", "時点", "基準日"),
    "municipality": ("municipality", "municipality_code", "市区町村コード", "市町村コード", "全国地方公共団体コード"),
    "value": ("value", "値", "数値", "実績", "実績値"),
}
NEEDED = ("indicator", "on", "value")


def figure_rows(path: Path) -> list[FigureRow]:
    """The figures of a file. Raises BadFileError, BadFiguresError with every line that cannot be read."""
    if path.stat().st_size > MOST_BYTES:
        raise BadFileError(file=path.name, problem=f"{MOST_BYTES // 1_000_000} MB を超えています")
    reader = csv.reader(text_of(path).splitlines(keepends=True), strict=True)
    rows: list[FigureRow] = []
    problems: list[Problem] = []
    try:
        places = _header(reader, path)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _take(cells, places, reader.line_num, rows, problems)
    except csv.Error as error:
        problems.append(Problem(reader.line_num, str(error)))
    if problems:
        raise BadFiguresError(file=path.name, problems=problems)
    return rows


def _header(reader: Iterator[list[str]], path: Path) -> dict[str, int]:
    """Where each column stands. Raises BadFileError."""
    for _line, cells in zip(range(HEADER_WITHIN), reader, strict=False):
        names = [_plain(cell) for cell in cells]
        places = {name: names.index(known) for name, spoken in NAMES.items() for known in spoken if known in names}
        if all(name in places for name in NEEDED):
            return places
    wanted = "、".join(NAMES[name][1] for name in NEEDED)
    raise BadFileError(file=path.name, problem=f"見出しの行がありません。{wanted} の列が要ります")


def _take(
    cells: Sequence[str], places: Mapping[str, int], line: int, rows: list[FigureRow], problems: list[Problem]
) -> None:
    if max(places.values()) >= len(cells):
        problems.append(Problem(line, "列が足りません"))
        return
    given = {name: _plain(cells[place]) for name, place in places.items()}
    on, value = _day(given["on"]), _number(given["value"])
    if on is None:
        problems.append(Problem(line, f"日付は 2026-09-30 の形です: {given['on'][:30]}"))
    if value is None:
        problems.append(Problem(line, f"数値ではありません: {given['value'][:30]}"))
    if on is not None and value is not None:
        rows.append(FigureRow(line, given["indicator"], on, _code(given.get("municipality", "")), value))


def _plain(text: str) -> str:
    """Width, case and spaces around do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _day(text: str) -> date | None:
    try:
        year, month, day = text.replace("/", "-").replace(".", "-").split("-")
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").removesuffix("%"))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _code(text: str) -> str:
    """Five digits: spreadsheets drop a zero in front, and the sixth is a check digit (全国地方公共団体コード)."""
    if not text.isdecimal():
        return text
    return text.zfill(5) if len(text) < 5 else text.zfill(6)[:5] if len(text) == 6 else text
