"""Contrast of every pair of roles, icons that exist, phrases that change nothing."""

import html
import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from todoke.faces.look.icons import ICONS
from todoke.faces.look.templatetags.look import era_date, left, phrases
from todoke.kernel import clock

FACES = Path(settings.BASE_DIR) / "todoke" / "faces"
CSS = (FACES / "static" / "todoke" / "todoke.css").read_text()


def roles(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (?:var\([\w-]+, )?(#[0-9a-f]{6})\)?;", block))


LIGHT = roles(CSS[: CSS.index("@media (prefers-color-scheme: dark)")])
DARK = LIGHT | roles(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("*, *::before")])


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    ("ink", "paper"),
    ("ink-2", "paper"),
    ("ink-3", "paper"),
    ("ink", "quiet"),
    ("ink-2", "quiet"),
    ("ink-3", "quiet"),
]
TEXT += [("link", "paper"), ("link", "quiet"), ("action", "paper"), ("action", "selected"), ("on-action", "action")]
TEXT += [("on-action", "action-pressed"), ("error", "paper"), ("done", "paper"), ("soon", "paper"), ("ink", "selected")]
TEXT += [("soon", "soon-paper"), ("ink", "soon-paper"), ("mark-ink", "mark"), ("ink-2", "selected")]
SHAPES = [("border", "paper"), ("action", "paper"), ("error", "paper"), ("focus", "paper")]


def test_roles_are_the_design_systems_tokens() -> None:
    tokens = (FACES / "static" / "vendor" / "design-tokens" / "tokens.css").read_text()
    named = re.findall(r"var\((--color-[\w-]+), (#[0-9a-f]{6})\)", CSS)
    assert len(named) > 20
    assert [(name, colour) for name, colour in named if f"{name}: {colour};" not in tokens] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_roles_can_be_read(theme: dict[str, str]) -> None:
    faint = [(a, b, round(contrast(theme[a], theme[b]), 2)) for a, b in TEXT if contrast(theme[a], theme[b]) < 4.5]
    faint += [(a, b, round(contrast(theme[a], theme[b]), 2)) for a, b in SHAPES if contrast(theme[a], theme[b]) < 3]
    assert faint == []


def test_every_icon_that_a_page_names_exists() -> None:
    named = {name for page in FACES.rglob("*.html") for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())}
    assert named
    assert named <= set(ICONS)


def test_no_page_has_a_style_or_a_script_of_its_own() -> None:
    for page in FACES.rglob("*.html"):
        text = page.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*src=)", text), page


@given(st.text(max_size=80))
def test_phrases_change_no_character(text: str) -> None:
    assert html.unescape(str(phrases(text)).replace("<wbr>", "")) == html.unescape(html.escape(text))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2024-06-08", "2024年6月8日（令和6年）"),
        ("2019-05-01", "2019年5月1日（令和元年）"),
        ("2019-04-30", "2019年4月30日（平成31年）"),
        ("1989-01-07", "1989年1月7日（昭和64年）"),
        ("いつか", "いつか"),
    ],
)
def test_dates_with_their_era(day: str, words: str) -> None:
    assert era_date(day) == words


def test_a_day_in_words() -> None:
    assert left(clock.today()) == "本日"
