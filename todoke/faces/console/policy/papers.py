"""The headquarters' papers: cover, summary, a page for each pillar, comments, decisions. PDF/A-2b, PDF/UA-1."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.faces.console.policy.desk import PolicyRequest, policy_desk, round_of
from todoke.faces.console.policy.evaluation import pillars_of
from todoke.faces.console.policy.reports import number
from todoke.faces.typesetting import Standard, pdf_of
from todoke.kernel import audit, clock
from todoke.loops.improve.models import Meeting, Round
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.rounds import standings_of_year
from todoke.loops.improve.standing import Standing, State, expected_value
from todoke.loops.improve.types import Indicator
from todoke.registry.catalogue.types import in_language
from todoke.registry.organisations.naming import office_name
from todoke.registry.organisations.officers import principal
from todoke.registry.organisations.queries import OfficeNotFoundError, office_for

TEMPLATE = Path(__file__).parent.parent / "reports" / "headquarters.typ"
STANDARDS: tuple[Standard, ...] = ("a-2b", "ua-1")


@require_safe
@policy_desk
def preview(request: PolicyRequest, round_id: int) -> HttpResponse:
    """The papers as they would be now."""
    found = round_of(request, round_id)
    audit.record(actor=principal(request.officer), action="round.papers", subject=f"round:{found.pk}")
    return pdf_response(made_papers(request, found), f"papers-{found.year}.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser, never kept by it."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def made_papers(request: PolicyRequest, of: Round, meeting: Meeting | None = None) -> bytes:
    """The papers of a round; with a meeting, its agenda is what is to be decided."""
    data = json.dumps(told(request, of, meeting), ensure_ascii=False)
    return pdf_of(TEMPLATE, {"data": data}, STANDARDS)


def told(request: PolicyRequest, of: Round, meeting: Meeting | None) -> dict[str, Any]:
    """Everything that stands in the papers, in words."""
    policy, reading = request.policy, "en" if request.reading == "en" else "ja"
    standings = standings_of_year(policy, of.year)
    pillars = pillars_of(policy, of, reading)
    held_on = meeting.on if meeting else of.meeting_on
    title = _("{policy}　{year}年度の実績と評価").format(policy=in_language(policy.titles, reading), year=of.year)
    return {
        "lang": reading,
        "title": title,
        "kind": _("推進本部会議資料"),
        "author": _author(request, reading),
        "day": _("{year}年{month}月{day}日").format(year=held_on.year, month=held_on.month, day=held_on.day),
        "on": [clock.today().year, clock.today().month, clock.today().day],
        "none": _("ありません。"),
        **_summary(request, of, pillars, standings, reading),
        "pillars": [_pillar(request, of, one, standings, reading) for one in pillars],
        "comments_heading": _("外部の有識者の意見"),
        "comments": [
            [
                comment.adviser,
                in_language(policy.by_measure[comment.measure].titles, reading)
                if comment.measure in policy.by_measure
                else _("全体について"),
                comment.text,
            ]
            for comment in of.comments.order_by("measure", "at")
        ],
        "comment_columns": [_("立場"), _("対象"), _("意見")],
        "decisions_heading": _("決めること"),
        "decisions": list(meeting.agenda) if meeting else [],
        "decisions_none": _("議題はまだありません。会議を登録すると、ここに載ります。"),
    }


def _author(request: PolicyRequest, reading: str) -> str:
    try:
        return office_name(office_for(request.policy.owner, ""), reading)
    except OfficeNotFoundError:
        return in_language(request.policy.titles, reading)


def _summary(
    request: PolicyRequest, of: Round, pillars: list[dict[str, Any]], standings: dict[str, Standing], reading: str
) -> dict[str, Any]:
    policy = request.policy
    classes = policy.classes
    counts = [
        [
            pillar["title"],
            *(str(sum(row["evaluation"].class_id == one.id for row in pillar["rows"])) for one in classes),
            str(len(pillar["rows"])),
        ]
        for pillar in pillars
    ]
    late = sorted(
        (one for one in policy.indicators if standings[one.id].state is State.LATE),
        key=lambda one: (standings[one.id].of_expected, one.id),
    )
    reports = of.reports.filter(municipality_code="")
    known = [one for one in policy.indicators if standings[one.id].state is not State.UNKNOWN]
    well = sum(standings[one.id].is_well for one in known)
    return {
        "summary_heading": _("まとめ"),
        "summary": _(
            "取組{measures}のうち、報告が承認されたもの{approved}。数値のある目標{known}のうち、予定どおりか達成{well}、遅れ{late}。"
        ).format(
            measures=len(policy.measures),
            approved=reports.filter(approved_at__isnull=False).count(),
            known=len(known),
            well=well,
            late=len(late),
        ),
        "class_heading": _("評価の分布"),
        "class_columns": [_("柱"), *(f"{one.mark} {in_language(one.titles, reading)}" for one in classes), _("計")],
        "classes": counts,
        "late_heading": _("遅れている目標"),
        "late_columns": [_("目標"), _("値"), _("年度末の目標"), _("予定に対して"), ""],
        "late": [_late(one, standings[one.id], of, reading) for one in late],
    }


def _late(one: Indicator, found: Standing, of: Round, reading: str) -> list[Any]:
    target = expected_value(one.path, end_of_fiscal_year(of.year))
    unit = in_language(one.unit, reading)
    return [
        in_language(one.titles, reading),
        f"{number(one, found.value)} {unit}" if found.value is not None else "",
        f"{number(one, target)} {unit}",
        f"{found.of_expected}%",
        _share(found.done),
        _share(found.expected),
    ]


def _share(percent: Decimal) -> float:
    """Of a bar, 0 to 1."""
    return float(max(Decimal(0), min(percent, Decimal(100))) / 100)


def _pillar(
    request: PolicyRequest, of: Round, pillar: dict[str, Any], standings: dict[str, Standing], reading: str
) -> dict[str, Any]:
    policy = request.policy
    indicators = [one for row in pillar["rows"] for one in policy.indicators_of(row["measure"].id)]
    return {
        "title": pillar["title"],
        "columns": [_("取組"), _("評価"), _("理由")],
        "rows": [
            [
                row["title"],
                f"{row['evaluation'].mark} {row['class']}",
                row["reason"]
                + (_("（規則では {mark}）").format(mark=row["rule_class"]) if row["evaluation"].changed_at else ""),
            ]
            for row in pillar["rows"]
        ],
        "indicator_columns": [_("目標"), _("基準"), _("値"), _("年度末の目標"), _("進み（太線は予定）")],
        "indicators": [_indicator(one, standings[one.id], of, reading) for one in indicators],
        "indicators_heading": _("目標と実績"),
    }


def _indicator(one: Indicator, found: Standing, of: Round, reading: str) -> list[Any]:
    target = number(one, expected_value(one.path, end_of_fiscal_year(of.year)))
    return [
        in_language(one.titles, reading),
        number(one, one.baseline.value),
        number(one, found.value) if found.value is not None else "—",
        f"{target} {in_language(one.unit, reading)}",
        _share(found.done),
        _share(found.expected),
        found.state is State.UNKNOWN,
        found.state is State.LATE,
    ]
