"""Nothing is said in Japanese only."""

import re

from django.utils import translation

from tests.translations.strings import JAPANESE, source_strings


def in_english(text: str) -> str:
    """Counted texts are found as plurals; older Pythons do not look for those by themselves."""
    once = translation.gettext(text)
    return translation.ngettext(text, text, 2) if once == text else once


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_every_text_has_its_english() -> None:
    with translation.override("en"):
        missing = [f"{where}: {text}" for text, where in source_strings().items() if in_english(text) == text]
    assert missing == []


def test_english_fills_the_same_places() -> None:
    with translation.override("en"):
        wrong = [text for text in source_strings() if not placeholders(in_english(text)) <= placeholders(text)]
    assert wrong == []


def test_english_has_no_japanese_but_an_example_of_kana() -> None:
    with translation.override("en"):
        english = [in_english(text) for text in source_strings()]
    assert [text for text in english if JAPANESE.search(text) and "ミホン ハナコ" not in text] == []
