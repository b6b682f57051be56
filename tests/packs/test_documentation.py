"""The pages of reference name everything that there is, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from todoke.kernel.rules.parser import FUNCTIONS, MACROS, METHODS
from todoke.loops.apply.packs import SECTIONS
from todoke.registry.catalogue.loader import schema
from todoke.registry.people.keys import KEYS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
_ROW = re.compile(r"^\| `([a-z_.]+)` \| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def test_the_table_of_facts_says_what_is_declared() -> None:
    rows = {key: row.split(" | ") for key, row in _ROW.findall((REFERENCE / "facts.md").read_text())}
    assert list(rows) == list(KEYS)
    for key, (label, _value, sources, fresh, asked, sensitive) in rows.items():
        declared = KEYS[key]
        assert label == declared.label
        assert sources == ", ".join(declared.sources)
        assert fresh == str(declared.fresh_days or "–")
        assert (asked, sensitive) == tuple("yes" if yes else "–" for yes in (declared.question, declared.sensitive))


def test_the_page_of_rules_names_every_function() -> None:
    page = (REFERENCE / "rules.md").read_text()
    named = {name for word in FUNCTIONS for name in [f"`{word}("]} | {f".{word}(" for word in (*METHODS, *MACROS)}
    assert sorted(name for name in named if name not in page) == []


def test_the_page_of_packs_names_every_part() -> None:
    page = (REFERENCE / "packs.md").read_text()
    parts = schema(SECTIONS)["properties"]
    assert sorted(name for name in {*parts, *parts["workflow"]["properties"]} if f"`{name}`" not in page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target, anchor in _LINK.findall(page.read_text()):
        if target.startswith("http"):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            lost.append(f"{target}#{anchor}")
    assert lost == []


def _anchors(page: Path) -> set[str]:
    """As the usual renderers of Markdown make them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
