"""What an officer does with a case before the decision."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from todoke.kernel import clock
from todoke.loops.apply.actions.case import Actor, locked, saved
from todoke.loops.apply.errors import TextMissingError
from todoke.loops.apply.models import Case, CaseMessage, CorrectionRequest, DismissedFinding
from todoke.loops.apply.notices import tell_applicant
from todoke.loops.apply.types import OPEN_STATES, WORKABLE_STATES, CaseState, EventKind
from todoke.registry.organisations.models import Officer


@transaction.atomic
def assign_case(*, case: Case, officer: Officer, by: Officer, revision: int | None = None) -> Case:
    """Make ``officer`` the one who works on it; review begins with the first."""
    row = locked(case, revision, *OPEN_STATES)
    if row.assignee_id == officer.pk:
        return row
    row.assignee = officer
    if row.state == CaseState.RECEIVED:
        row.state = CaseState.REVIEW
    saved(row, EventKind.ASSIGNED, Actor.officer(by), officer.name)
    return row


def ask_correction(*, case: Case, officer: Officer, question: str, text: str, due_on: date, revision: int) -> Case:
    """Ask the applicant to put one answer right (補正, 行政手続法7条); the standard period stands still until then."""
    return ask_corrections(
        case=case, officer=officer, questions=[question], text=text, due_on=due_on, revision=revision
    )


@transaction.atomic
def ask_corrections(
    *, case: Case, officer: Officer, questions: Collection[str], text: str, due_on: date, revision: int
) -> Case:
    """Ask for several answers at once, with one word for all of them."""
    if not text.strip():
        raise TextMissingError
    row = locked(case, revision, *WORKABLE_STATES, CaseState.RETURNED)
    CorrectionRequest.objects.bulk_create(
        CorrectionRequest(
            case=row, question=question, text=text.strip(), due_on=due_on, asked_by=officer, asked_at=clock.now()
        )
        for question in questions
    )
    row.assignee = row.assignee or officer
    row.state = CaseState.RETURNED
    row.stopped_on = row.stopped_on or clock.today()
    saved(row, EventKind.RETURNED, Actor.officer(officer), text.strip(), question=",".join(questions))
    tell_applicant(row, "returned", text=text.strip(), due_on=due_on)
    return row


@transaction.atomic
def write_note(*, case: Case, officer: Officer, text: str) -> CaseMessage:
    """A note that stays inside the office."""
    if not text.strip():
        raise TextMissingError
    row = locked(case, None)
    note = CaseMessage.objects.create(
        case=row,
        from_office=True,
        internal=True,
        author=f"officer:{officer.pk}",
        author_name=officer.name,
        text=text.strip(),
        at=clock.now(),
    )
    saved(row, EventKind.NOTED, Actor.officer(officer))
    return note


@transaction.atomic
def dismiss_finding(*, case: Case, officer: Officer, check_id: str, reason: str, revision: int) -> Case:
    """Set a finding of the newest submission aside, with the reason that the approver reads."""
    if not reason.strip():
        raise TextMissingError
    row = locked(case, revision, *WORKABLE_STATES)
    newest = row.submissions.order_by("-number")[0]
    DismissedFinding.objects.get_or_create(
        submission=newest,
        check_id=check_id,
        defaults={"case": row, "reason": reason.strip(), "officer": officer, "at": clock.now()},
    )
    saved(row, EventKind.DISMISSED, Actor.officer(officer), reason.strip(), check=check_id)
    return row


@transaction.atomic
def write_to_applicant(*, case: Case, officer: Officer, text: str) -> CaseMessage:
    """A word from the office to the applicant."""
    if not text.strip():
        raise TextMissingError
    row = locked(case, None)
    message = CaseMessage.objects.create(
        case=row,
        from_office=True,
        author=f"officer:{officer.pk}",
        author_name=row.office.name,
        text=text.strip(),
        at=clock.now(),
    )
    saved(row, EventKind.ANSWERED, Actor.officer(officer))
    tell_applicant(row, "answered", text=text.strip())
    return message


@transaction.atomic
def write_to_office(*, case: Case, text: str) -> CaseMessage:
    """A word from the applicant to the office."""
    if not text.strip():
        raise TextMissingError
    row = locked(case, None)
    actor = Actor.applicant(row.resident, row.contact_name)
    message = CaseMessage.objects.create(
        case=row,
        from_office=False,
        author=actor.principal,
        author_name=actor.name,
        text=text.strip(),
        at=clock.now(),
    )
    saved(row, EventKind.ASKED, actor)
    return message


@transaction.atomic
def withdraw_case(*, case: Case, revision: int | None = None) -> Case:
    """The applicant takes it back; possible until it is decided. An open proposal falls away."""
    row = locked(case, revision, *OPEN_STATES)
    now = clock.now()
    row.proposals.filter(state="open").update(state="void", answered_at=now)
    row.state, row.stopped_on, row.closed_at = CaseState.WITHDRAWN, None, now
    saved(row, EventKind.WITHDRAWN, Actor.applicant(row.resident, row.contact_name))
    tell_applicant(row, "withdrawn")
    return row
