"""What came in from outside: every telegram, and what became of it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.typed import typed
from todoke.loops.reach.models import Feed, Telegram
from todoke.loops.reach.telegrams.reasons import words_of

PAGE_SIZE = 100
VIEWS = ("all", "concern", "error", "late")


@never_cache
@require_safe
@desk_required
def telegrams(request: CrisisRequest) -> HttpResponse:
    """The newest first; all, those of concern, those that could not be read, those that came too late."""
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    words = typed(request.GET, "q", 60).strip()
    rows = _of_view(view).defer("body").annotate(sent=Count("alerts")).order_by("-received_at", "-pk")
    if words:
        rows = rows.filter(title__icontains=words) | rows.filter(type__iexact=words) | rows.filter(event_id=words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page:
        row.reason = words_of(row.reason) if row.reason else ""
    context: dict[str, Any] = {
        "page": page,
        "view": view,
        "views": [(name, _of_view(name).count()) for name in VIEWS],
        "words": words,
        "feeds": Feed.objects.order_by("address"),
    }
    return render(request, "console/telegrams.html", context)


def _of_view(view: str) -> QuerySet[Telegram]:
    rows = Telegram.objects.all()
    if view == "concern":
        return rows.filter(concern=True)
    if view == "error":
        return rows.exclude(error="")
    if view == "late":
        return rows.filter(superseded=True)
    return rows
