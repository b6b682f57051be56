"""Writing a report: all questions on one page, saved by itself, and by a button where there are no scripts."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.capabilities.forms.actions import DraftChangedElsewhereError, attach_file, remove_file, save_answers
from todoke.capabilities.forms.models import Draft, Upload
from todoke.capabilities.forms.types import FieldError, Form
from todoke.capabilities.forms.validation import form_errors, parse_page, raw_of
from todoke.faces.console.policy.desk import PolicyRequest, page, policy_desk, whole_number
from todoke.faces.console.policy.reports import fills_in, indicator_rows, report_for
from todoke.faces.downloads import file_response
from todoke.faces.portal.fields import Reader, errors_by_name, fields_of, summary_of
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.kernel.files import check_size
from todoke.loops.apply.errors import AnswersIncompleteError
from todoke.loops.apply.packs import form_of_version
from todoke.loops.improve.actions.reports import hand_in_report
from todoke.loops.improve.models import Report
from todoke.loops.improve.queries.reports import is_late, last_words, title_of
from todoke.registry.catalogue.types import in_language


class _Writing:
    """A report's draft with its form."""

    def __init__(self, request: PolicyRequest, report_id: int) -> None:
        self.request = request
        self.report: Report = report_for(request, report_id)
        if not fills_in(request, self.report) or self.report.draft is None:
            raise NotFoundError
        self.draft: Draft = self.report.draft
        self.form: Form = form_of_version(self.draft.pack_version_id)
        self.last = last_words(self.report)

    def uploaded(self) -> set[str]:
        return set(self.draft.uploads.values_list("question", flat=True))

    def errors(self) -> list[FieldError]:
        return [e for found in form_errors(self.form, self.draft.answers, {}, self.uploaded()).values() for e in found]

    def parsed(self) -> dict[str, Any]:
        """What was sent for all pages."""
        raw, answers = raw_of(dict(self.request.POST.lists())), self.draft.answers
        return {key: value for one in self.form.pages for key, value in parse_page(one, raw, answers, {}).items()}

    def take_files(self) -> list[FieldError]:
        errors = []
        for question in (one for one in self.form.questions() if one.type == "upload"):
            for file in self.request.FILES.getlist(question.id):
                try:
                    check_size(file.size or 0)
                    attach_file(draft=self.draft, question=question.id, name=file.name or "", content=file.read())
                except TodokeError as error:
                    errors.append(FieldError(question.id, error.message))
        return errors

    def save(self, *, seen: bool = True) -> None:
        """Raises DraftChangedElsewhereError where a colleague wrote in between."""
        revision = whole_number(self.request.POST.get("revision", "")) if seen else None
        self.draft = save_answers(draft=self.draft, answers=self.parsed(), revision=revision)

    def page(
        self, errors: list[FieldError] | None = None, *, message: str = "", saved: bool = False, status: int = 200
    ) -> HttpResponse:
        request, report = self.request, self.report
        reading = "en" if request.reading == "en" else "ja"
        uploads = list(self.draft.uploads.order_by("added_at"))
        reader = Reader(reading, self.draft.answers, {}, errors_by_name(errors or []), uploads)
        fields = {one.id: fields_of(one, reader) for one in self.form.pages}
        pages = [
            {"id": one.id, "title": in_language(one.title, reading), "fields": fields[one.id]}
            for one in self.form.pages
        ]
        context = {
            "report": report,
            "draft": self.draft,
            "title": title_of(report, request.policy, reading),
            "measure": request.policy.by_measure.get(report.measure),
            "pages": pages,
            "errors": summary_of([field for found in fields.values() for field in found]),
            "last": self.last,
            "indicators": indicator_rows(request, report),
            "is_late": is_late(report),
            "returned": report.case.correction_requests.filter(answered_at=None).first() if report.case else None,
            "was_saved": saved,
        }
        return page(request, "write.html", context, error=message, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@policy_desk
def write(request: PolicyRequest, report_id: int) -> HttpResponse:
    """The form; saved, or handed in. What is wrong is said, and nothing typed is lost."""
    writing = _Writing(request, report_id)
    if writing.draft.submitted_at:
        return redirect("console:policy-report", report_id=report_id)
    if request.method != "POST":
        return writing.page(saved=request.GET.get("saved") == "1")
    wrong = writing.take_files()
    try:
        writing.save()
    except DraftChangedElsewhereError as error:
        # With what was typed here over what the colleague wrote: who presses again has seen both.
        writing.draft.answers = writing.draft.answers | writing.parsed()
        return writing.page(message=error.message, status=error.status)
    except TodokeError as error:
        return writing.page(message=error.message, status=error.status)
    if wrong:
        return writing.page(wrong, status=422)
    action = request.POST.get("action", "save")
    if action.startswith("copy:"):
        _copy(writing, action.removeprefix("copy:"))
    if action != "hand-in":
        return redirect(f"{request.path}?saved=1")
    try:
        hand_in_report(report=writing.report, officer=request.officer)
    except AnswersIncompleteError:
        return writing.page(writing.errors(), status=422)
    except TodokeError as error:
        return writing.page(message=error.message, status=error.status)
    return redirect("console:policy-report", report_id=report_id)


def _copy(writing: _Writing, question: str) -> None:
    """Last year's words, to begin from."""
    asked = writing.form.question(question)
    if asked and asked.type == "textarea" and writing.last.get(question):
        writing.draft = save_answers(draft=writing.draft, answers={question: writing.last[question]}, revision=None)


@require_POST
@policy_desk
def autosave(request: PolicyRequest, report_id: int) -> HttpResponse:
    """What is typed so far; 409 when a colleague wrote in between."""
    writing = _Writing(request, report_id)
    try:
        writing.save()
    except TodokeError as error:
        return JsonResponse({"message": error.message, "code": error.code}, status=error.status)
    return JsonResponse({"revision": writing.draft.revision})


def _upload(writing: _Writing, upload_id: UUID) -> Upload:
    found = writing.draft.uploads.select_related("file").filter(pk=upload_id).first()
    if found is None:
        raise NotFoundError
    return found


@require_safe
@policy_desk
def upload(request: PolicyRequest, report_id: int, upload_id: UUID) -> HttpResponse:
    """A document of the draft."""
    found = _upload(_Writing(request, report_id), upload_id)
    return file_response(found.file, found.name)


@require_POST
@policy_desk
def remove_upload(request: PolicyRequest, report_id: int, upload_id: UUID) -> HttpResponse:
    """Take a document off; what else was typed is kept."""
    writing = _Writing(request, report_id)
    writing.save(seen=False)
    remove_file(draft=writing.draft, upload=_upload(writing, upload_id))
    return redirect("console:policy-report-write", report_id=report_id)
