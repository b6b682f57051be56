"""The reference of settings is up to date."""

from pathlib import Path

from todoke.faces.commands.settings import as_markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_the_page_says_what_the_program_reads() -> None:
    assert PAGE.read_text() == as_markdown(), "todoke settings --markdown > docs/reference/settings.md"
