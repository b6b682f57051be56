"""Filling in, showing, reading and checking a form, on the packs that we have."""

import uuid
from typing import Any

import pytest

from todoke.capabilities.forms.answers import answers_to_submit, facts_said, filled_in, shown_questions
from todoke.capabilities.forms.questions import KINDS
from todoke.capabilities.forms.types import Form, Page, Question, form_of
from todoke.capabilities.forms.validation import page_errors, parse_page, present, raw_of, with_item_added
from todoke.kernel.text import graphemes, search_key, to_katakana
from todoke.registry.catalogue.types import Pack
from todoke.registry.people.types import KnownFact, Source

CHILD = "00000000-0000-7000-8000-000000000001"


@pytest.fixture
def form(packs: dict[str, Pack]) -> Form:
    return form_of(packs["childcare-place"].form)


def page_of(form: Form, page_id: str) -> Page:
    page = form.page(page_id)
    assert page is not None
    return page


def question_of(form: Form, question_id: str) -> Question:
    question = form.question(question_id)
    assert question is not None
    return question


def facts(**values: Any) -> dict[str, KnownFact]:
    known = {
        "name": "見本 花子",
        "household.children": [{"id": CHILD, "name": "見本 はるか", "birth_date": "2024-06-08"}],
    }
    return {key: KnownFact(key, value, Source.REGISTER) for key, value in {**known, **values}.items()}


def sent(**values: str | list[str]) -> Any:
    """What a browser sends: each question says that it was on the page."""
    data = {key: value if isinstance(value, list) else [value] for key, value in values.items()}
    return raw_of(data)


def test_what_a_register_knows_is_filled_in_and_cannot_be_typed_over(form: Form) -> None:
    page, known = page_of(form, "applicant"), facts()
    whole = filled_in(form, {"name": "別の 名前"}, known)
    assert whole["name"] == "見本 花子"
    parsed = parse_page(
        page, sent(**{"name-here": "1", "name": "別の 名前", "phone-here": "1", "phone": "0225-00-0000"}), whole, known
    )
    assert parsed == {"phone": "0225000000"}


def test_what_the_person_said_before_is_filled_in_and_can_be_corrected(form: Form) -> None:
    known = {"contact.phone": KnownFact("contact.phone", "0225000000", Source.SELF)}
    assert filled_in(form, {}, known)["phone"] == "0225000000"
    corrected = filled_in(form, {"phone": "0226000000"}, known)
    assert corrected["phone"] == "0226000000"
    assert facts_said(form, answers_to_submit(form, corrected, known), known) == {"contact.phone": "0226000000"}


def test_a_field_that_was_emptied_stays_empty(form: Form) -> None:
    known = {"contact.phone": KnownFact("contact.phone", "0225000000", Source.SELF)}
    assert filled_in(form, {"phone": ""}, known)["phone"] == ""


def test_hidden_answers_stay_in_the_draft(form: Form) -> None:
    answers = {"reason": "study", "employer": "見本商店", "hours": 120}
    assert answers_to_submit(form, answers, {}) == {"children": [], "reason": "study"}
    assert answers_to_submit(form, {**answers, "reason": "work"}, {}) == {**answers, "children": [], "reason": "work"}


def test_questions_appear_when_their_rule_holds_and_not_while_it_is_unknown(form: Form) -> None:
    page = page_of(form, "need")
    assert "hours" not in {q.id for q in shown_questions(page, {}, {})}
    assert "hours" in {q.id for q in shown_questions(page, {"reason": "work"}, {})}


def test_children_of_the_household_come_by_themselves(form: Form) -> None:
    page, known = page_of(form, "children"), facts()
    whole = filled_in(form, {}, known)
    assert [child["name"] for child in whole["children"]] == ["見本 はるか"]
    raw = sent(
        **{
            "children-here": "1",
            "children-item": [CHILD],
            f"children-{CHILD}-name-here": "1",
            f"children-{CHILD}-name": "別の 名前",
            f"children-{CHILD}-allergy-here": "1",
            f"children-{CHILD}-allergy": "yes",
        }
    )
    whole["children"] = parse_page(page, raw, whole, known)["children"]
    assert whole["children"][0]["name"] == "見本 はるか"
    paths = {error.path for error in page_errors(page, whole, known, set())}
    assert paths == {f"children-{CHILD}-allergy_detail", f"children-{CHILD}-support"}


def test_a_child_of_ones_own_words_is_checked_in_full(form: Form) -> None:
    page = page_of(form, "children")
    items = with_item_added([])
    assert uuid.UUID(items[0]["id"])
    paths = {error.path.rsplit("-", 1)[1] for error in page_errors(page, {"children": items}, {}, set())}
    assert paths == {"name", "birth_date", "allergy", "support"}
    assert [e.path for e in page_errors(page, {"children": []}, {}, set())] == ["children"]


def test_items_that_the_browser_made_up_are_not_the_registers(form: Form) -> None:
    raw = sent(**{"children-here": "1", "children-item": [str(uuid.uuid4()), "../x", "1"]})
    parsed = parse_page(page_of(form, "children"), raw, {}, {})["children"]
    assert [item["source"] for item in parsed] == ["self"]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("number", {"q": "１２０"}, 120),
        ("number", {"q": "1,200"}, 1200),
        ("number", {"q": "many"}, "many"),
        ("time", {"q": "0830"}, "08:30"),
        ("time", {"q": "８時３０分"}, "08:30"),
        ("time", {"q": "8:05"}, "08:05"),
        ("time", {"q": "17時"}, "17:00"),
        ("phone", {"q": "０２２５（００）００００"}, "0225000000"),
        ("kana", {"q": "みほん ﾊﾅｺ"}, "ミホン ハナコ"),
        ("email", {"q": " ｏｓａｍｕ＠example.jp "}, "osamu@example.jp"),
        ("date", {"q-y": "２０２４", "q-m": "6", "q-d": "8"}, "2024-06-08"),
        ("date", {"q-y": "", "q-m": "", "q-d": ""}, ""),
        ("address", {"q-postal_code": "〒986-0822", "q-text": "石巻市"}, {"postal_code": "9860822", "text": "石巻市"}),
        ("yes_no", {"q": "no"}, False),
        ("yes_no", {}, ""),
    ],
)
def test_what_people_type_is_understood(kind: str, typed: dict[str, str], value: Any) -> None:
    assert KINDS[kind].parse(_question(kind), "q", sent(**typed)) == value


@pytest.mark.parametrize(
    ("kind", "value", "word"),
    [
        ("date", "2026-02-30", "その日付はありません"),
        ("date", "26-2-3", "西暦4桁"),
        ("time", "25:00", "0830"),
        ("number", "many", "数字で"),
        ("phone", "12", "10桁か11桁"),
        ("email", "osamu", "hanako@example.jp"),
        ("kana", "見本", "カタカナで"),
        ("address", {"postal_code": "980", "text": "仙台市"}, "7桁"),
        ("choice", "z", "選択肢から"),
        ("text", "a\x00b", "使えない文字"),
        ("text", "あ" * 201, "200文字まで"),
    ],
)
def test_errors_say_how_to_put_it_right(kind: str, value: Any, word: str) -> None:
    problem = KINDS[kind].problem(_question(kind), value)
    assert problem is not None
    assert word in problem


def _question(kind: str) -> Question:
    return Question("q", kind, {"ja": "問い", "en": "Question"}, None, True, None, None, (), (), {})


def test_answers_in_words(form: Form) -> None:
    assert present(question_of(form, "hours"), 1200, "ja") == "1,200時間"
    assert present(question_of(form, "hours"), 1200, "en") == "1,200 hours"
    assert present(question_of(form, "reason"), "work", "en") == "I work"
    assert present(question_of(form, "begin"), "2031-04-01", "ja") == "2031年4月1日"


def test_names_are_kept_and_compared_by_a_key() -> None:
    assert search_key("髙橋 渡邉") == search_key("高橋　渡辺")
    assert search_key("葛\U000e0100城") == search_key("葛城")
    assert search_key("見本町一丁目２番３号") == search_key("見本町1-2-3")
    assert graphemes("葛\U000e0100城") == 2
    assert to_katakana("ﾐﾎﾝ") == "ミホン"
