"""Reports: forms of the case engine, handed in by an office and approved by its head."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from todoke.capabilities.forms.actions import begin_draft
from todoke.capabilities.forms.models import Draft
from todoke.capabilities.forms.questions.texts import exact_value
from todoke.kernel import audit, clock
from todoke.kernel.calendar import open_day_from
from todoke.kernel.errors import NotFoundError
from todoke.kernel.events import listen
from todoke.loops.apply.actions.decision import approve_decision, propose_decision, send_back
from todoke.loops.apply.actions.review import ask_corrections, dismiss_finding
from todoke.loops.apply.actions.submission import begin_correction, submit_draft
from todoke.loops.apply.errors import CaseChangedError, OwnProposalError, ReasonsMissingError, WrongStateError
from todoke.loops.apply.findings import blocking_findings
from todoke.loops.apply.models import Case, Decision
from todoke.loops.apply.packs import form_of_version
from todoke.loops.apply.queries import may_approve
from todoke.loops.apply.types import CaseState
from todoke.loops.improve.actions.figures import is_unlikely, record_figure
from todoke.loops.improve.actions.rounds import known_of
from todoke.loops.improve.desks import reporters
from todoke.loops.improve.errors import (
    ExplanationMissingError,
    NotReportersError,
    ReportTakenBackError,
    UnlikelyFigureError,
)
from todoke.loops.improve.models import Report
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.queries.reports import figure_said
from todoke.loops.improve.report_packs import (
    APPROVED,
    asked_of,
    asked_of_municipalities,
    explanation_of,
    parts_of,
    question_of,
)
from todoke.loops.improve.staff_mail import tell_officers
from todoke.loops.improve.types import Indicator, Origin, Policy
from todoke.registry.catalogue.queries import office_version, pack_of
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import principal

CORRECTION_DAYS = 14


@transaction.atomic
def begin_report(*, report: Report, officer: Officer) -> Draft:
    """The form to fill in: begun with the figures that are known, or found again, also by a colleague.

    Of one that was sent back, a form that holds what was handed in. Raises NotReportersError, ReportTakenBackError
    where it is handed in and not sent back, NotFoundError where its form is not in force.
    """
    row = _locked(report, officer)
    if row.case:
        if row.case.state != CaseState.RETURNED:
            raise ReportTakenBackError
        draft, _secret = begin_correction(case=row.case)
    elif row.draft:
        return row.draft
    else:
        version = office_version(row.pack)
        if version is None:
            raise NotFoundError
        # Nobody is told the secret: the way to it is the report.
        draft, _secret = begin_draft(version=version, resident=None, answers=_known_answers(row))
    if row.draft_id != draft.pk:
        row.draft = draft
        row.save(update_fields=["draft"])
    return draft


def _known_answers(report: Report) -> dict[str, Any]:
    """The figures that somebody entered already for the end of the year."""
    policy = policy_named(report.round.policy)
    known = (
        (one, known_of(policy, one, report.round.year, report.municipality_code)) for one in _asked(report, policy)
    )
    return {question_of(one.id): parts_of(one, was.counted) for one, was in known if was.counted is not None}


def _asked(report: Report, policy: Policy) -> list[Indicator]:
    return asked_of_municipalities(policy) if report.municipality_code else asked_of(policy, report.measure)


def _locked(report: Report, officer: Officer | None = None) -> Report:
    """The report, locked for this transaction. Raises NotReportersError where ``officer`` has no part in it."""
    row = (
        Report.objects.select_for_update(of=("self",))
        .select_related("round", "office__parent", "case", "draft")
        .get(pk=report.pk)
    )
    if officer and not reporters(row, policy_named(row.round.policy)).filter(pk=officer.pk).exists():
        raise NotReportersError
    return row


@transaction.atomic
def hand_in_report(*, report: Report, officer: Officer) -> Report:
    """Hand it in, and propose it for approval, unless a finding waits for the head. After the deadline it is taken too.

    A second press, also of a colleague, changes nothing. Raises NotReportersError, NotFoundError where nothing was
    begun, AnswersIncompleteError, and ExplanationMissingError for a municipality's figure that is far from the last.
    """
    row = _locked(report, officer)
    if row.case and row.case.state != CaseState.RETURNED:
        return row
    if row.draft is None:
        raise NotFoundError
    if row.municipality_code:
        _ask_for_explanation(row, row.draft)
    submitted = submit_draft(draft=row.draft, language="ja", officer=officer)
    case = Case.objects.get(pk=submitted.pk)
    row.case, row.handed_in_by = case, officer
    row.handed_in_at = row.handed_in_at or clock.now()
    row.save(update_fields=["case", "handed_in_by", "handed_in_at"])
    _record(officer, "report.handed-in", row, late=clock.today() > row.round.due_on)
    _propose(row, case)
    return row


def _ask_for_explanation(report: Report, draft: Draft) -> None:
    """One form serves all municipalities, so that its own rules know nothing of the last figures."""
    policy, form = policy_named(report.round.policy), form_of_version(draft.pack_version_id)
    if str(draft.answers.get("explanation", "")).strip():
        return
    for indicator in asked_of_municipalities(policy):
        question, value = form.question(question_of(indicator.id)), draft.answers.get(question_of(indicator.id))
        if question is None or type(value) is not int:
            continue
        known = known_of(policy, indicator, report.round.year, report.municipality_code)
        if is_unlikely(exact_value(question, value), known.before):
            raise ExplanationMissingError


def _propose(report: Report, case: Case) -> None:
    """What was handed in is the proposal of who did so, once nothing stands in its way."""
    assert report.handed_in_by  # noqa: S101 - it was handed in
    if not blocking_findings(case):
        officer, revision = report.handed_in_by, case.revision
        propose_decision(case=case, officer=officer, outcome=APPROVED, reasons="", revision=revision)
        case.refresh_from_db()
    report.case = case


def _require_head(report: Report, officer: Officer) -> Case:
    """Raises NotFoundError where nothing was handed in, NotReportersError for who does not approve here."""
    if report.case is None:
        raise NotFoundError
    if not may_approve(officer, report.case):
        raise NotReportersError
    if report.handed_in_by_id == officer.pk:
        raise OwnProposalError
    return report.case


@transaction.atomic
def accept_figure(*, report: Report, officer: Officer, check_id: str, reason: str, revision: int) -> Report:
    """The head finds an unlikely figure right, and says why; with the last one the report is proposed.

    Raises NotReportersError, OwnProposalError for who handed it in, TextMissingError, CaseChangedError.
    """
    row = _locked(report)
    case = dismiss_finding(
        case=_require_head(row, officer), officer=officer, check_id=check_id, reason=reason, revision=revision
    )
    _propose(row, case)
    return row


@transaction.atomic
def approve_report(*, report: Report, officer: Officer, revision: int) -> Decision:
    """The head approves: its figures are recorded in the same transaction.

    Raises NotReportersError, OwnProposalError, CaseChangedError, WrongStateError.
    """
    row = _locked(report)
    return approve_decision(case=_require_head(row, officer), officer=officer, ticks=(), revision=revision)


@transaction.atomic
def return_report(*, report: Report, officer: Officer, reason: str, revision: int) -> None:
    """The head gives it back, with the reason; also where findings keep it from being proposed.

    Raises NotReportersError, OwnProposalError, ReasonsMissingError, CaseChangedError, WrongStateError.
    """
    row = _locked(report)
    case = _require_head(row, officer)
    if not reason.strip():
        raise ReasonsMissingError
    if case.revision != revision:
        raise CaseChangedError
    if case.state == CaseState.PROPOSED:
        send_back(case=case, officer=officer, reason=reason, revision=revision)
    elif case.state in {CaseState.DECIDED, CaseState.WITHDRAWN, CaseState.RETURNED}:
        raise WrongStateError
    else:
        _ask_again(row, case, officer, reason.strip(), revision)


@listen("case-sent-back")
def _sent_back(case: Case, officer: Officer, reason: str) -> None:
    report = _report_of(case)
    if report:
        _ask_again(report, case, officer, reason, case.revision)


def _ask_again(report: Report, case: Case, officer: Officer, reason: str, revision: int) -> None:
    """Every answer can be put right; who fills it in is told."""
    form = form_of_version(case.pack_version_id)
    ask_corrections(
        case=case,
        officer=officer,
        questions=[one.id for one in form.questions() if one.type not in {"heading", "statement"}],
        text=reason,
        due_on=open_day_from(clock.today() + timedelta(days=CORRECTION_DAYS)),
        revision=revision,
    )
    policy = policy_named(report.round.policy)
    tell_officers(
        reporters(report, policy),
        key=f"report:{report.pk}:returned:{case.revision}",
        report=report,
        subject=_("実績報告が差し戻されました"),
        body=_("理由：{reason}").format(reason=reason),
    )


def _report_of(case: Case) -> Report | None:
    if not pack_of(case.pack_version_id).is_internal:
        return None
    rows = Report.objects.select_for_update(of=("self",)).select_related("round", "office__parent", "handed_in_by")
    return rows.filter(case=case).first()


@listen("case-decided")
def _approved(case: Case, decision: Decision) -> None:
    report = _report_of(case)
    if report is None:
        return
    if decision.proposal.answered_by_id == report.handed_in_by_id:
        # The case engine knows who proposed, and that may be a colleague.
        raise OwnProposalError
    _record_figures(report, case)
    report.approved_at = decision.decided_at
    report.save(update_fields=["approved_at"])


def _record_figures(report: Report, case: Case) -> None:
    policy = policy_named(report.round.policy)
    answers = case.submissions.order_by("-number")[0].answers
    by = report.handed_in_by
    for indicator in _asked(report, policy):
        value = figure_said(report, indicator.id)
        if value is None:
            continue
        why = str(answers.get(explanation_of(indicator.id), ""))
        # The head has approved it: that it is unlike what others entered meanwhile is not asked again.
        for note in (why, answers.get("explanation") or _("決裁者が確かめて承認した数値")):
            with suppress(UnlikelyFigureError):
                record_figure(
                    policy=policy,
                    indicator=indicator.id,
                    on=end_of_fiscal_year(report.round.year),
                    value=value,
                    municipality=report.municipality_code,
                    origin=Origin.REPORT,
                    detail=case.receipt_number,
                    by=principal(by) if by else audit.SYSTEM,
                    by_name=by.name if by else "",
                    note=note,
                )
                break


def _record(officer: Officer, action: str, report: Report, **detail: object) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"report:{report.pk}",
        organisation_id=report.office_id,
        **detail,
    )
