"""What became of an application."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from todoke.faces.downloads import file_response
from todoke.faces.portal.holders import case_for_visitor, remember_draft
from todoke.faces.visitors import ResidentRequest, resident_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.apply.actions.review import withdraw_case, write_to_office
from todoke.loops.apply.actions.submission import begin_correction
from todoke.loops.apply.models import Attachment, Case
from todoke.loops.apply.presentation import answered_pages
from todoke.loops.apply.queries import cases_of_resident
from todoke.loops.apply.timeline import steps_of
from todoke.loops.apply.types import OPEN_STATES, CaseState
from todoke.registry.catalogue.queries import pack_of


@require_safe
@resident_required
def case_list(request: ResidentRequest) -> HttpResponse:
    """All of the resident's applications."""
    rows = [{"case": case, "pack": pack_of(case.pack_version_id)} for case in cases_of_resident(request.resident)]
    return render(request, "portal/cases.html", {"rows": rows})


def _status_page(
    request: HttpRequest, case: Case, *, error: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "case": case,
        "pack": pack_of(case.pack_version_id),
        "requests": case.correction_requests.filter(answered_at=None) if case.state == CaseState.RETURNED else [],
        "messages": case.messages.filter(internal=False).order_by("-at"),
        "steps": steps_of(case),
        "today": clock.today(),
        "open": case.state in OPEN_STATES,
        "decision": getattr(case, "decision", None),
        "error": error,
        "text": text,
        "new": request.GET.get("new") == "1",
    }
    return render(request, "portal/case.html", context, status=status)


@require_safe
def case(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """Where it stands: the task first, then the talk with the office, then the way behind and ahead."""
    return _status_page(request, case_for_visitor(request, receipt_number))


@require_safe
def answers(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """The newest submission, as handed in."""
    found = case_for_visitor(request, receipt_number)
    submission = found.submissions.order_by("-number")[0]
    context = {
        "case": found,
        "pack": pack_of(found.pack_version_id),
        "submission": submission,
        "pages": answered_pages(submission),
    }
    return render(request, "portal/answers.html", context)


@require_safe
def attachment(request: HttpRequest, receipt_number: str, attachment_id: int) -> HttpResponse:
    """A file of the submission."""
    found = case_for_visitor(request, receipt_number)
    file = Attachment.objects.select_related("file").filter(pk=attachment_id, submission__case=found).first()
    if file is None:
        raise NotFoundError
    return file_response(file.file, file.name)


@require_POST
def write_message(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """A question to the office."""
    found = case_for_visitor(request, receipt_number)
    text = request.POST.get("text", "")[:4000]
    try:
        write_to_office(case=found, text=text)
    except TodokeError as error:
        return _status_page(request, found, error=error.message, text=text, status=error.status)
    return redirect("portal:case", receipt_number=receipt_number)


@require_POST
def correct(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """Begin, or go on with, the correction that the office asked for."""
    found = case_for_visitor(request, receipt_number)
    draft, secret = begin_correction(case=found)
    if secret:
        remember_draft(request, draft, secret)
    return redirect("portal:draft", draft_id=draft.pk)


def withdraw(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """Ask once more, then take the application back."""
    found = case_for_visitor(request, receipt_number)
    if request.method == "POST":
        withdraw_case(case=found)
        return redirect("portal:case", receipt_number=receipt_number)
    if found.state not in OPEN_STATES:
        return redirect("portal:case", receipt_number=receipt_number)
    return render(request, "portal/withdraw.html", {"case": found, "pack": pack_of(found.pack_version_id)})


@require_GET
def decision(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """The decision: the outcome in a sentence, the reasons, the letter with its 教示."""
    found = case_for_visitor(request, receipt_number)
    if found.state != CaseState.DECIDED:
        raise NotFoundError
    pack = pack_of(found.pack_version_id)
    context = {
        "case": found,
        "pack": pack,
        "decision": found.decision,
        "outcome": pack.workflow.outcome(found.decision.outcome),
    }
    return render(request, "portal/decision.html", context)


@require_safe
def receipt(request: HttpRequest, receipt_number: str) -> HttpResponse:
    """The receipt, to print or keep."""
    found = case_for_visitor(request, receipt_number)
    first = found.submissions.order_by("number")[0]
    context = {"case": found, "pack": pack_of(found.pack_version_id), "submission": first}
    return render(request, "portal/receipt.html", context)
