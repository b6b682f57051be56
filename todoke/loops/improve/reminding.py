"""Who is reminded of a report, and when: some days before it is due, and when it is late."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from todoke.kernel import clock
from todoke.loops.apply.types import CaseState
from todoke.loops.improve.desks import reporters
from todoke.loops.improve.models import Report
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.queries.reports import title_of
from todoke.loops.improve.staff_mail import tell_officers

BEFORE = (3, 14)
"""Days before the last, the nearest first."""


def stage_of(due_on: date, today: date) -> str:
    """``late``, ``3``, ``14``, or '' while there is time; a day on which nobody could be told is made up for."""
    left = (due_on - today).days
    if left < 0:
        return "late"
    return next((str(days) for days in BEFORE if left <= days), "")


def remind() -> int:
    """Mail those whose report is not handed in, once for each stage; how many were told."""
    told = 0
    for report, stage in _waiting(clock.today()):
        policy, due = policy_named(report.round.policy), report.round.due_on
        words = {"title": title_of(report, policy), "day": f"{due.month}月{due.day}日"}
        if stage == "late":
            subject, body = (
                _("実績報告の締切を過ぎています"),
                _("「{title}」の実績報告は、{day}が締切でした。いまからでも出せます。"),
            )
        else:
            subject, body = (
                _("実績報告の締切が近づいています"),
                _("「{title}」の実績報告を、{day}までに出してください。"),
            )
        told += tell_officers(
            reporters(report, policy),
            key=f"report:{report.pk}:{due:%m%d}:{stage}",
            report=report,
            subject=subject,
            body=body.format(**words),
        )
    return told


def _waiting(today: date) -> Iterator[tuple[Report, str]]:
    rows = Report.objects.filter(round__published_at=None, round__opens_on__lte=today)
    rows = rows.filter(Q(case=None) | Q(case__state=CaseState.RETURNED)).select_related("round", "office__parent")
    for report in rows.order_by("pk"):
        if stage := stage_of(report.round.due_on, today):
            yield report, stage
