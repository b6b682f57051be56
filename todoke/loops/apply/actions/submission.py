"""Handing in: a draft becomes a case, or the correction of one."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction

from todoke.capabilities.forms.actions import close_draft
from todoke.capabilities.forms.answers import (
    Facts,
    answers_to_submit,
    facts_said,
    filled_in,
    shown_question_ids,
)
from todoke.capabilities.forms.models import Draft
from todoke.capabilities.forms.types import Form
from todoke.capabilities.forms.validation import form_errors, page_errors
from todoke.kernel import audit, clock, events, ids
from todoke.kernel.calendar import fiscal_year, open_day_from
from todoke.kernel.counters import next_number
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.apply.access import facts_for_service
from todoke.loops.apply.actions.case import Actor, locked, saved
from todoke.loops.apply.errors import AnswersIncompleteError, CaseChangedError
from todoke.loops.apply.models import Attachment, Case, Submission
from todoke.loops.apply.notices import tell_applicant
from todoke.loops.apply.office import deciding_office
from todoke.loops.apply.packs import form_of_version
from todoke.loops.apply.types import CaseState, EventKind
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.agency import acting
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Source


class NoOfficeError(TodokeError):
    """住んでいる市町村の窓口が、まだこの手続に対応していません。「困ったときは」の電話番号に相談してください。"""

    code = "no-office"
    status = 409


def facts_for(draft: Draft) -> Facts:
    """The facts that the draft's service may read, for its declared purposes; none without a resident."""
    if draft.resident is None:
        return {}
    return facts_for_service(pack_of(draft.pack_version_id), draft.resident)


@transaction.atomic
def submit_draft(
    *, draft: Draft, language: str, seen_requests: Collection[int] | None = None, officer: Officer | None = None
) -> Case:
    """Hand in a draft: it becomes a case, which its secret opens where it had one, or the correction of a case.

    A second call with the same draft gives the same case. ``seen_requests`` are the requests for correction that
    the applicant was shown. ``officer`` hands it in for an office.

    Raises AnswersIncompleteError when something is still to be put right, NoOfficeError when no office decides,
    CaseChangedError when the office asked for more meanwhile, NotFoundError when the draft was thrown away.
    """
    # The case before the draft, as everywhere: two transactions that lock in turn would wait for each other.
    case = Case.objects.select_for_update().get(receipt_number=draft.corrects) if draft.corrects else None
    row = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if row is None:
        raise NotFoundError
    known = Submission.objects.select_related("case").filter(draft_id=row.pk).first()
    if known:
        return known.case
    return _hand_in_correction(case, row, seen_requests, officer) if case else _hand_in(row, language, officer)


def _checked(draft: Draft, form: Form, facts: Facts, only: set[str] | None = None) -> dict[str, Any]:
    whole = filled_in(form, draft.answers, facts)
    uploads = set(draft.uploads.values_list("question", flat=True))
    if only is None:
        incomplete = bool(form_errors(form, whole, facts, uploads))
    else:
        incomplete = any(page_errors(page, whole, facts, uploads, only) for page in form.pages)
    if incomplete:
        raise AnswersIncompleteError
    return whole


def _hand_in(draft: Draft, language: str, officer: Officer | None) -> Case:
    pack, form, facts = pack_of(draft.pack_version_id), form_of_version(draft.pack_version_id), facts_for(draft)
    whole = _checked(draft, form, facts)
    handed_in = answers_to_submit(form, whole, facts)
    resident = draft.resident
    office = deciding_office(pack, resident)
    if office is None:
        raise NoOfficeError
    now = clock.now()
    name = officer.name if officer else resident.name if resident else str(handed_in.get("name", ""))
    case = Case.objects.create(
        receipt_number=_receipt_number(office, pack.number_prefix),
        pack_version_id=draft.pack_version_id,
        office=office,
        resident=resident,
        secret_hash=draft.secret_hash,
        contact_name=name,
        contact_email=str(handed_in.get("email", "")),
        language=language,
        received_at=now,
        due_on=open_day_from(clock.today() + timedelta(days=pack.workflow.standard_days)),
    )
    _keep(case, 1, draft, handed_in, facts, shown_question_ids(form, whole, facts))
    saved(case, EventKind.SUBMITTED, Actor.officer(officer) if officer else Actor.applicant(resident, name))
    saved(case, EventKind.RECEIVED, Actor(audit.SYSTEM, office_name(office)))
    _learn(resident, form, handed_in, facts, case)
    close_draft(draft=draft)
    tell_applicant(case, "submitted")
    events.tell("case-received", case=case, by_agent=acting.get() is not None)
    return case


def _receipt_number(office: Organisation, prefix: str) -> str:
    """``2026-04202-000017``: fiscal year, municipality or prefecture, and a number without gaps."""
    year = fiscal_year(clock.today())
    place = office.municipality_code or office.code.partition("-")[0]
    return f"{year}-{place}-{next_number(f'receipt:{year}:{place}'):06}"


def _keep(
    case: Case, number: int, draft: Draft, handed_in: dict[str, Any], facts: Facts, asked: set[str]
) -> Submission:
    submission = Submission.objects.create(
        case=case,
        number=number,
        draft_id=draft.pk,
        answers=handed_in,
        facts=[fact.as_json() for fact in facts.values()],
        submitted_at=clock.now(),
    )
    Attachment.objects.bulk_create(
        Attachment(submission=submission, question=upload.question, file_id=upload.file_id, name=upload.name)
        for upload in draft.uploads.filter(question__in=asked).order_by("added_at")
    )
    return submission


def _learn(resident: Resident | None, form: Form, handed_in: dict[str, Any], facts: Facts, case: Case) -> None:
    if resident is not None:
        said = facts_said(form, handed_in, facts)
        own = {key: value for key, value in said.items() if Source.SELF in KEYS[key].sources}
        learn_facts(resident=resident, said=own, detail=case.receipt_number)


@transaction.atomic
def begin_correction(*, case: Case) -> tuple[Draft, str]:
    """A draft that holds what was handed in, to put right what the office asked for; a second call finds it again."""
    row = locked(case, None, CaseState.RETURNED)
    known = Draft.objects.filter(corrects=row.receipt_number, submitted_at=None).first()
    if known and known.resident_id is not None:
        return known, ""
    if known:
        secret = ids.new_secret()
        known.secret_hash = ids.secret_hash(secret)
        known.save(update_fields=["secret_hash"])
        return known, secret
    newest = row.submissions.order_by("-number")[0]
    secret = "" if row.resident else ids.new_secret()
    now = clock.now()
    draft = Draft.objects.create(
        pack_version_id=row.pack_version_id,
        resident=row.resident,
        secret_hash=ids.secret_hash(secret) if secret else "",
        corrects=row.receipt_number,
        answers=newest.answers,
        created_at=now,
        updated_at=now,
    )
    for attachment in newest.attachments.all():
        draft.uploads.create(
            question=attachment.question, file_id=attachment.file_id, name=attachment.name, added_at=now
        )
    return draft, secret


def _hand_in_correction(
    case: Case, draft: Draft, seen_requests: Collection[int] | None, officer: Officer | None
) -> Case:
    case = locked(case, None, CaseState.RETURNED)
    form, facts = form_of_version(draft.pack_version_id), facts_for(draft)
    asked = case.correction_requests.filter(answered_at=None)
    if seen_requests is not None and not set(asked.values_list("pk", flat=True)) <= set(seen_requests):
        raise CaseChangedError
    whole = _checked(draft, form, facts, correction_of(draft))
    handed_in = answers_to_submit(form, whole, facts)
    _keep(case, case.submissions.count() + 1, draft, handed_in, facts, shown_question_ids(form, whole, facts))
    asked.update(answered_at=clock.now())
    if case.stopped_on:
        case.due_on = open_day_from(case.due_on + (clock.today() - case.stopped_on))
        case.stopped_on = None
    case.state = CaseState.CORRECTED
    actor = Actor.officer(officer) if officer else Actor.applicant(case.resident, case.contact_name)
    saved(case, EventKind.CORRECTED, actor)
    _learn(case.resident, form, handed_in, facts, case)
    close_draft(draft=draft)
    tell_applicant(case, "corrected")
    return case


def correction_of(draft: Draft) -> set[str] | None:
    """The questions that a correction is about; None for a first submission.

    Those that the office asked about, and those that the corrected answers lead to for the first time.
    """
    if not draft.corrects:
        return None
    case = Case.objects.get(receipt_number=draft.corrects)
    form, facts = form_of_version(draft.pack_version_id), facts_for(draft)
    before = shown_question_ids(form, case.submissions.order_by("-number")[0].answers, facts)
    now = shown_question_ids(form, filled_in(form, draft.answers, facts), facts)
    requested = case.correction_requests.filter(answered_at=None).values_list("question", flat=True)
    return set(requested) | (now - before)
