"""The texts of the plans: every language says all of it, alike, short enough, and in its own script."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.conf import settings

from todoke.exchange.messages.types import LANGUAGES
from todoke.loops.reach.plans import load_plans
from todoke.loops.reach.telegrams.types import Kind, Severity
from todoke.loops.reach.types import OrderKind
from todoke.registry.catalogue.loader import read_yaml

FOLDERS = sorted(path.name for path in settings.PLANS.iterdir() if path.is_dir())
PLANS = sorted(path.parent.name for path in settings.PLANS.glob("*/plan.yaml"))
EVERY = list(product(FOLDERS, LANGUAGES))
Place = tuple[str | int, ...]

EXAMPLES = {
    "after": "レベル4",
    "answer": "OK",
    "area": "石巻市",
    "arrival": "15:10",
    "before": "レベル3",
    "direction": "北",
    "hazard": "洪水",
    "height": "10m",
    "metres": "320",
    "minutes": "5",
    "municipality": "石巻市",
    "person": "佐藤",
    "office": "石巻市 危機管理課",
    "shelter": "湊小学校",
    "time": "15:12",
}
BY_HAND = {"order"}
"""Kinds that no telegram has: what an officer of a municipality enters."""

WIDE = {"ja", "easy", "zh-hans", "zh-hant"}
SIMPLE = set("人日分何今上下中大小山川火水雨前出入見行来高")
"""Kanji of the first lessons, which やさしい日本語 has without reading."""

GAP = re.compile(r"\{(\w+)\}")
KANJI = re.compile(r"[一-鿿々]+")
READING = re.compile(r"（[ぁ-ゖー]+）")
ORDERS = {
    "ja": ("避難指示", "高齢者等避難", "緊急安全確保"),
    "easy": ("避難指示", "高齢者等避難", "緊急安全確保"),
    "en": ("evacuation order", "evacuation of the elderly", "emergency safety measures"),
    "zh-hans": ("避难指示", "老年人等避难（", "紧急安全确保"),
    "zh-hant": ("避難指示", "高齡者等避難（", "緊急安全確保"),
    "ko": ("피난 지시", "고령자 등 피난", "긴급 안전 확보"),
    "vi": ("chỉ thị sơ tán", "sơ tán người cao tuổi", "đảm bảo an toàn khẩn cấp"),
}
SCRIPTS = {"ja": "cp932", "easy": "cp932", "zh-hans": "gb2312", "zh-hant": "big5", "ko": "euc_kr"}
"""An encoding that has a language's characters and lacks those of its neighbours."""


def told(folder: str, language: str) -> Any:
    return read_yaml(settings.PLANS / folder / f"{language}.yaml")[0]


def texts(content: Any, at: Place = ()) -> Iterator[tuple[Place, str]]:
    """Each text with its place."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from texts(value, (*at, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from texts(value, (*at, number))
    else:
        assert isinstance(content, str), f"{at} is no text: {content!r}"
        yield at, content


def shorts(folder: str, language: str) -> dict[Place, str]:
    return {at: text for at, text in texts(told(folder, language)) if at[-1] == "short"}


def test_every_disaster_has_its_plan() -> None:
    assert set(load_plans(settings.PLANS)) == {
        "earthquake",
        "evacuation-order",
        "flood",
        "landslide",
        "missile",
        "nuclear-paz",
        "nuclear-upz",
        "snow",
        "storm-surge",
        "tsunami",
        "volcano",
    }


def test_plans_begin_with_kinds_that_exist_and_share_none_but_of_zones_that_differ() -> None:
    zones: dict[str, list[tuple[str, ...]]] = {}
    for plan in load_plans(settings.PLANS).values():
        for kind in plan.kinds:
            zones.setdefault(kind, []).append(plan.steps[0].zones)
    assert set(zones) <= set(Kind) | BY_HAND
    assert {kind: found for kind, found in zones.items() if len(found) > 1} == {"nuclear": [("paz",), ("upz",)]}


def test_the_steps_of_orders_are_the_kinds_of_orders() -> None:
    plan = load_plans(settings.PLANS)["evacuation-order"]
    assert {step.id for step in plan.steps} == set(OrderKind)


def test_a_plan_says_one_thing_at_a_severity() -> None:
    for plan in load_plans(settings.PLANS).values():
        severities = [step.severity for step in plan.steps]
        assert len(severities) == len(set(severities)), plan.id


def test_far_from_a_nuclear_plant_one_stays_inside_where_near_it_one_leaves() -> None:
    plans = load_plans(settings.PLANS)
    for severity in (Severity.EMERGENCY, Severity.SEVERE, Severity.WARNING):
        near, far = (plans[f"nuclear-{zone}"].step_at(severity) for zone in ("paz", "upz"))
        assert near is not None
        assert far is not None
        assert (near.severity, near.zones) == (severity, ("paz",))
        assert (far.severity, far.zones) == (severity, ("upz",))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_plan_has_nothing_but_its_languages(folder: str) -> None:
    found = {path.stem for path in (settings.PLANS / folder).iterdir()}
    assert found - {"plan"} == set(LANGUAGES)


@pytest.mark.parametrize(("folder", "language"), EVERY)
def test_a_language_says_as_much_as_japanese_with_the_same_gaps(folder: str, language: str) -> None:
    ours, japanese = dict(texts(told(folder, language))), dict(texts(told(folder, "ja")))
    assert list(ours) == list(japanese)
    for at, text in japanese.items():
        assert sorted(set(GAP.findall(ours[at]))) == sorted(set(GAP.findall(text))), at
        assert bool(ours[at]) == bool(text), at


@pytest.mark.parametrize("folder", PLANS)
def test_texts_are_for_steps_that_exist_and_for_what_comes_after(folder: str) -> None:
    plan = load_plans(settings.PLANS)[folder]
    for language in LANGUAGES:
        words = told(folder, language)
        assert set(words["steps"]) == {step.id for step in plan.steps}
        assert {"over", "no_shelter", "rules"} <= set(words)
        for said in (*words["steps"].values(), words["over"]):
            assert {"title", "do", "short"} <= set(said)


@pytest.mark.parametrize(("folder", "language"), EVERY)
def test_every_text_can_be_filled_in(folder: str, language: str) -> None:
    for at, text in texts(told(folder, language)):
        filled = text.format(**EXAMPLES)
        assert not set("{}") & set(filled), at


@pytest.mark.parametrize("language", LANGUAGES)
def test_eight_directions_have_eight_words(language: str) -> None:
    assert len(set(told("common", language)["directions"])) == 8


@pytest.mark.parametrize(("folder", "language"), list(product(PLANS, LANGUAGES)))
def test_a_short_text_is_short(folder: str, language: str) -> None:
    most = 60 if language in {"en", "vi"} else 30
    for at, text in shorts(folder, language).items():
        assert len(text.format(**EXAMPLES)) <= most, f"{at} {text}"


@pytest.mark.parametrize(("folder", "language"), list(product(PLANS, sorted(set(LANGUAGES) - {"en", "vi"}))))
def test_a_short_text_and_the_shelter_fit_into_one_sms(folder: str, language: str) -> None:
    shelter = told("common", language)["shelter_short"].format(**EXAMPLES)
    for at, text in shorts(folder, language).items():
        assert len(f"{text.format(**EXAMPLES)} {shelter}") <= 70, f"{at} {text}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_easy_japanese_has_readings(folder: str) -> None:
    for at, text in texts(told(folder, "easy")):
        for kanji in KANJI.finditer(text):
            known = set(kanji.group()) <= SIMPLE
            assert known or READING.match(text, kanji.end()), f"{at} {kanji.group()}"


@pytest.mark.parametrize(("folder", "language"), EVERY)
def test_widths_are_those_of_the_language(folder: str, language: str) -> None:
    foreign = r"[,;:!?()\[\]\"']" if language in WIDE else r"[\u3000-\u303f\uff00-\uffef]"
    for at, text in texts(told(folder, language)):
        words = GAP.sub("", text)
        assert not re.search(r"[０-９Ａ-Ｚａ-ｚ｡-ﾟ\u3000]", words), f"{at} {text}"
        assert not re.search(foreign, words), f"{at} {text}"
        assert text == " ".join(text.split()), f"{at} {text!r}"


@pytest.mark.parametrize(("folder", "language"), list(product(FOLDERS, SCRIPTS)))
def test_characters_are_those_of_the_language(folder: str, language: str) -> None:
    for at, text in texts(told(folder, language)):
        try:
            text.encode(SCRIPTS[language])
        except UnicodeEncodeError as error:
            pytest.fail(f"{at} {text}: {text[error.start : error.end]}")


@pytest.mark.parametrize(("folder", "language"), list(product(PLANS, LANGUAGES)))
def test_only_a_municipality_orders_an_evacuation(folder: str, language: str) -> None:
    said = " ".join(text for _at, text in texts(told(folder, language))).lower()
    named = [name for name in ORDERS[language] if name in said]
    assert bool(named) == (folder == "evacuation-order"), named
