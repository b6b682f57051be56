"""Where the round is, what waits for whom, and all reports."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.policy.desk import PolicyRequest, day, page, paper_desk, policy_desk, round_of, whole_number
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.apply.types import CaseState
from todoke.loops.improve.actions.rounds import move_round, open_round
from todoke.loops.improve.desks import reports_of
from todoke.loops.improve.models import Report, Round
from todoke.loops.improve.queries.reports import ReportRow, ReportState, rows_of
from todoke.loops.improve.queries.rounds import next_year
from todoke.registry.organisations.types import Role

WEEKS = {"due_on": 6, "meeting_on": 10, "publishes_on": 14}
"""How long after the opening, where nothing else is said."""


@require_safe
@paper_desk
def overview(request: PolicyRequest) -> HttpResponse:
    """Of the newest round, or of ``?year=``; who counts paper and no more goes there."""
    return _shown(request) if request.concerned else redirect("console:policy-paper")


def _shown(request: PolicyRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    rounds = Round.objects.filter(policy=request.policy.id).order_by("-year")
    year = whole_number(request.GET.get("year", ""))
    chosen = rounds.filter(year=year).first() if year >= 0 else rounds.first()
    if year >= 0 and chosen is None:
        raise NotFoundError
    today, reading = clock.today(), request.reading
    reports = _reports(chosen)
    rows = rows_of(reports, request.policy, reading)
    mine = set(reports_of(request.officer, request.policy).values_list("pk", flat=True))
    seen = rows if request.plans else [row for row in rows if row.report.pk in mine | _approving(request)]
    both = len({bool(row.report.measure) for row in seen}) > 1
    municipal = both and request.GET.get("of") == "municipalities"
    if both:
        seen = [row for row in seen if bool(row.report.measure) is not municipal]
    state, late = request.GET.get("state", ""), request.GET.get("late") == "1"
    counts = Counter(row.state for row in seen)
    context = {
        "round": chosen,
        "steps": _steps(chosen) if chosen else [],
        "waiting": _waiting(request, rows, mine) if chosen and not chosen.published_at else [],
        "rows": [row for row in seen if state in {"", row.state} and (row.late or not late)],
        "counts": [(one, counts[one]) for one in ReportState],
        "late_count": sum(row.late and row.state is not ReportState.APPROVED for row in seen),
        "all_count": len(seen),
        "both": both,
        "municipal": municipal,
        "state": state,
        "late": late,
        "next_year": next_year(request.policy, today) if request.plans else None,
        "days": {name: today + timedelta(weeks=weeks) for name, weeks in WEEKS.items()},
        "today": today,
    }
    return page(request, "overview.html", context, error=error, status=status)


def _reports(chosen: Round | None) -> Sequence[Report]:
    if chosen is None:
        return []
    rows = chosen.reports.select_related("round", "office__parent", "case", "draft", "handed_in_by")
    return list(rows.order_by("municipality_code", "pk"))


def _approving(request: PolicyRequest) -> set[int]:
    """Reports whose office the officer is the head of."""
    heads = request.officer.memberships.filter(role=Role.APPROVER).values("organisation")
    return set(Report.objects.filter(office__in=heads).values_list("pk", flat=True))


def _waiting(request: PolicyRequest, rows: Sequence[ReportRow], mine: set[int]) -> list[ReportRow]:
    """What the officer can do something about now: to write, to put right, to approve."""
    heads = _approving(request)
    to_write = {ReportState.WAITING, ReportState.BEGUN, ReportState.RETURNED}
    to_approve = {ReportState.HANDED_IN, ReportState.CHECKING}
    return [
        row
        for row in rows
        if (row.report.pk in mine and row.state in to_write)
        or (row.report.pk in heads and row.state in to_approve and row.report.handed_in_by_id != request.officer.pk)
    ]


def _steps(chosen: Round) -> list[dict[str, Any]]:
    """The round's way: which part is done, which runs, which is to come."""
    handed_in = not chosen.reports.filter(Q(case=None) | Q(case__state=CaseState.RETURNED)).exists()
    met = chosen.meetings.filter(on__lte=clock.today()).exclude(decisions=[]).exists()
    done = [True, handed_in, chosen.evaluated_at is not None, met, chosen.published_at is not None]
    names = ["opens", "due", "evaluate", "meeting", "publish"]
    days = [chosen.opens_on, chosen.due_on, None, chosen.meeting_on, chosen.publishes_on]
    now = done.index(False) if False in done else len(done)
    return [
        {"name": name, "on": on, "status": "done" if is_done else "now" if number == now else "ahead"}
        for number, (name, on, is_done) in enumerate(zip(names, days, done, strict=True))
    ]


@require_POST
@policy_desk
def open_year(request: PolicyRequest) -> HttpResponse:
    """Begin a round."""
    try:
        open_round(
            policy=request.policy,
            year=whole_number(request.POST.get("year", "")),
            opens_on=clock.today(),
            due_on=day(request, "due_on"),
            meeting_on=day(request, "meeting_on"),
            publishes_on=day(request, "publishes_on"),
            officer=request.officer,
        )
    except TodokeError as refused:
        return _shown(request, error=refused.message, status=refused.status)
    return redirect("console:policy")


@require_POST
@policy_desk
def move(request: PolicyRequest, round_id: int) -> HttpResponse:
    """Set other days."""
    try:
        move_round(
            of=round_of(request, round_id),
            due_on=day(request, "due_on"),
            meeting_on=day(request, "meeting_on"),
            publishes_on=day(request, "publishes_on"),
            officer=request.officer,
        )
    except NotFoundError:
        raise
    except TodokeError as refused:
        return _shown(request, error=refused.message, status=refused.status)
    return redirect("console:policy")
