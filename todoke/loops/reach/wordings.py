"""What an alert says in every language: put together from its plan's texts and what the warning is known to bring."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from todoke.exchange.messages.types import LANGUAGES
from todoke.loops.reach.models import Order
from todoke.loops.reach.plans import Plan, Step, common
from todoke.loops.reach.types import WITH_LEVELS as WITH_LEVELS
from todoke.loops.reach.types import Change, Variant
from todoke.registry.places.models import Municipality

DIRECTIONS = 8
_HAN = frozenset({"ja", "easy", "zh-hans", "zh-hant"})
"""Languages in which the names of municipalities are written as they are here."""

WHOLE = {
    "ja": "全域",
    "easy": "ぜんぶの ところ",
    "en": "the whole municipality",
    "zh-hans": "全境",
    "zh-hant": "全境",
    "ko": "전 지역",
    "vi": "toàn bộ địa bàn",
}
"""The area of an order that has no name of its own."""


@dataclass(frozen=True)
class Remaining:
    """An order that stays in force; ``area`` are the gaps that texts name its place with, by language."""

    step: Step
    hazard: str
    area: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Saying:
    """What is to be said. ``step`` is None when nothing is in force any more; ``before`` is what was."""

    plan: Plan
    step: Step | None
    change: Change
    before: Step | None = None
    hazard: str = ""
    """Of an order: its plan has a line for each."""

    area: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, the gaps that texts name the place with: area, municipality."""

    remaining: tuple[Remaining, ...] = ()
    """When an order is lifted, those from other hazards that its readers stay under, the gravest first."""

    arrives_at: datetime | None = None
    arrived: bool = False
    height: str = ""
    """As the source says it: 巨大, 高い, １０ｍ超, ３ｍ."""

    height_m: float | None = None
    drill: bool = False


def texts_of(saying: Saying, variant: Variant, *, sheltered: bool) -> dict[str, dict[str, Any]]:
    """By language: subject, body and short, and the parts that the message's page shows each in its place.

    The gaps ``{shelter}``, ``{direction}``, ``{metres}``, ``{minutes}`` and ``{person}`` stay:
    each reader has their own.
    """
    return {language: _in(language, saying, variant, sheltered) for language in LANGUAGES}


def names_of_order(order: Order) -> dict[str, dict[str, str]]:
    """By language, what the gaps for an order's place are filled with; its area is called as its officers call it."""
    place = Municipality.objects.defer("boundary").get(pk=order.municipality_code)
    return {
        language: {
            "municipality": place.name if language in _HAN else place.name_en,
            "area": order.area_name or WHOLE[language],
        }
        for language in LANGUAGES
    }


def directions() -> dict[str, dict[str, str]]:
    """By number (0 north, clockwise in eighths) and language, the word for a direction."""
    return {
        str(number): {language: common()[language]["directions"][number] for language in LANGUAGES}
        for number in range(DIRECTIONS)
    }


def _in(language: str, saying: Saying, variant: Variant, sheltered: bool) -> dict[str, Any]:
    words, shared = saying.plan.texts[language], common()[language]
    gaps = _Gaps(saying.area.get(language, {}))
    if saying.step is not None:
        said = words["steps"][saying.step.id]
        parts = _while_in_danger(words, shared, saying, said, gaps, variant, sheltered)
    elif saying.remaining:
        said, gaps = words["remaining"], _Gaps(gaps | _gaps_of_remaining(words, saying))
        parts = _while_others_remain(words, shared, saying, said, gaps, language)
    else:
        said = words["over"]
        parts = _when_over(words, shared, saying, said, gaps)
    sent = [said["short"].format_map(gaps)]
    if saying.step is not None and sheltered:
        sent.append(shared["shelter_short"])
    if saying.step is None and variant is Variant.HELPER:
        parts["do"] = shared["helper_over"]
        sent.append(shared["helper_over"])
    return {**parts, "subject": parts["title"], "body": _body(parts, shared, saying), "short": " ".join(sent)}


def _while_in_danger(
    words: Mapping[str, Any],
    shared: Mapping[str, Any],
    saying: Saying,
    said: Mapping[str, str],
    gaps: "_Gaps",
    variant: Variant,
    sheltered: bool,
) -> dict[str, Any]:
    title = _title(said, saying, gaps)
    return {
        "title": title,
        "do": said["do"].format_map(gaps),
        "change": _changed(words, shared, saying, title, gaps),
        "expect": _expected(words, saying),
        "hazard": words.get("hazards", {}).get(saying.hazard, ""),
        "shelter": shared["shelter"] if sheltered else words.get("no_shelter", ""),
        "variant": shared["variants"].get(variant, ""),
        "rules": list(words.get("rules", [])),
        "sections": list(words.get("sections", [])),
    }


def _when_over(
    words: Mapping[str, Any], shared: Mapping[str, Any], saying: Saying, said: Mapping[str, str], gaps: "_Gaps"
) -> dict[str, Any]:
    title = _title(said, saying, gaps)
    nothing = {"expect": "", "hazard": "", "shelter": "", "variant": "", "rules": [], "sections": []}
    change = _changed(words, shared, saying, title, gaps)
    return {"title": title, "do": said["do"].format_map(gaps), "change": change, **nothing}


def _while_others_remain(
    words: Mapping[str, Any],
    shared: Mapping[str, Any],
    saying: Saying,
    said: Mapping[str, str],
    gaps: "_Gaps",
    language: str,
) -> dict[str, Any]:
    """The lifting of one order, for those who stay under others: what stays in force leads."""
    lines = [
        said["line"].format_map(
            _Gaps(
                after=words["steps"][one.step.id]["title"],
                hazard=words["hazard_names"].get(one.hazard, ""),
                area=one.area.get(language, {}).get("area", ""),
            )
        )
        for one in saying.remaining
    ]
    return {
        "title": said["title"].format_map(gaps),
        "do": said["do"].format_map(gaps),
        "change": shared["changes"][Change.CANCELLED].format_map(gaps),
        "expect": " ".join(lines),
        "hazard": words["hazards"].get(saying.remaining[0].hazard, ""),
        "shelter": "",
        "variant": "",
        "rules": list(words.get("rules", [])),
        "sections": [],
    }


def _gaps_of_remaining(words: Mapping[str, Any], saying: Saying) -> dict[str, str]:
    gravest = saying.remaining[0]
    lifted = {"after": words["steps"][saying.before.id]["title"] if saying.before else words["over"]["title"]}
    lifted["hazard"] = words["hazard_names"].get(saying.hazard, "")
    return {
        "before": words["remaining"]["named"].format_map(lifted),
        "after": words["steps"][gravest.step.id]["title"],
        "hazard": words["hazard_names"].get(gravest.hazard, ""),
    }


def _changed(words: Mapping[str, Any], shared: Mapping[str, Any], saying: Saying, title: str, gaps: "_Gaps") -> str:
    before = _title(words["steps"][saying.before.id], saying, gaps) if saying.before else title
    return str(shared["changes"][saying.change].format(before=before, after=title))


def _body(parts: Mapping[str, Any], shared: Mapping[str, Any], saying: Saying) -> str:
    rules = [f"・{rule}" for rule in parts["rules"]]
    sections = [line for one in parts["sections"] for line in (one["title"], *(f"・{inner}" for inner in one["lines"]))]
    lines = [
        *([shared["page"]["drill"]] if saying.drill else []),
        *(parts[name] for name in ("change", "do", "expect", "hazard", "shelter", "variant") if parts[name]),
        *rules,
        *sections,
    ]
    return "\n".join(lines)


def _title(said: Mapping[str, str], saying: Saying, gaps: Mapping[str, str]) -> str:
    """With its 警戒レベル, where the hazard has them."""
    form = said.get("title_level", said["title"]) if saying.hazard in WITH_LEVELS else said["title"]
    return form.format_map(gaps)


class _Gaps(dict[str, str]):
    """Gaps that are not filled here stay for whoever fills them."""

    def __missing__(self, gap: str) -> str:
        return "{" + gap + "}"


def _expected(words: Mapping[str, Any], saying: Saying) -> str:
    """The sentence of when and how high, as far as both are known."""
    forms = words.get("expect")
    if not forms:
        return ""
    height = _height(words, saying)
    if saying.arrived and height:
        return str(forms["arrived"].format(height=height))
    arrival = timezone.localtime(saying.arrives_at).strftime("%H:%M") if saying.arrives_at else ""
    which = "_".join(name for name, known in (("arrival", arrival), ("height", height)) if known)
    return str(forms[which].format(arrival=arrival, height=height)) if which else ""


def _height(words: Mapping[str, Any], saying: Saying) -> str:
    heights = words.get("heights", {})
    if saying.height in heights:
        return str(heights[saying.height])
    if saying.height_m is None:
        return unicodedata.normalize("NFKC", saying.height)
    form = heights["over" if "超" in saying.height else "metres"]
    return str(form.format(metres=f"{saying.height_m:g}"))
