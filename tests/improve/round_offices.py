"""The offices of a yearly round over the small policy, and the way from a form to an approved report."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from tests.improve.conftest import Town
from todoke.capabilities.forms.actions import save_answers
from todoke.kernel import clock
from todoke.loops.apply.models import Case
from todoke.loops.improve.actions.reports import approve_report, begin_report, hand_in_report
from todoke.loops.improve.actions.rounds import open_round
from todoke.loops.improve.models import Report, Round
from todoke.loops.improve.types import Policy
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role

YEAR = 2025
LAST_DAY = date(2026, 3, 31)


@dataclass
class Prefecture:
    """The offices of a round, and who works in them."""

    policy: Policy
    digital: Organisation
    planner: Officer
    head: Officer
    colleague: Officer
    municipal: Officer
    municipal_head: Officer

    def open(self, **changed: Any) -> Round:
        days = {"opens_on": clock.today(), "due_on": clock.today() + timedelta(days=30)}
        days |= {"meeting_on": clock.today() + timedelta(days=60), "publishes_on": clock.today() + timedelta(days=90)}
        given = {"policy": self.policy, "year": YEAR, "officer": self.planner, **days, **changed}
        return open_round(**given)

    def report(self, measure: str = "open-data") -> Report:
        return Report.objects.get(measure=measure)

    def filled_in(self, report: Report, officer: Officer | None = None, **changed: Any) -> Report:
        draft = begin_report(report=report, officer=officer or self.planner)
        answers = {"done": "作りました。", "effect": "使われました。", "next": "続けます。", **changed}
        save_answers(draft=draft, answers=answers, revision=None)
        report.refresh_from_db()
        return report

    def handed_in(self, report: Report, **changed: Any) -> Report:
        return hand_in_report(report=self.filled_in(report, **changed), officer=self.planner)

    def approved(self, report: Report, **changed: Any) -> Report:
        row = self.handed_in(report, **changed)
        approve_report(report=row, officer=self.head, revision=revision_of(row))
        row.refresh_from_db()
        return row


def revision_of(report: Report) -> int:
    return Case.objects.get(report=report).revision


def officer(login: str, organisation: Organisation, *roles: Role) -> Officer:
    made = Officer.objects.create(login=login, name=f"見本 {login}", email=f"{login}@example.jp")
    for role in roles:
        Membership.objects.create(officer=made, organisation=organisation, role=role)
    return made


@pytest.fixture
def prefecture(town: Town, policy: Policy) -> Prefecture:
    top = Organisation.objects.get(code="04")
    offices = {
        function: Organisation.objects.create(
            code=f"04-{function}", kind=OrganisationKind.OFFICE, function=function, parent=top, name=name, name_en=name
        )
        for function, name in (("digital", "デジタル課"), ("municipalities", "市町村課"))
    }
    return Prefecture(
        policy=policy,
        digital=offices["digital"],
        planner=officer("planner", offices["digital"], Role.OFFICER),
        head=officer("head", offices["digital"], Role.APPROVER),
        colleague=officer("colleague", offices["digital"], Role.OFFICER),
        municipal=officer("municipal", offices["municipalities"], Role.OFFICER),
        municipal_head=officer("municipal-head", offices["municipalities"], Role.APPROVER),
    )
