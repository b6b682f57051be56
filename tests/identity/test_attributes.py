"""What userinfo may hold, and what is refused rather than guessed."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.registry.people.adapters.card_attributes import (
    CardAttributes,
    read_attributes,
    read_birth_date,
    read_gender,
)
from todoke.registry.people.identity import UnexpectedAnswerError

CLAIMS = {"sub": "s", "name": " 見本 花子 ", "address": "宮城県石巻市", "birthdate": "1992-04-03", "gender": "female"}
SCOPES = ("openid", "name", "address", "birthdate", "gender")


def test_a_card() -> None:
    assert read_attributes(CLAIMS, SCOPES) == CardAttributes("見本 花子", "宮城県石巻市", date(1992, 4, 3), "2")


@given(st.dates(min_value=date(1868, 1, 1)))
def test_both_formats_of_a_day(day: date) -> None:
    assert read_birth_date(day.isoformat()) == read_birth_date(day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize(
    "value",
    [
        "1992-4-3",
        "1992/04/03",
        "19920230",
        "1992-0403",
        "920403",
        "平成4年4月3日",
        "１９９２０４０３",
        "19920403\n",
        "",
        None,
        19920403,
    ],
)
def test_other_days_are_refused(value: Any) -> None:
    with pytest.raises(UnexpectedAnswerError):
        read_birth_date(value)


@pytest.mark.parametrize(("value", "gender"), [("1", "1"), ("2", "2"), ("male", "1"), ("female", "2")])
def test_genders(value: str, gender: str) -> None:
    assert read_gender(value) == gender


@pytest.mark.parametrize("value", ["0", "3", "9", "Male", "女", "", None, 1, True])
def test_other_genders_are_refused(value: Any) -> None:
    with pytest.raises(UnexpectedAnswerError):
        read_gender(value)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": " 　"},
        {"name": None},
        {"name": "長" * 101},
        {"address": {"formatted": "宮城県石巻市"}},
        {"address": ""},
        {"birthdate": None},
        {"gender": None},
    ],
)
def test_a_card_with_a_gap_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswerError):
        read_attributes(CLAIMS | changed, SCOPES)
