"""The questions of a notice, answered from its message; the signed link is all that it needs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from todoke.capabilities.forms.types import FieldError
from todoke.capabilities.forms.validation import parse_page, raw_of
from todoke.exchange.messages import queries
from todoke.exchange.messages.models import Message
from todoke.faces.portal.fields import Reader, errors_by_name, fields_of, summary_of
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.models import Notice
from todoke.loops.reach.surveys import answering
from todoke.loops.reach.surveys.questions import survey_page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The questions, or that they were answered."""
    message = queries.message_by_token(token)
    notice = answering.notice_of(message) if message else None
    if message is None or notice is None:
        raise NotFoundError
    if request.method == "POST":
        return _taken(request, message, notice)
    return _page(request, message, notice, answering.answer_before(notice, message))


def _taken(request: HttpRequest, message: Message, notice: Notice) -> HttpResponse:
    answers = parse_page(survey_page(notice.questions), raw_of(dict(request.POST.lists())), {}, {})
    try:
        errors = answering.take_answer(notice=notice, message=message, answers=answers)
    except (answering.ClosedError, answering.AnsweredError) as failed:
        return _page(request, message, notice, {}, failed=failed)
    if errors:
        return _page(request, message, notice, answers, errors=errors)
    return _page(request, message, notice, answers, thanks=True)


def _page(
    request: HttpRequest,
    message: Message,
    notice: Notice,
    answers: dict[str, object],
    *,
    errors: list[FieldError] | None = None,
    failed: TodokeError | None = None,
    thanks: bool = False,
) -> HttpResponse:
    reading = "en" if getattr(request, "reading", "ja") == "en" else "ja"
    reader = Reader(reading, answers, {}, errors_by_name(errors or []), ())
    fields = fields_of(survey_page(notice.questions), reader)
    done = thanks or (answering.has_answered(notice, message) and not notice.changeable)
    context = {
        "notice": notice,
        "subject": message.subject,
        "fields": [] if done or not answering.is_open(notice) else fields,
        "wrong": summary_of(fields),
        "done": done,
        "open": answering.is_open(notice),
        "failed": failed,
    }
    status = failed.status if failed else 422 if errors else 200
    response = render(request, "public/survey.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
