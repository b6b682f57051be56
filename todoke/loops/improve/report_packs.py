"""The forms of a round, made from the policy: one for each measure, and one for the municipalities. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from todoke.loops.improve.desks import MUNICIPALITIES
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.standing import expected_value
from todoke.loops.improve.types import Direction, Indicator, Measure, Origin, Policy
from todoke.registry.catalogue.types import Pack, Texts

LONGEST_ID = 60
APPROVED = "approved"
TEN = 10

SUPPORT: Mapping[str, Texts] = {
    "people": {"ja": "人材の派遣、相談相手", "en": "People: secondment or somebody to ask"},
    "training": {"ja": "職員の研修", "en": "Training of staff"},
    "procurement": {"ja": "共同調達、共同利用", "en": "Buying and using systems together"},
    "standard": {"ja": "標準化、データ移行", "en": "Standard systems and moving data"},
    "security": {"ja": "情報セキュリティ", "en": "Information security"},
    "divide": {"ja": "デジタルに不慣れな人への支援", "en": "Helping residents who are not used to it"},
}
"""What the prefecture offers to municipalities, and what they can ask for."""


@dataclass(frozen=True)
class Known:
    """What an indicator stood at before the figure that is asked for, in words of when; and what was counted by now."""

    before: Decimal | None = None
    before_on: str = ""
    counted: Decimal | None = None


def question_of(indicator: str) -> str:
    """The question that asks for an indicator's figure; rules cannot name an id with hyphens."""
    return f"figure_{indicator.replace('-', '_')}"


def explanation_of(indicator: str) -> str:
    """The question that asks why a figure is so unlike the one before."""
    return f"why_{indicator.replace('-', '_')}"


def report_pack_id(policy: str, measure: str) -> str:
    """``report-<policy>-<measure>``, the end made short where the whole would be too long."""
    return _short(f"report-{policy}-{measure}")


def municipal_pack_id(policy: str) -> str:
    """``municipal-report-<policy>``."""
    return _short(f"municipal-report-{policy}")


def _short(name: str) -> str:
    if len(name) <= LONGEST_ID:
        return name
    return f"{name[: LONGEST_ID - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def parts_of(indicator: Indicator, value: Decimal) -> int:
    """A figure as the form keeps it: a whole number of its smallest parts, rounded to the places that are asked."""
    return int(value.scaleb(indicator.decimals).to_integral_value())


def asked_of(policy: Policy, measure: str) -> list[Indicator]:
    """The indicators of a measure that its report asks for."""
    return [one for one in policy.indicators_of(measure) if one.source.origin is Origin.REPORT]


def asked_of_municipalities(policy: Policy) -> list[Indicator]:
    """The indicators that municipalities count themselves."""
    return [one for one in policy.indicators if one.municipal and one.source.origin in {Origin.REPORT, Origin.CSV}]


def report_pack(policy: Policy, measure: Measure, year: int, known: Mapping[str, Known]) -> Pack:
    """The form of a measure's report; ``known`` by indicator, as on the day when the round opens."""
    asked = asked_of(policy, measure.id)
    figures: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    for indicator in policy.indicators_of(measure.id):
        if indicator in asked:
            figures += _figure(indicator, year, known.get(indicator.id, Known()), required=True)
            checks += _check(indicator, known.get(indicator.id, Known()))
        else:
            figures.append(_counted(indicator, known.get(indicator.id, Known())))
    pages = [
        _page("done", "やったこと", "What was done", [_words("done", "やったこと", "What was done", required=True)]),
        *([_page("figures", "数値", "Figures", figures)] if figures else []),
        _page(
            "effect",
            "効果",
            "Effect",
            [
                _words(
                    "effect",
                    "どんな効果があり、なぜそうなったか",
                    "What it led to, and why it went so",
                    "県民が読みます。専門の言葉を使わず、2、3文で書いてください。",
                    "Residents read it. Two or three sentences, without jargon.",
                    required=True,
                ),
                _words("effect_easy", "効果（やさしい日本語）", "Effect, in easy Japanese"),
                _words("effect_en", "効果（英語）", "Effect, in English"),
            ],
        ),
        _page("next", "これから", "What is next", [_words("next", "これからすること", "What is next", required=True)]),
        _page(
            "evidence",
            "根拠",
            "Evidence",
            [{"id": "evidence", "type": "upload", "label": _t("根拠の資料", "Documents"), "required": False}],
        ),
    ]
    title = _t(f"{measure.titles['ja']}の実績報告（{year}年度）", f"Report {year}: {measure.titles['en']}")
    return _pack(report_pack_id(policy.id, measure.id), policy, title, measure.owner, pages, checks)


def municipal_pack(policy: Policy, year: int) -> Pack:
    """The form that every municipality gets."""
    figures = [
        one
        for indicator in asked_of_municipalities(policy)
        for one in _figure(indicator, year, Known(), required=False)
    ]
    pages = [
        *([_page("figures", "数値", "Figures", figures)] if figures else []),
        _page(
            "words",
            "状況",
            "How it is",
            [
                _words("done", "この1年に進めたこと", "What was done this year", required=True),
                {
                    "id": "support",
                    "type": "choices",
                    "label": _t("県に相談したいこと", "What you would like help with"),
                    "required": False,
                    "options": [{"id": key, "label": dict(label)} for key, label in SUPPORT.items()],
                },
                _words("wish", "相談したいことの内容", "What it is about"),
                _words(
                    "explanation",
                    "数値の説明",
                    "About the figures",
                    "前と大きくちがう数値があるときは、理由を書いてください。数値といっしょに公表されます。",
                    "Where a figure is far from the one before, say why; it is published with it.",
                ),
            ],
        ),
        _page(
            "evidence",
            "根拠",
            "Evidence",
            [{"id": "evidence", "type": "upload", "label": _t("根拠の資料", "Documents"), "required": False}],
        ),
    ]
    title = _t(f"市町村の実績報告（{year}年度）", f"Municipal report {year}")
    return _pack(municipal_pack_id(policy.id), policy, title, MUNICIPALITIES, pages, [])


def _t(ja: str, en: str) -> dict[str, str]:
    return {"ja": ja, "en": en}


def _page(page_id: str, ja: str, en: str, questions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": page_id, "title": _t(ja, en), "questions": questions}


def _words(
    question: str, ja: str, en: str, help_ja: str = "", help_en: str = "", *, required: bool = False
) -> dict[str, Any]:
    made = {"id": question, "type": "textarea", "label": _t(ja, en), "required": required, "max_length": 2000}
    return made | ({"help": _t(help_ja, help_en)} if help_ja else {})


def _figure(indicator: Indicator, year: int, known: Known, *, required: bool) -> list[dict[str, Any]]:
    made: dict[str, Any] = {
        "id": question_of(indicator.id),
        "type": "decimal",
        "label": {"ja": indicator.titles["ja"], "en": indicator.titles["en"]},
        "help": _help(indicator, year, known),
        "unit": {"ja": indicator.unit["ja"], "en": indicator.unit["en"]},
        "decimals": indicator.decimals,
        "min": 0,
        "required": required,
    }
    if indicator.unit["ja"] == "%":
        made["max"] = 100 * 10**indicator.decimals
    rule = _unlikely(indicator, known)
    if not rule:
        return [made]
    why = _words(
        explanation_of(indicator.id),
        f"「{indicator.titles['ja']}」の数値の説明",
        f"Why “{indicator.titles['en']}” is so different",
        "前の数値の10倍以上か、10分の1以下です。間違いがなければ、理由を書いてください。数値といっしょに公表されます。",
        "It is ten times the figure before or more, or a tenth or less. If it is right, say why: it is published.",
        required=True,
    )
    return [made, {**why, "show_if": rule, "max_length": 300}]


def _unlikely(indicator: Indicator, known: Known) -> str:
    """The same as ``actions.figures.is_unlikely``, in the form's rules; '' where nothing was known before."""
    before = parts_of(indicator, known.before) if known.before is not None else 0
    if before <= 0:
        return ""
    asked = f"answers.{question_of(indicator.id)}"
    return f"{asked} >= {before * TEN} || {asked} <= {before // TEN}"


def _check(indicator: Indicator, known: Known) -> list[dict[str, Any]]:
    rule = _unlikely(indicator, known)
    if not rule:
        return []
    was = _number(indicator, known.before)
    return [
        {
            "id": f"unlikely_{indicator.id.replace('-', '_')}"[:60],
            "question": question_of(indicator.id),
            "weight": "must",
            "when": rule,
            "text": _t(
                f"前（{known.before_on}）は{was}。10倍以上か10分の1以下です",
                f"Before ({known.before_on}) it was {was}: ten times that or more, or a tenth or less",
            ),
            "clear": _t(f"前（{known.before_on}、{was}）と比べた", f"Compared with {was} ({known.before_on})"),
        }
    ]


def _counted(indicator: Indicator, known: Known) -> dict[str, Any]:
    """A figure that comes by another way, told and not asked."""
    by = {
        Origin.PLATFORM: _t("トドケが自動で集計", "counted by Todoke"),
        Origin.CSV: _t("ファイルで登録", "from a file"),
        Origin.HTTP: _t("データサイトから取得", "from a data site"),
        Origin.REPORT: _t("報告", "reported"),
    }[indicator.source.origin]
    ja = _number(indicator, known.counted) if known.counted is not None else "まだ数値がありません"
    en = _number(indicator, known.counted, "en") if known.counted is not None else "no figure yet"
    return {
        "id": question_of(indicator.id),
        "type": "statement",
        "label": _t(f"{indicator.titles['ja']}：{ja}（{by['ja']}）", f"{indicator.titles['en']}: {en} ({by['en']})"),
    }


def _help(indicator: Indicator, year: int, known: Known) -> dict[str, str]:
    target = expected_value(indicator.path, end_of_fiscal_year(year))
    up = indicator.direction is Direction.UP
    ja = f"{year}年度末の目標：{_number(indicator, target)}{'以上' if up else '以下'}。"
    en = f"Target at the end of the year: {_number(indicator, target, 'en')} or {'more' if up else 'less'}."
    if known.before is not None:
        ja = f"前（{known.before_on}）：{_number(indicator, known.before)}。{ja}"
        en = f"Before ({known.before_on}): {_number(indicator, known.before, 'en')}. {en}"
    return _t(ja, en)


def _number(indicator: Indicator, value: Decimal | None, language: str = "ja") -> str:
    gap = "" if language == "ja" or indicator.unit[language] == "%" else " "
    return f"{value:,.{indicator.decimals}f}{gap}{indicator.unit[language]}"


def _pack(
    pack_id: str,
    policy: Policy,
    title: dict[str, str],
    function: str,
    pages: list[dict[str, Any]],
    checks: list[dict[str, Any]],
) -> Pack:
    summary = _t(f"{policy.titles['ja']}の実績報告です。", f"A report on: {policy.titles['en']}.")
    service = {
        "id": pack_id,
        "row": ["E2"],
        "titles": title,
        "summary": summary,
        "audience": _t("報告する課", "The office that reports"),
        "owner": {"kind": "prefecture-office", "function": function},
        "login": "office",
        "law": [policy.titles["ja"]],
        "number_prefix": "報",
        "form": {"pages": pages},
        "workflow": {
            "standard_days": 14,
            "correction_days": 14,
            "outcomes": [
                {
                    "id": APPROVED,
                    "titles": _t("承認", "Approved"),
                    "favourable": True,
                    "letter_title": "承認",
                    "letter": "承認",
                }
            ],
            "checks": checks,
            "appeal": {"authority": "", "defendant": "", "representative": ""},
        },
    }
    return Pack.from_json({"service": service, "messages": {}})
