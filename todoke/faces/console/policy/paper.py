"""Counting applications that came on paper: a row for each service, a column for each month."""

from datetime import date, timedelta

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.faces.console.policy.desk import PolicyRequest, page, paper_desk
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.kernel.text import to_halfwidth
from todoke.loops.improve.actions.papers import ImpossibleCountError, count_paper
from todoke.loops.improve.queries.papers import desks_for_paper, paper_counts
from todoke.loops.improve.queries.reports import names_of_places
from todoke.registry.catalogue.types import in_language

MONTHS = 6


def _months() -> list[date]:
    """The last ones, this month's too, the oldest first."""
    found = [clock.today().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


@require_http_methods(["GET", "HEAD", "POST"])
@paper_desk
def paper(request: PolicyRequest) -> HttpResponse:
    """The table; every number that was changed is taken, or none with what is wrong."""
    desks, months = desks_for_paper(request.officer), _months()
    known, error, status = paper_counts(desks, months), "", 200
    if request.method == "POST":
        try:
            _take(request)
        except TodokeError as refused:
            error, status = refused.message, refused.status
        else:
            return redirect(f"{request.path}?saved=1")
    reading = "en" if request.reading == "en" else "ja"
    names = names_of_places(reading)
    rows = []
    for desk in desks:
        cells = []
        for month in months:
            count, name = (
                known.get((desk.pack.id, desk.municipality, month)),
                f"n:{desk.pack.id}:{desk.municipality}:{month}",
            )
            cells.append(
                {
                    "name": name,
                    "month": month,
                    "value": request.POST.get(name, "") if error else count.count if count else "",
                    "by": count,
                }
            )
        place = names.get(desk.municipality, "") if desk.municipality else _("県")
        rows.append({"title": in_language(desk.pack.titles, reading), "place": place, "cells": cells})
    context = {"rows": rows, "months": months, "was_saved": request.GET.get("saved") == "1"}
    return page(request, "paper.html", context, error=error, status=status)


def _take(request: PolicyRequest) -> None:
    with transaction.atomic():
        for desk in desks_for_paper(request.officer):
            for month in _months():
                typed = to_halfwidth(request.POST.get(f"n:{desk.pack.id}:{desk.municipality}:{month}", ""))
                if not typed:
                    continue
                if not (typed.isascii() and typed.isdigit() and len(typed) < 8):
                    raise ImpossibleCountError
                count_paper(
                    service=desk.pack.id,
                    month=month,
                    municipality=desk.municipality,
                    count=int(typed),
                    officer=request.officer,
                )
