"""Numbers with places are kept as whole numbers of their smallest parts."""

from typing import Any

import pytest

from todoke.capabilities.forms.questions import KINDS
from todoke.capabilities.forms.questions.texts import exact_value
from todoke.capabilities.forms.types import Question

DECIMAL = KINDS["decimal"]


def question(**settings: Any) -> Question:
    return Question("q", "decimal", {"ja": "数"}, None, True, None, None, (), (), settings)


@pytest.mark.parametrize(
    ("places", "typed", "kept"),
    [
        (1, "23.5", 235),
        (1, "２３．５", 235),
        (1, "1,023", 10230),
        (2, "0.05", 5),
        (0, "7", 7),
        (0, "7.0", 7),
        (1, "-0.5", -5),
        (1, "23.55", "23.55"),
        (1, "1e3", "1e3"),
        (1, "∞", "∞"),
        (1, "", ""),
    ],
)
def test_what_is_typed_is_kept_exactly_or_as_it_is(places: int, typed: str, kept: Any) -> None:
    assert DECIMAL.parse(question(decimals=places), "q", lambda _name: [typed]) == kept


def test_what_is_kept_stands_in_the_field_as_it_was_typed_and_reads_with_its_unit() -> None:
    percent = question(decimals=1, unit={"ja": "%", "en": "%"})
    firms = question(decimals=0, unit={"ja": "社", "en": "firms"})
    assert DECIMAL.typed(percent, 235) == "23.5"
    assert DECIMAL.present(percent, 235, "ja") == "23.5%"
    assert DECIMAL.present(firms, 1040, "en") == "1,040 firms"
    assert str(exact_value(percent, 235)) == "23.5"


def test_bounds_and_places_are_said_in_the_readers_numbers() -> None:
    percent = question(decimals=1, min=0, max=1000)
    assert DECIMAL.problem(percent, 1000) is None
    assert "100.0" in str(DECIMAL.problem(percent, 1001))
    assert DECIMAL.problem(percent, -1)
    assert "1桁" in str(DECIMAL.problem(percent, "23.55"))
