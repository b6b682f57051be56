"""A device that is a reader: a cookie of its own, so that it lasts through the night and beside any other log-in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from todoke.exchange.passes.actions.readers import note_seen
from todoke.exchange.passes.models import Reader
from todoke.exchange.passes.queries import reader_of_token

COOKIE = "todoke-reader"
LASTS = timedelta(days=90)


class ReaderRequest(HttpRequest):
    """A request of a device at a door."""

    reader: Reader
    closed_at: datetime | None
    """When its shelter closed; it may still send what it recorded before."""


def remember(response: HttpResponse, token: str) -> None:
    """The device is the reader from now on."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LASTS,
        path="/reader/",
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def reader_required(
    view: Callable[[ReaderRequest], HttpResponse], *, closed_too: bool = False
) -> Callable[[HttpRequest], HttpResponse]:
    """For devices that are readers; for others the page does not exist, and they are told how to become one.

    ``closed_too`` lets in those whose shelter has closed. What they are shown is never kept by the browser.
    """

    @wraps(view)
    def guarded(request: ReaderRequest, /) -> HttpResponse:
        known = reader_of_token(request.COOKIES.get(COOKIE, ""))
        if known is None:
            response = render(request, "reader/ended.html", status=404)
        elif known[1] is not None and not closed_too:
            response = render(request, "reader/ended.html", {"reader": known[0]}, status=404)
        else:
            request.reader, request.closed_at = known
            note_seen(reader=request.reader)
            response = view(request)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded  # type: ignore[return-value]
