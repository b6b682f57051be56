"""Reports: how far each is, what was said, and what of it everybody may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from todoke.capabilities.forms.questions.texts import exact_value
from todoke.kernel import clock
from todoke.loops.apply.packs import form_of_version
from todoke.loops.apply.types import CaseState
from todoke.loops.improve.models import Report, Round
from todoke.loops.improve.report_packs import question_of
from todoke.loops.improve.types import Policy
from todoke.registry.catalogue.types import Texts
from todoke.registry.places.queries import municipalities


class ReportState(StrEnum):
    """How far a report is."""

    WAITING = "waiting"
    BEGUN = "begun"
    CHECKING = "checking"
    """Handed in, and a finding waits for the head."""

    HANDED_IN = "handed-in"
    RETURNED = "returned"
    APPROVED = "approved"


@dataclass(frozen=True)
class ReportRow:
    """A report in a list."""

    report: Report
    title: str
    state: ReportState
    late: bool
    """Handed in after the last day, or not yet and that day has passed."""


def state_of(report: Report) -> ReportState:
    """By the case where there is one."""
    if report.approved_at:
        return ReportState.APPROVED
    if report.case is None:
        return ReportState.BEGUN if report.draft_id else ReportState.WAITING
    if report.case.state == CaseState.RETURNED:
        return ReportState.RETURNED
    return ReportState.HANDED_IN if report.case.state == CaseState.PROPOSED else ReportState.CHECKING


def is_late(report: Report, today: date | None = None) -> bool:
    """Counted to the day on which it was first handed in."""
    at = report.handed_in_at
    day = at.astimezone(clock.JAPAN).date() if at else today or clock.today()
    return day > report.round.due_on


def title_of(report: Report, policy: Policy, reading: str = "ja") -> str:
    """The measure, or the municipality."""
    if report.measure:
        measure = policy.by_measure.get(report.measure)
        return (measure.titles.get(reading) or measure.titles["ja"]) if measure else report.measure
    return names_of_places(reading).get(report.municipality_code, report.municipality_code)


def names_of_places(reading: str) -> dict[str, str]:
    """Municipalities by code."""
    return {row.code: row.name_en if reading == "en" and row.name_en else row.name for row in municipalities()}


def rows_of(reports: Sequence[Report], policy: Policy, reading: str = "ja") -> list[ReportRow]:
    """For a list, with one look-up of names for all."""
    places = names_of_places(reading)
    return [
        ReportRow(
            report,
            places.get(report.municipality_code, report.municipality_code)
            if report.municipality_code
            else title_of(report, policy, reading),
            state_of(report),
            is_late(report),
        )
        for report in reports
    ]


def answers_of(report: Report) -> Mapping[str, Any]:
    """What was handed in last; nothing before."""
    if report.case is None:
        return {}
    newest = report.case.submissions.order_by("-number").first()
    return newest.answers if newest else {}


def figure_said(report: Report, indicator: str) -> Decimal | None:
    """What was handed in last for an indicator, in the places of the form that asked; None where it was not asked."""
    if report.case is None:
        return None
    asked = question_of(indicator)
    question, parts = form_of_version(report.case.pack_version_id).question(asked), answers_of(report).get(asked)
    if question is None or question.type != "decimal" or type(parts) is not int:
        return None
    return exact_value(question, parts)


def last_words(report: Report) -> Mapping[str, Any]:
    """What was approved for the same measure or municipality a year before."""
    before = (
        Report.objects.filter(
            round__policy=report.round.policy,
            round__year__lt=report.round.year,
            measure=report.measure,
            municipality_code=report.municipality_code,
            approved_at__isnull=False,
        )
        .select_related("case")
        .order_by("-round__year")
        .first()
    )
    return answers_of(before) if before else {}


def effects(policy_id: str, year: int | None = None) -> dict[str, Texts]:
    """Why it went so, by measure, as everybody may read it: of the newest published round, or of ``year``.

    Of reports alone that were approved by then. A text without a language of its own is the Japanese one.
    """
    rounds = Round.objects.filter(policy=policy_id, published_at__isnull=False).order_by("-year")
    chosen = rounds.filter(year=year).first() if year else rounds.first()
    if chosen is None:
        return {}
    reports = chosen.reports.filter(approved_at__lte=chosen.published_at, municipality_code="").select_related("case")
    answers = {report.measure: answers_of(report) for report in reports}
    return {measure: _effect(given) for measure, given in answers.items() if given.get("effect")}


def _effect(answers: Mapping[str, Any]) -> Texts:
    text = str(answers["effect"])
    return {"ja": text, **{other: str(answers.get(f"effect_{other}") or text) for other in ("easy", "en")}}
