"""A rule reads as a resident would say it, in Japanese and in English, and nothing falls back to code."""

import random
import re
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from tests.rules.browser.pairs import Rules, facts_of
from todoke.kernel.rules import Shape, Unknown
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.python_source import numbered
from todoke.kernel.rules.tree import Call
from todoke.kernel.rules.words import Reason, explain
from todoke.kernel.rules.words.flags import statement

TODAY = date(2026, 11, 24)
LABELS = {
    "address.municipality": ("住んでいる市町村", "The municipality where you live"),
    "address.town": ("町名", "Town"),
    "age": ("年齢", "Age"),
    "begin": ("利用を始める日", "First day of use"),
    "birth_date": ("生まれた日", "Date of birth"),
    "car": ("自動車を持っているか", "Owns a car"),
    "constructor": ("建てた人の数", "Builders"),
    "deadline": ("申し込みの締め切り", "The deadline"),
    "description": ("文書の内容", "The description"),
    "email": ("メールアドレス", "The e-mail address"),
    "household.children": ("お子さん", "Children"),
    "household.children.age": ("年齢", "Age"),
    "household.children.birth_date": ("生まれた日", "Date of birth"),
    "household.children.income": ("収入", "Income"),
    "household.children.name": ("名前", "Name"),
    "household.children.student": ("学生かどうか", "Student"),
    "household.single_parent": ("ひとり親か", "Single parent"),
    "household.size": ("世帯の人数", "Size of the household"),
    "household.spouse.birth_date": ("配偶者の生まれた日", "Spouse's date of birth"),
    "income": ("所得", "Income"),
    "limit": ("所得の上限", "The limit of income"),
    "marks": ("点数", "Marks"),
    "name": ("名前", "Name"),
    "papers": ("書類", "Papers"),
    "papers.sent": ("提出したか", "Sent"),
    "servant": ("公務員かどうか", "Public servant"),
    "service.begin": ("利用を始める日", "First day of use"),
    "student": ("学生かどうか", "Student"),
    "tags": ("分類", "Tags"),
    "welfare": ("生活保護を受けているか", "Receives public assistance"),
}
UNITS = {"income": ("円", "yen"), "limit": ("円", "yen"), "household.children.income": ("円", "yen")}
TOWNS = {"04202": ("石巻市", "石巻市"), "04581": ("女川町", "女川町"), "none": ("住所がない", "no address")}
NAMES = {"description": Shape("str"), "deadline": Shape("date"), "begin": Shape("date"), "limit": Shape("int")}
FACTS = {
    "age": 71,
    "birth_date": date(1955, 1, 1),
    "begin": date(2027, 4, 1),
    "address": {"municipality": "04202"},
    "household": {
        "children": [{"birth_date": date(2012, 5, 1), "age": 14}, {"birth_date": date(2021, 5, 1), "age": 5}]
    },
    "papers": [{"sent": True}],
}


def said(rule: str, language: str = "ja", facts: dict[str, Any] = FACTS) -> list[Reason]:
    tree = parse(rule)
    with translation.override(language):
        return explain(
            tree,
            facts,
            TODAY,
            lambda path: LABELS[path][language == "en"],
            lambda path, value: TOWNS[value][language == "en"] if value in TOWNS else None,
            lambda path: UNITS[path][language == "en"] if path in UNITS else None,
            NAMES,
        )


def lines(rule: str, language: str = "ja", facts: dict[str, Any] = FACTS) -> list[tuple[str, bool | None]]:
    return [(reason.text, reason.value) for reason in said(rule, language, facts)]


SENTENCES = [
    ("age_on(birth_date, today()) >= 65", "年齢が65歳以上", "Age is 65 or more"),
    ("64 < age_on(birth_date, today())", "年齢が65歳以上", "Age is 65 or more"),
    (
        "age_on(birth_date, date('2026-04-01')) < 75",
        "2026年4月1日の年齢が75歳未満",
        "Age on 2026-04-01 is less than 75",
    ),
    (
        "age_on(household.spouse.birth_date, today()) >= 60",
        "配偶者の年齢が60歳以上",
        "Spouse's age is 60 or more",
    ),
    (
        "address.municipality in ['04202']",
        "住んでいる市町村が石巻市",
        "The municipality where you live is 石巻市",
    ),
    (
        "address.municipality in ['04202', '04581']",
        "住んでいる市町村が石巻市か女川町",
        "The municipality where you live is 石巻市 or 女川町",
    ),
    (
        "!(address.municipality in ['04202', '04581'])",
        "住んでいる市町村が石巻市、女川町のどれでもない",
        "The municipality where you live is none of 石巻市, 女川町",
    ),
    (
        "address.municipality != '04202'",
        "住んでいる市町村が石巻市ではない",
        "The municipality where you live is not 石巻市",
    ),
    (
        "household.children.exists(c, age_on(c.birth_date, today()) < 18)",
        "18歳未満のお子さんがいる（2人）",
        "At least one of the children is under 18 (2)",
    ),
    (
        "household.children.exists(c, c.age >= 3 && c.age < 6)",
        "3歳以上6歳未満のお子さんがいる（1人）",
        "At least one of the children is 3 or over and under 6 (1)",
    ),
    (
        "!household.children.exists(c, c.age < 3)",
        "3歳未満のお子さんがいない",
        "None of the children is under 3",
    ),
    (
        "household.children.all(c, c.age >= 3)",
        "すべてのお子さんが3歳以上",
        "All of the children are 3 or over",
    ),
    (
        "!household.children.all(c, c.age < 6)",
        "6歳以上のお子さんがいる（1人）",
        "At least one of the children is 6 or over (1)",
    ),
    (
        "household.children.exists(c, today() < first_school_day(date(c.birth_date)))",
        "まだ小学校に入る日になっていないお子さんがいる（1人）",
        "For at least one of the children, the day of starting primary school has not come yet (1)",
    ),
    (
        "household.children.exists(c, today() <= fiscal_year_end_of_age(c.birth_date, 18))",
        "18歳になって最初の3月31日を過ぎていないお子さんがいる（2人）",
        "For at least one of the children, the first 31 March after turning 18 has not passed (2)",
    ),
    (
        "household.children.exists(c, c.age < 18 && c.student)",
        "年齢が18歳未満、かつ学生であるお子さんがいる",
        "For at least one of the children, age is less than 18, and “Student” applies",
    ),
    (
        "household.children.exists(c, c.age + 40 < age)",
        "年齢に40を足した数があなたの年齢より少ないお子さんがいる（2人）",
        "For at least one of the children, age plus 40 is less than your age (2)",
    ),
    (
        "household.children.exists(c, c.birth_date <= today() && today() <= end_of_month(plus_years(c.birth_date, 3)))",
        "生まれている、かつ生まれた日の3年後の月の末日を過ぎていないお子さんがいる",
        "For at least one of the children, birth has taken place, "
        "and the last day of the month of 3 years after date of birth has not passed",
    ),
    (
        "welfare ? income / 100 * 90 : 0",
        "生活保護を受けているならば（所得を100で割った数（端数は切り捨て））に90をかけた数、そうでなければ0",
        "(income divided by 100 (without the fraction)) times 90 if “Receives public assistance” applies, otherwise 0",
    ),
    ("address.town != 'none'", "町名が「住所がない」ではない", "Town is not no address"),
    ("today() >= household.spouse.birth_date", "配偶者の生まれた日になっている", "Spouse's date of birth has come"),
    ("size(household.children) >= 3", "お子さんが3人以上いる", "There are 3 or more children"),
    ("size(household.children) == 0", "お子さんがいない", "There are no children"),
    (
        "size(household.children.filter(c, c.age < 18)) > 1",
        "18歳未満のお子さんが2人以上いる",
        "There are 2 or more children who are under 18",
    ),
    (
        "size(description) < 15",
        "文書の内容の文字数が15文字未満",
        "The number of characters of the description is less than 15 characters",
    ),
    ("income < 6220000", "所得が6,220,000円未満", "Income is less than 6,220,000 yen"),
    ("income <= limit", "所得が所得の上限以下", "Income is the limit of income or less"),
    (
        "household.children.map(c, c.income).sum() + income >= 1000000",
        "お子さんの収入の合計と所得の合計が1,000,000円以上",
        "The sum of the total of income of the children and income is 1,000,000 yen or more",
    ),
    (
        "income - 100 > -5",
        "所得から100円を引いた数がマイナス5円を超える",
        "Income less 100 yen is more than minus 5 yen",
    ),
    ("today() <= deadline", "申し込みの締め切りを過ぎていない", "The deadline has not passed"),
    (
        "begin >= date('2027-04-01')",
        "利用を始める日が2027年4月1日か、それより後",
        "First day of use is 2027-04-01 or later",
    ),
    ("welfare", "生活保護を受けている", "“Receives public assistance” applies"),
    ("!welfare", "生活保護を受けていない", "“Receives public assistance” does not apply"),
    ("!(known(servant) && servant)", "公務員ではない", "“Public servant” does not apply"),
    ("servant == true", "公務員である", "“Public servant” applies"),
    ("known(email)", "メールアドレスがわかっている", "The e-mail address is known"),
    (
        "age >= 65 || (age >= 60 && welfare)",
        "年齢が65歳以上、または（年齢が60歳以上、かつ生活保護を受けている）",
        "Age is 65 or more, or (age is 60 or more, and “Receives public assistance” applies)",
    ),
    ("papers.exists(p, p.sent)", "提出した書類がある（1件）", "For at least one of the papers, “Sent” applies (1)"),
    ("name == ''", "名前が空欄", "Name is blank"),
    ("name.startsWith('石')", "名前が「石」で始まる", "Name begins with “石”"),
    (
        "description.matches_any(['道', '橋'])",
        "文書の内容に「道」、「橋」のどれかが含まれる",
        "The description contains one of “道”, “橋”",
    ),
]


@pytest.mark.parametrize(("rule", "japanese", "english"), SENTENCES)
def test_sentences(rule: str, japanese: str, english: str) -> None:
    assert [text for text, _value in lines(rule)] == [japanese]
    assert [text for text, _value in lines(rule, "en")] == [english]


def test_what_must_all_hold_is_a_line_each_with_its_value() -> None:
    rule = "age >= 65 && !(welfare || age < 18) && household.children.exists(c, c.age < 6) && income < limit"
    assert said(rule) == [
        Reason("年齢が65歳以上", True, ("age",), 1),
        Reason("生活保護を受けていない", None, ("welfare",), 6),
        Reason("年齢が18歳以上", True, ("age",), 7),
        Reason("6歳未満のお子さんがいる（1人）", True, ("household.children",), 10),
        Reason("所得が所得の上限より少ない", None, ("income", "limit"), 17),
    ]
    nodes = numbered(parse(rule))
    assert [type(nodes[reason.node]).__name__ for reason in said(rule)] == ["Call", "Name", "Call", "Over", "Call"]


def test_how_many_is_said_only_where_there_are_some() -> None:
    rule = "household.children.exists(c, c.age < 6)"
    assert lines(rule, facts={"household": {"children": [{"age": 9}]}}) == [("6歳未満のお子さんがいる", False)]
    assert lines(rule, facts={}) == [("6歳未満のお子さんがいる", None)]
    assert lines(f"!{rule}") == [("6歳未満のお子さんがいない", False)]


@pytest.mark.parametrize(
    ("label", "true", "false"),
    [
        ("公務員かどうか", "公務員である", "公務員ではない"),
        ("公務員ですか", "公務員である", "公務員ではない"),
        ("住民税が非課税か", "住民税が非課税である", "住民税が非課税ではない"),
        ("自動車を持っているか", "自動車を持っている", "自動車を持っていない"),
        ("手当を受けていますか？", "手当を受けている", "手当を受けていない"),
        ("同居の家族がいるか", "同居の家族がいる", "同居の家族がいない"),
        ("障害者手帳があるか", "障害者手帳がある", "障害者手帳がない"),
        ("保護者の同意がないか", "保護者の同意がない", "保護者の同意がある"),
        ("本人が申請するか", "本人が申請する", "本人が申請しない"),
        ("ひとり親の扱い", "ひとり親の扱いである", "ひとり親の扱いではない"),
        ("引っ越したか", "引っ越した", "「引っ越した」にあてはまらない"),
    ],
)
def test_yes_or_no_facts_are_statements(label: str, true: str, false: str) -> None:
    with translation.override("ja"):
        assert statement(label, positive=True) == true
        assert statement(label, positive=False) == false


CODE = re.compile(r"[_+*/%=<>&|!?\[\]{}-]")
DATE = re.compile(r"\d+-\d\d-\d\d")


def conjunction(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


@pytest.mark.parametrize("language", ["ja", "en"])
def test_random_rules_have_words_and_no_code(language: str) -> None:
    random_ = random.Random(language)
    rules = Rules(random_)
    with translation.override(language):
        for at in range(3_000):
            tree = rules.rule() if at % 4 else rules.value()
            facts = facts_of(random_)

            def label(path: str) -> str:
                return LABELS.get(path, ("その項目", "The entry"))[language == "en"]

            for reason in (found := explain(tree, facts, TODAY, label)):
                assert reason.text
                assert not CODE.search(DATE.sub("", reason.text)), reason.text
                assert language == "en" or not re.search("[a-z]", reason.text.replace("constructor", "")), reason.text
            value = evaluate(tree, facts, TODAY)
            whole = value if isinstance(value, bool) else None
            assert conjunction([reason.value for reason in found]) is whole
            missing = value.missing if isinstance(value, Unknown) else frozenset()
            asked = {fact for reason in found for fact in reason.facts}
            assert {fact for fact in missing if fact.split(".")[0] not in {"c", "d"}} <= asked
            denied = explain(Call("!_", (tree,)), facts, TODAY, label)
            assert [reason.text for reason in denied] != [reason.text for reason in found]
