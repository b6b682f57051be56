"""The prefecture's policy, and a past for its indicators; figures that are not of the policy's text are made up."""

import csv
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from todoke.capabilities.forms.actions import save_answers
from todoke.kernel import audit, clock
from todoke.kernel.calendar import fiscal_year
from todoke.loops.improve.actions.evaluations import evaluate, publish_evaluation
from todoke.loops.improve.actions.imports import FigureRow, import_figures
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.actions.reports import approve_report, begin_report, hand_in_report
from todoke.loops.improve.actions.rounds import open_round
from todoke.loops.improve.errors import NothingToReleaseError
from todoke.loops.improve.models import Figure, Report, Round
from todoke.loops.improve.policies import load_policies
from todoke.loops.improve.types import Policy
from todoke.registry.catalogue.loader import read_yaml
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.queries import office_for
from todoke.registry.organisations.types import Role

PAST, REPORTS = "demonstration/figures.csv", "demonstration/reports.yaml"


def load_policy() -> Policy:
    """Publish the newest policy; its past figures are imported and released once."""
    policies = load_policies(settings.POLICIES)
    for one in policies.values():
        publish_policy(policy=one, actor=audit.SYSTEM)
    policy = max(policies.values(), key=lambda one: one.begins)
    if not Figure.objects.filter(policy=policy.id).exists():
        import_figures(
            policy=policy, rows=_past(policy), file="見本の数値", by=audit.SYSTEM, note="見本として作った数値"
        )
    with suppress(NothingToReleaseError):
        release_figures(policy=policy)
    return policy


def load_round(policy: Policy) -> None:
    """The round of the year that was last over: reported, approved, evaluated and published, once."""
    year = fiscal_year(clock.today()) - 1
    if year < fiscal_year(policy.begins) or Round.objects.filter(policy=policy.id, year=year).exists():
        return
    words = {report["measure"]: report for report in read_yaml(_folder(policy) / REPORTS)[0]["reports"]}
    today = clock.today()
    planner = _officer(policy.owner, Role.OFFICER)
    made = open_round(
        policy=policy,
        year=year,
        opens_on=date(year + 1, 4, 13),
        due_on=today,
        meeting_on=today,
        publishes_on=today,
        officer=planner,
    )
    for report in made.reports.filter(measure__in=words).select_related("round", "office"):
        _report(report, words[report.measure])
    evaluate(of=made, officer=planner)
    publish_evaluation(of=made, officer=planner)


def _report(report: Report, words: Mapping[str, Mapping[str, str]]) -> None:
    """Handed in by an officer, approved by the head."""
    officer, head = (_officer(report.office.function, role) for role in (Role.OFFICER, Role.APPROVER))
    effect = words["effect"]
    answers = {
        "done": words["done"]["ja"],
        "effect": effect["ja"],
        "effect_easy": effect["easy"],
        "effect_en": effect["en"],
        "next": words["next"]["ja"],
    }
    save_answers(draft=begin_report(report=report, officer=officer), answers=answers, revision=None)
    handed_in = hand_in_report(report=report, officer=officer)
    assert handed_in.case  # noqa: S101 - it was handed in
    approve_report(report=handed_in, officer=head, revision=handed_in.case.revision)


def _officer(function: str, role: Role) -> Officer:
    office = office_for(function, "")
    return Officer.objects.filter(memberships__organisation=office, memberships__role=role).order_by("pk")[0]


def _folder(policy: Policy) -> Path:
    folder: Path = settings.POLICIES / policy.id
    return folder


def _past(policy: Policy) -> list[FigureRow]:
    path = _folder(policy) / PAST
    with path.open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        return [
            FigureRow(
                reader.line_num,
                row["indicator"],
                date.fromisoformat(row["on"]),
                row["municipality"],
                Decimal(row["value"]),
            )
            for row in reader
        ]
