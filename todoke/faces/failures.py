"""What a person sees when something goes wrong."""

from collections.abc import Callable

import structlog
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _

from todoke.kernel.errors import InvalidInputError, TodokeError
from todoke.kernel.trace import current_trace

log = structlog.get_logger(__name__)


class UnprintableError(InvalidInputError):
    """使えない文字が入っています。入力し直してください。"""

    code = "unprintable"


class FailureMiddleware:
    """Turns a TodokeError that a view lets through into a page with its message."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook; other exceptions go on to the page of 500.

        The database's refusal of a value (a NUL in a text) is the sender's fault, not ours.
        """
        if isinstance(exception, DataError):
            exception = UnprintableError()
        if not isinstance(exception, TodokeError):
            return None
        log.info("refused", code=exception.code, route=request.resolver_match.route if request.resolver_match else "")
        return failure_page(request, exception.message, exception.status)


def failure_page(request: HttpRequest, message: str, status: int, advice: str = "") -> HttpResponse:
    """A page that says what happened, what to do, and the trace id."""
    context = {"message": message, "advice": advice, "trace_id": current_trace()}
    return render(request, "error.html", context, status=status)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of 404, the same for what does not exist and for what is not yours."""
    return render(request, "404.html", {"trace_id": current_trace()}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of 500, which needs neither database nor session."""
    page = get_template("500.html").template.render(Context({"trace_id": current_trace()}))  # type: ignore[attr-defined]
    return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from another site."""
    return failure_page(
        request,
        _("ページを開いてから時間がたちすぎました。"),
        403,
        _("前のページに戻って読み込み直してから、もう一度送ってください。入力は自動で保存されています。"),
    )
