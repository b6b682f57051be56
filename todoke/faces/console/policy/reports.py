"""A report as it is read, and what its head does with it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.policy.desk import LONG, PolicyRequest, page, policy_desk, whole_number
from todoke.faces.console.typed import typed
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.apply.access import note_look
from todoke.loops.apply.findings import findings_of
from todoke.loops.apply.presentation import answered_pages, changes_of
from todoke.loops.apply.queries import may_approve
from todoke.loops.improve.actions.reports import accept_figure, approve_report, begin_report, return_report
from todoke.loops.improve.desks import reporters
from todoke.loops.improve.models import Report
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.reports import ReportState, figure_said, is_late, state_of, title_of
from todoke.loops.improve.queries.rounds import standings_of_year
from todoke.loops.improve.standing import Standing, expected_value, standing
from todoke.loops.improve.types import Indicator, Origin
from todoke.registry.catalogue.types import in_language

TO_WRITE = frozenset({ReportState.WAITING, ReportState.BEGUN, ReportState.RETURNED})


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator in a report: where it began, where it should be, where it is, and where that comes from."""

    indicator: Indicator
    title: str
    unit: str
    baseline: str
    target: str
    result: str
    standing: Standing
    automatic: bool
    said_only: bool
    """The report says so, and nobody has approved it yet."""

    @property
    def length(self) -> int:
        """Of the bar, of 1,000: percent of the way that is done."""
        return int(max(Decimal(0), min(self.standing.done, Decimal(100))) * 10)

    @property
    def mark(self) -> int:
        """Where the bar should be by now, of 1,000."""
        return int(max(Decimal(0), min(self.standing.expected, Decimal(100))) * 10)


def report_for(request: PolicyRequest, report_id: int) -> Report:
    """One that the officer fills in, approves or plans, or any that is approved. Raises NotFoundError for others."""
    rows = Report.objects.select_related("round", "office__parent", "case", "draft", "handed_in_by")
    found = rows.filter(pk=report_id, round__policy=request.policy.id).first()
    if found is None or not (found.approved_at or request.plans or fills_in(request, found) or heads(request, found)):
        raise NotFoundError
    return found


def fills_in(request: PolicyRequest, report: Report) -> bool:
    """Whether the officer is one of those who write it."""
    return reporters(report, request.policy).filter(pk=request.officer.pk).exists()


def heads(request: PolicyRequest, report: Report) -> bool:
    """Whether the officer approves it, once it is there."""
    return request.officer.memberships.filter(organisation=report.office_id, role="approver").exists()


def indicator_rows(request: PolicyRequest, report: Report) -> list[IndicatorRow]:
    """Of the measure, with what the report says where nothing is approved yet."""
    if not report.measure:
        return []
    reading, year = ("en" if request.reading == "en" else "ja"), report.round.year
    known = standings_of_year(request.policy, year)
    rows = []
    for one in request.policy.indicators_of(report.measure):
        now, said = known[one.id], figure_said(report, one.id)
        said_only = said is not None and report.approved_at is None
        if said_only:
            now = standing(one, said, end_of_fiscal_year(year))
        rows.append(
            IndicatorRow(
                indicator=one,
                title=in_language(one.titles, reading),
                unit=in_language(one.unit, reading),
                baseline=number(one, one.baseline.value),
                target=number(one, expected_value(one.path, end_of_fiscal_year(year))),
                result=number(one, now.value) if now.value is not None else "",
                standing=now,
                automatic=one.source.origin is not Origin.REPORT,
                said_only=said_only,
            )
        )
    return rows


def number(indicator: Indicator, value: Decimal) -> str:
    """With as many places as the indicator has."""
    return f"{value:,.{indicator.decimals}f}"


@require_safe
@policy_desk
def report(request: PolicyRequest, report_id: int) -> HttpResponse:
    """What was handed in, what the checks say of it, and what is to be done."""
    return shown(request, report_for(request, report_id))


def shown(request: PolicyRequest, report: Report, *, error: str = "", status: int = 200) -> HttpResponse:
    """The page; reading a case leaves its line in the trail."""
    state, case = state_of(report), report.case
    reading = "en" if request.reading == "en" else "ja"
    measure = request.policy.by_measure.get(report.measure)
    context: dict[str, Any] = {
        "report": report,
        "title": title_of(report, request.policy, reading),
        "measure": measure,
        "state": state,
        "is_late": is_late(report),
        "may_write": state in TO_WRITE and fills_in(request, report),
        "indicators": indicator_rows(request, report),
        "case": case,
    }
    if case:
        note_look(case=case, officer=request.officer)
        submissions = list(case.submissions.order_by("number"))
        findings = findings_of(case)
        context |= {
            "pages": answered_pages(submissions[-1], findings),
            "blocking": [f for f in findings if f.raised and f.weight == "must" and f.dismissed is None],
            "changes": changes_of(submissions),
            "events": case.events.order_by("-id"),
            "requests": case.correction_requests.filter(answered_at=None)[:1],
            "may_approve": may_approve(request.officer, case),
            "own": report.handed_in_by_id == request.officer.pk,
        }
    return page(request, "report.html", context, error=error, status=status)


def _done(request: PolicyRequest, report: Report, deed: Callable[[], object]) -> HttpResponse:
    """Do it and show the report; when it is refused, the page says why."""
    try:
        deed()
    except TodokeError as refused:
        return shown(request, report_for(request, report.pk), error=refused.message, status=refused.status)
    return redirect("console:policy-report", report_id=report.pk)


def _revision(request: PolicyRequest) -> int:
    return whole_number(request.POST.get("revision", ""))


@require_POST
@policy_desk
def begin(request: PolicyRequest, report_id: int) -> HttpResponse:
    """To the form."""
    found = report_for(request, report_id)
    try:
        begin_report(report=found, officer=request.officer)
    except TodokeError as refused:
        return shown(request, found, error=refused.message, status=refused.status)
    return redirect("console:policy-report-write", report_id=report_id)


@require_POST
@policy_desk
def accept(request: PolicyRequest, report_id: int) -> HttpResponse:
    """An unlikely figure is right."""
    found = report_for(request, report_id)
    return _done(
        request,
        found,
        lambda: accept_figure(
            report=found,
            officer=request.officer,
            check_id=typed(request.POST, "check", 80),
            reason=typed(request.POST, "reason", 2000),
            revision=_revision(request),
        ),
    )


@require_POST
@policy_desk
def approve(request: PolicyRequest, report_id: int) -> HttpResponse:
    """The head approves."""
    found = report_for(request, report_id)
    return _done(
        request, found, lambda: approve_report(report=found, officer=request.officer, revision=_revision(request))
    )


@require_POST
@policy_desk
def back(request: PolicyRequest, report_id: int) -> HttpResponse:
    """The head gives it back."""
    found, reason = report_for(request, report_id), typed(request.POST, "reason", LONG)
    return _done(
        request,
        found,
        lambda: return_report(report=found, officer=request.officer, reason=reason, revision=_revision(request)),
    )
