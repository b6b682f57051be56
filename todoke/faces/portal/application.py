"""Filling in a form: page by page, saved by itself, by a round trip where there are no scripts."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.capabilities.forms.actions import attach_file, discard_draft, remove_file, save_answers
from todoke.capabilities.forms.answers import Facts, filled_in, shown_pages
from todoke.capabilities.forms.models import Draft
from todoke.capabilities.forms.types import FieldError, Form, Page
from todoke.capabilities.forms.validation import form_errors, page_errors, parse_page, raw_of, with_item_added
from todoke.faces.downloads import file_response
from todoke.faces.portal.fields import Reader, errors_by_name, fields_of, summary_of
from todoke.faces.portal.holders import draft_for, remember_case, secret_of
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.kernel.files import check_size
from todoke.loops.apply.actions.submission import correction_of, facts_for, submit_draft
from todoke.loops.apply.errors import AnswersIncompleteError, CaseChangedError
from todoke.loops.apply.models import Case, CorrectionRequest
from todoke.loops.apply.packs import form_of_version
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import in_language


class Filling:
    """A draft with what its pages are made from."""

    def __init__(self, request: HttpRequest, draft_id: UUID) -> None:
        self.request = request
        self.draft: Draft = draft_for(request, draft_id)
        self.pack = pack_of(self.draft.pack_version_id)
        self.form: Form = form_of_version(self.draft.pack_version_id)
        self.facts: Facts = facts_for(self.draft)
        self.reading: str = getattr(request, "reading", "ja")

    @property
    def only(self) -> set[str] | None:
        """The questions that a correction is about; None for a first submission."""
        return correction_of(self.draft)

    @property
    def whole(self) -> dict[str, Any]:
        """The answers with what is known."""
        return filled_in(self.form, self.draft.answers, self.facts)

    @property
    def pages(self) -> list[Page]:
        """The pages to go through; of a correction, those that it is about."""
        pages = shown_pages(self.form, self.whole, self.facts)
        if self.only is None:
            return pages
        return [page for page in pages if any(question.id in self.only for question in page.questions)]

    @property
    def uploaded(self) -> set[str]:
        """The questions that have a file."""
        return set(self.draft.uploads.values_list("question", flat=True))

    @property
    def requests(self) -> list[CorrectionRequest]:
        """What the office asked to be put right and waits for."""
        if not self.draft.corrects:
            return []
        return list(CorrectionRequest.objects.filter(case__receipt_number=self.draft.corrects, answered_at=None))

    def page(self, page_id: str) -> Page:
        """Raises NotFoundError for a page that these answers do not lead to."""
        found = next((page for page in self.pages if page.id == page_id), None)
        if found is None:
            raise NotFoundError
        return found

    def errors(self) -> dict[str, list[FieldError]]:
        """What is to be put right, by page."""
        if self.only is None:
            return form_errors(self.form, self.whole, self.facts, self.uploaded)
        found = {p.id: page_errors(p, self.whole, self.facts, self.uploaded, self.only) for p in self.pages}
        return {page_id: errors for page_id, errors in found.items() if errors}

    def context(self, page: Page, errors: list[FieldError], message: str = "") -> dict[str, Any]:
        """What the page's template shows."""
        pages = self.pages
        place = [p.id for p in pages].index(page.id)
        questions = {question.id for question in page.questions}
        reader = Reader(
            self.reading, self.whole, self.facts, errors_by_name(errors), list(self.draft.uploads.order_by("added_at"))
        )
        fields = fields_of(page, reader, self.only)
        return {
            "draft": self.draft,
            "pack": self.pack,
            "page": page,
            "title": in_language(page.title, self.reading),
            "lead": in_language(page.lead, self.reading) if page.lead else "",
            "fields": fields,
            "errors": summary_of(fields),
            "message": message,
            "requests": [asked for asked in self.requests if asked.question in questions],
            "steps": self.steps(page.id),
            "number": place + 1,
            "count": len(pages) + 1,
            "previous": pages[place - 1].id if place else "",
            "secret": secret_of(self.request, self.draft),
        }

    def steps(self, now: str) -> list[dict[str, Any]]:
        """The pages with where the reader is; the last is the review."""
        visited = set(self.draft.visited)
        return [
            {
                "id": page.id,
                "title": in_language(page.title, self.reading),
                "number": number,
                "status": "now" if page.id == now else "done" if page.id in visited else "ahead",
            }
            for number, page in enumerate(self.pages, 1)
        ]


def _handed_in(filling: Filling) -> HttpResponse:
    """Where what became of a draft is read: among the resident's cases, or by number and secret."""
    return redirect("portal:cases" if filling.draft.resident_id else "portal:follow")


@require_safe
def resume(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The first page that was not saved without an error, or the review."""
    filling = Filling(request, draft_id)
    if filling.draft.submitted_at:
        return _handed_in(filling)
    for page in filling.pages:
        if page.id not in filling.draft.visited:
            return redirect("portal:page", draft_id=draft_id, page_id=page.id)
    return redirect("portal:review", draft_id=draft_id)


def _take_in(filling: Filling, page: Page, *, check_revision: bool) -> list[FieldError]:
    """Save what was sent for a page, files first; returns what is wrong with the files."""
    request, errors, only = filling.request, [], filling.only
    for question in page.questions:
        if question.type != "upload" or (only is not None and question.id not in only):
            continue
        for file in request.FILES.getlist(question.id):
            try:
                check_size(file.size or 0)
                attach_file(draft=filling.draft, question=question.id, name=file.name or "", content=file.read())
            except TodokeError as error:
                errors.append(FieldError(question.id, error.message))
    parsed = parse_page(page, raw_of(dict(request.POST.lists())), filling.whole, filling.facts)
    if only is not None:
        parsed = {question: value for question, value in parsed.items() if question in only}
    revision = request.POST.get("revision", "")
    seen = (
        int(revision) if check_revision and revision.isascii() and revision.isdigit() and len(revision) < 10 else None
    )
    filling.draft = save_answers(draft=filling.draft, answers=parsed, revision=seen)
    return errors


def _item_action(filling: Filling, page: Page, action: str) -> None:
    """Add an item to a group or take one away, for browsers without scripts and with them alike.

    Raises NotFoundError for what is no group of the page.
    """
    verb, _, rest = action.partition(":")
    group, _, item_id = rest.partition(":")
    only = filling.only
    groups = {q.id for q in page.questions if q.type == "group" and (only is None or q.id in only)}
    if group not in groups:
        raise NotFoundError
    items = list(filling.whole.get(group) or [])
    if verb == "add":
        items = with_item_added(items)
    elif verb == "remove":
        items = [item for item in items if item["id"] != item_id]
    filling.draft = save_answers(draft=filling.draft, answers={group: items}, revision=None)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, draft_id: UUID, page_id: str) -> HttpResponse:
    """A page: shown, or saved and then the next one; what is wrong is said, and nothing typed is lost.

    Without scripts an answer may lead to questions that were not on the page yet: then it is shown again with them.
    """
    filling = Filling(request, draft_id)
    if filling.draft.submitted_at:
        return _handed_in(filling)
    shown = filling.page(page_id)
    if request.method != "POST":
        return render(request, "portal/page.html", filling.context(shown, []))
    file_errors = _take_in(filling, shown, check_revision=False)
    action = request.POST.get("action", "next")
    if action.startswith(("add:", "remove:")):
        _item_action(filling, shown, action)
        return redirect("portal:page", draft_id=draft_id, page_id=page_id)
    if action == "update" and not file_errors:
        return redirect("portal:page", draft_id=draft_id, page_id=page_id)
    if action == "back" and not file_errors:
        pages = [p.id for p in filling.pages]
        return redirect("portal:page", draft_id=draft_id, page_id=pages[max(0, pages.index(page_id) - 1)])
    errors = file_errors or page_errors(shown, filling.whole, filling.facts, filling.uploaded, filling.only)
    asked = [error for error in errors if f"{error.path}-here" in request.POST or error in file_errors]
    if errors and not asked:
        return redirect("portal:page", draft_id=draft_id, page_id=page_id)
    if errors:
        return render(request, "portal/page.html", filling.context(shown, errors), status=422)
    filling.draft = save_answers(draft=filling.draft, answers={}, revision=None, visited=page_id)
    pages = [p.id for p in filling.pages]
    following = pages[pages.index(page_id) + 1 :]
    if request.POST.get("review") == "1" or not following:
        return redirect("portal:review", draft_id=draft_id)
    return redirect("portal:page", draft_id=draft_id, page_id=following[0])


@require_POST
def autosave(request: HttpRequest, draft_id: UUID, page_id: str) -> JsonResponse:
    """Save what is typed so far; 409 when another device wrote in between."""
    filling = Filling(request, draft_id)
    try:
        _take_in(filling, filling.page(page_id), check_revision=True)
    except TodokeError as error:
        return JsonResponse({"message": error.message, "code": error.code}, status=error.status)
    return JsonResponse({"revision": filling.draft.revision})


@require_POST
def questions(request: HttpRequest, draft_id: UUID, page_id: str) -> HttpResponse:
    """The questions that the answers typed so far lead to, to be put in place of the old ones."""
    filling = Filling(request, draft_id)
    shown = filling.page(page_id)
    _take_in(filling, shown, check_revision=False)
    return render(request, "portal/questions.html", filling.context(filling.page(page_id), []))


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Everything once more, then hand it in; a second press gives the same receipt."""
    filling = Filling(request, draft_id)
    message = ""
    if request.method == "POST":
        language = "en" if filling.reading == "en" else filling.reading
        try:
            seen = [int(pk) for pk in request.POST.getlist("asked") if pk.isascii() and pk.isdigit() and len(pk) < 19]
            case = submit_draft(draft=filling.draft, language=language, seen_requests=seen)
        except (AnswersIncompleteError, CaseChangedError) as error:
            message = error.message
        else:
            secret = secret_of(request, filling.draft)
            if case.resident_id is None:
                remember_case(request, case)
            if secret and not filling.draft.corrects:
                return render(request, "portal/secret.html", {"case": case, "pack": filling.pack, "secret": secret})
            return redirect(f"{case_address(case)}?new=1")
    if filling.draft.submitted_at:
        return _handed_in(filling)
    reader = Reader(filling.reading, filling.whole, filling.facts, {}, list(filling.draft.uploads.order_by("added_at")))
    wrong = filling.errors()
    context = {
        "draft": filling.draft,
        "pack": filling.pack,
        "pages": [
            {
                "page": page,
                "title": in_language(page.title, filling.reading),
                "fields": fields_of(page, reader, filling.only),
                "errors": wrong.get(page.id, []),
            }
            for page in filling.pages
        ],
        "complete": not wrong,
        "message": message,
        "asked": filling.requests,
        "steps": filling.steps("review"),
        "count": len(filling.pages) + 1,
        "secret": secret_of(request, filling.draft),
    }
    return render(request, "portal/review.html", context, status=422 if message else 200)


def case_address(case: Case) -> str:
    """Where its applicant reads it."""
    return f"/cases/{case.receipt_number}/"


@require_safe
def uploaded_file(request: HttpRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """A file of the draft."""
    draft = draft_for(request, draft_id)
    upload = draft.uploads.select_related("file").filter(pk=upload_id).first()
    if upload is None:
        raise NotFoundError
    return file_response(upload.file, upload.name)


@require_POST
def remove_upload(request: HttpRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """Take a file off, and go back to its page."""
    filling = Filling(request, draft_id)
    upload = filling.draft.uploads.filter(pk=upload_id).first()
    if upload is None:
        raise NotFoundError
    remove_file(draft=filling.draft, upload=upload)
    shown = filling.form.page_of(upload.question)
    return redirect("portal:page", draft_id=draft_id, page_id=shown.id) if shown else redirect("portal:home")


@require_POST
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw the draft away."""
    discard_draft(draft=draft_for(request, draft_id))
    return redirect("portal:home")
