"""What the style sheets promise: small, sizes that can be read, colours by role, no sideways tricks."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted((Path(settings.BASE_DIR) / "todoke" / "faces" / "static" / "todoke").glob("*.css"))
STAFF = {
    "console.css",
    "staff.css",
    "situation.css",
    "crisis.css",
    "orders.css",
    "calls.css",
    "shelters.css",
    "rules.css",
    "case.css",
    "round.css",
}


LOADED = {
    "a resident's page": (("todoke.css", "parts.css", "now.css"), 40_000),
    "a page of progress": (("todoke.css", "parts.css", "charts.css", "progress.css"), 40_000),
    "a warning": (("danger.css",), 10_000),
    "a page of staff": (("todoke.css", "parts.css", "console.css", "staff.css"), 44_000),
    "a case": (("todoke.css", "parts.css", "console.css", "case.css"), 44_000),
    "the yearly round": (("todoke.css", "parts.css", "console.css", "case.css", "round.css"), 46_000),
    "the rule studio": (("todoke.css", "parts.css", "console.css", "rules.css"), 44_000),
    "a list of staff": (("todoke.css", "parts.css", "console.css", "crisis.css", "calls.css", "shelters.css"), 50_000),
    "the situation board": (
        ("todoke.css", "parts.css", "console.css", "staff.css", "situation.css", "crisis.css", "orders.css"),
        56_000,
    ),
    "open data": (("todoke.css", "parts.css", "data.css"), 40_000),
    "the reader": (("todoke.css", "parts.css", "reader.css"), 40_000),
}


@pytest.mark.parametrize("page", LOADED)
def test_the_sheets_of_a_page_are_small(page: str) -> None:
    names, most = LOADED[page]
    found = [sheet for sheet in SHEETS if sheet.name in names]
    assert len(found) == len(names)
    assert sum(sheet.stat().st_size for sheet in found) < most


def test_every_sheet_is_of_some_page() -> None:
    assert {sheet.name for sheet in SHEETS} == {name for names, _most in LOADED.values() for name in names}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_text_is_too_small(sheet: Path) -> None:
    smallest = 0.75 if sheet.name in STAFF else 0.8125
    sizes = re.findall(r"(?:font-size:|font: [47]00) ([\d.]+)rem", sheet.read_text())
    assert [size for size in sizes if float(size) < smallest] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_sizes_of_text_grow_with_the_reader_s_own(sheet: Path) -> None:
    assert re.findall(r"font(?:-size)?:[^;]*\dpx", sheet.read_text()) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_braces_match_and_every_role_is_known(sheet: Path) -> None:
    text = sheet.read_text()
    assert text.count("{") == text.count("}")
    known = {name for other in SHEETS for name in re.findall(r"(--[\w-]+):", other.read_text())}
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= known
