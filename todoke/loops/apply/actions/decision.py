"""Deciding by two officers: one proposes (起案), another approves (決裁)."""

from collections.abc import Collection

from django.db import transaction

from todoke.kernel import clock, events
from todoke.kernel.calendar import open_day_from
from todoke.loops.apply.actions.case import Actor, locked, saved
from todoke.loops.apply.errors import (
    OpenFindingsError,
    OwnProposalError,
    ReasonsMissingError,
    TicksMissingError,
    WrongStateError,
)
from todoke.loops.apply.findings import blocking_findings
from todoke.loops.apply.letters import letter_for
from todoke.loops.apply.models import Case, Decision, Proposal
from todoke.loops.apply.notices import tell_applicant
from todoke.loops.apply.queries import correction_expired
from todoke.loops.apply.types import WORKABLE_STATES, CaseState, EventKind
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Outcome
from todoke.registry.organisations.models import Officer
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.types import Source

TICKS = frozenset({"changes", "reasons", "letter"})
"""What an approver of an adverse decision says to have read."""


@transaction.atomic
def propose_decision(*, case: Case, officer: Officer, outcome: str, reasons: str, revision: int) -> Proposal:
    """Propose an outcome of the pack, with the reasons that the letter gives (行政手続法8条).

    Raises OpenFindingsError while a finding of weight 要確認 stands, ReasonsMissingError where the outcome is
    adverse and no reasons are given, KeyError for an outcome that the pack does not have. A case that waits for a
    correction can be decided once the day set for it has passed (行政手続法7条).
    """
    row = locked(case, revision, *WORKABLE_STATES, CaseState.RETURNED)
    if row.state == CaseState.RETURNED:
        if not correction_expired(row):
            raise WrongStateError
        row.due_on = open_day_from(row.due_on + (clock.today() - (row.stopped_on or clock.today())))
        row.stopped_on = None
    chosen = pack_of(row.pack_version_id).workflow.outcome(outcome)
    if blocking_findings(row):
        raise OpenFindingsError
    if not chosen.favourable and not reasons.strip():
        raise ReasonsMissingError
    proposal = Proposal.objects.create(
        case=row,
        outcome=outcome,
        reasons=reasons.strip(),
        letter=letter_for(row, chosen, reasons.strip()),
        proposed_by=officer,
        proposed_at=clock.now(),
    )
    row.assignee = row.assignee or officer
    row.state = CaseState.PROPOSED
    saved(row, EventKind.PROPOSED, Actor.officer(officer), outcome=outcome)
    return proposal


def _open_proposal(case: Case) -> Proposal:
    proposal = case.proposals.select_for_update().filter(state="open").first()
    if proposal is None:
        raise WrongStateError
    return proposal


@transaction.atomic
def approve_decision(*, case: Case, officer: Officer, ticks: Collection[str], revision: int) -> Decision:
    """Approve the open proposal: it becomes the decision, and the applicant is told in the same transaction.

    Raises OwnProposalError for who proposed it, TicksMissingError for an adverse one not wholly ticked.
    """
    row = locked(case, revision, CaseState.PROPOSED)
    proposal = _open_proposal(row)
    if proposal.proposed_by_id == officer.pk:
        raise OwnProposalError
    outcome = pack_of(row.pack_version_id).workflow.outcome(proposal.outcome)
    if not outcome.favourable and not set(ticks) >= TICKS:
        raise TicksMissingError
    now = clock.now()
    proposal.state, proposal.answered_by, proposal.answered_at = "approved", officer, now
    proposal.save()
    decision = Decision.objects.create(
        case=row,
        proposal=proposal,
        outcome=proposal.outcome,
        favourable=outcome.favourable,
        reasons=proposal.reasons,
        letter=proposal.letter,
        decided_at=now,
    )
    _learn(row, outcome)
    row.state, row.closed_at = CaseState.DECIDED, now
    saved(row, EventKind.DECIDED, Actor.officer(officer), outcome=proposal.outcome)
    tell_applicant(row, "decided")
    events.tell("case-decided", case=row, decision=decision)
    return decision


def _learn(case: Case, outcome: Outcome) -> None:
    """What the office found right is a fact of the office's from now on."""
    answers = case.submissions.order_by("-number")[0].answers
    found = {key: answers[question] for key, question in outcome.learns.items() if question in answers}
    if case.resident and found:
        learn_facts(resident=case.resident, said=found, detail=case.receipt_number, source=Source.OFFICE)


@transaction.atomic
def send_back(*, case: Case, officer: Officer, reason: str, revision: int) -> Case:
    """Give the proposal back to who made it, with the reason (差戻し). Tells ``case-sent-back``."""
    if not reason.strip():
        raise ReasonsMissingError
    row = locked(case, revision, CaseState.PROPOSED)
    proposal = _open_proposal(row)
    if proposal.proposed_by_id == officer.pk:
        raise OwnProposalError
    proposal.state, proposal.answered_by = "sent-back", officer
    proposal.answered_at, proposal.answer = clock.now(), reason.strip()
    proposal.save()
    row.state = CaseState.REVIEW
    saved(row, EventKind.SENT_BACK, Actor.officer(officer), reason.strip())
    events.tell("case-sent-back", case=row, officer=officer, reason=reason.strip())
    return row
