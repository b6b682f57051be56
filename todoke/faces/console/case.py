"""One case: answers, sources and findings in a row; documents; the decision."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from todoke.capabilities.forms.answers import fixed_fact, shown_question_ids
from todoke.faces.console.typed import typed as clean_text
from todoke.faces.downloads import file_response
from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel import clock
from todoke.kernel.calendar import open_day_from
from todoke.kernel.errors import InvalidInputError, NotFoundError, TodokeError
from todoke.loops.apply import queries
from todoke.loops.apply.access import note_look
from todoke.loops.apply.actions import review
from todoke.loops.apply.findings import blocking_findings, facts_kept, findings_of
from todoke.loops.apply.models import Attachment, Case
from todoke.loops.apply.packs import form_of_version
from todoke.loops.apply.presentation import answered_pages, changes_of
from todoke.loops.apply.types import WORKABLE_STATES, CaseState
from todoke.loops.improve.models import Report
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import in_language
from todoke.registry.people.access import ReasonNeededError

REASONS = "reasons"


class BadDateError(InvalidInputError):
    """日付を選んでください。今日より後の日にしてください。"""

    code = "bad-date"


def case_of_office(request: OfficerRequest, receipt_number: str) -> Case:
    """Raises NotFoundError for another office's case as for none; a report is worked at on its own page alone."""
    found = queries.case_for(request.officer, receipt_number)
    if found is None or (request.method == "POST" and pack_of(found.pack_version_id).is_internal):
        raise NotFoundError
    return found


def reason_for(request: OfficerRequest, case: Case) -> str:
    """Why the officer looks at a case with sensitive facts, said once a session."""
    return str(request.session.get(REASONS, {}).get(case.receipt_number, ""))


def case_page(
    request: OfficerRequest, case: Case, *, error: str = "", typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was typed when something is to be put right."""
    try:
        note_look(case=case, officer=request.officer, reason=reason_for(request, case))
    except ReasonNeededError as needed:
        return render(request, "console/reason.html", {"case": case, "error": error}, status=needed.status)
    pack = pack_of(case.pack_version_id)
    submissions = list(case.submissions.order_by("number"))
    findings = findings_of(case)
    proposal = case.proposals.filter(state="open").select_related("proposed_by").first()
    open_until = open_day_from(clock.today() + timedelta(days=pack.workflow.correction_days))
    decision = getattr(case, "decision", None)
    form, facts = form_of_version(case.pack_version_id), facts_kept(submissions[-1])
    asked = shown_question_ids(form, submissions[-1].answers, facts)
    questions = [
        {"id": q.id, "label": in_language(q.label, "en" if request.reading == "en" else "ja")}
        for q in form.questions()
        if q.id in asked and q.type not in {"heading", "statement"} and not fixed_fact(q, facts)
    ]
    context = {
        "case": case,
        "pack": pack,
        "questions": questions,
        "pages": answered_pages(submissions[-1], findings),
        "findings": findings,
        "blocking": blocking_findings(case),
        "attachments": submissions[-1].attachments.select_related("file").defer("file__content"),
        "events": case.events.order_by("-id"),
        "conversation": case.messages.filter(internal=False).order_by("at"),
        "notes": case.messages.filter(internal=True).order_by("at"),
        "requests": case.correction_requests.order_by("-asked_at"),
        "changes": changes_of(submissions),
        "proposal": proposal,
        "proposals": case.proposals.exclude(state="open").select_related("proposed_by", "answered_by").order_by("-id"),
        "decision": decision,
        "decided": pack.workflow.outcome(decision.outcome) if decision else None,
        "outcome": pack.workflow.outcome(proposal.outcome) if proposal else None,
        "own_proposal": proposal is not None and proposal.proposed_by_id == request.officer.pk,
        "may_approve": queries.may_approve(request.officer, case),
        "workable": case.state in WORKABLE_STATES or queries.correction_expired(case),
        "may_ask": case.state in {*WORKABLE_STATES, CaseState.RETURNED},
        "colleagues": queries.colleagues(case),
        "correction_until": open_until,
        "today": clock.today(),
        "error": error,
        "typed": typed or {},
    }
    template = "console/approve.html" if proposal and not context["own_proposal"] else "console/case.html"
    return render(request, template, context, status=status)


def carried_out(request: OfficerRequest, case: Case, deed: Callable[[], object]) -> HttpResponse:
    """Do it and show the case; when it is refused, the page says why and keeps what was typed."""
    try:
        deed()
    except TodokeError as refused:
        fresh = case_of_office(request, case.receipt_number)
        return case_page(request, fresh, error=refused.message, typed=request.POST.dict(), status=refused.status)
    return redirect("console:case", receipt_number=case.receipt_number)


def revision_of(request: OfficerRequest) -> int:
    """The revision that the officer saw; -1, which no case has, where the field is missing."""
    raw = request.POST.get("revision", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


@require_safe
@officer_required
def case(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Reading a case leaves a row that its subject sees; a report has a page of its own."""
    found = case_of_office(request, receipt_number)
    if pack_of(found.pack_version_id).is_internal:
        return redirect("console:policy-report", report_id=Report.objects.get(case=found).pk)
    return case_page(request, found)


@require_POST
@officer_required
def say_reason(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Why one looks; the applicant reads it too."""
    case_of_office(request, receipt_number)
    if reason := clean_text(request.POST, "reason", 200).strip():
        request.session[REASONS] = {**request.session.get(REASONS, {}), receipt_number: reason}
    return redirect("console:case", receipt_number=receipt_number)


@require_safe
@officer_required
def attachment(request: OfficerRequest, receipt_number: str, attachment_id: int) -> HttpResponse:
    """A document of the case."""
    found = case_of_office(request, receipt_number)
    file = Attachment.objects.select_related("file").filter(pk=attachment_id, submission__case=found).first()
    if file is None:
        raise NotFoundError
    note_look(case=found, officer=request.officer, reason=reason_for(request, found))
    return file_response(file.file, file.name)


@require_POST
@officer_required
def assign(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Give the case to a colleague, or take it."""
    found = case_of_office(request, receipt_number)
    chosen = queries.colleagues(found).filter(login=request.POST.get("officer", "")).first()
    if chosen is None:
        raise NotFoundError
    return carried_out(
        request,
        found,
        lambda: review.assign_case(case=found, officer=chosen, by=request.officer, revision=revision_of(request)),
    )


@require_POST
@officer_required
def correction(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Ask for one answer to be put right."""
    found = case_of_office(request, receipt_number)

    def deed() -> None:
        try:
            due_on = date.fromisoformat(request.POST.get("due_on", ""))
        except ValueError as error:
            raise BadDateError from error
        if due_on <= clock.today():
            raise BadDateError
        if form_of_version(found.pack_version_id).question(request.POST.get("question", "")) is None:
            raise NotFoundError
        review.ask_correction(
            case=found,
            officer=request.officer,
            question=request.POST.get("question", "")[:120],
            text=request.POST.get("text", "")[:2000],
            due_on=due_on,
            revision=revision_of(request),
        )

    return carried_out(request, found, deed)


@require_POST
@officer_required
def note(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """A note inside the office."""
    found = case_of_office(request, receipt_number)
    text = request.POST.get("text", "")[:4000]
    return carried_out(request, found, lambda: review.write_note(case=found, officer=request.officer, text=text))


@require_POST
@officer_required
def message(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """A word to the applicant."""
    found = case_of_office(request, receipt_number)
    text = request.POST.get("text", "")[:4000]
    return carried_out(
        request, found, lambda: review.write_to_applicant(case=found, officer=request.officer, text=text)
    )


@require_POST
@officer_required
def dismiss(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Set a finding aside, with the reason."""
    found = case_of_office(request, receipt_number)
    return carried_out(
        request,
        found,
        lambda: review.dismiss_finding(
            case=found,
            officer=request.officer,
            check_id=request.POST.get("check", "")[:80],
            reason=request.POST.get("reason", "")[:2000],
            revision=revision_of(request),
        ),
    )
