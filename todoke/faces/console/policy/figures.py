"""Figures as the offices have them: current ones, what they were before, entering and correcting, releasing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.faces.console.policy.desk import PolicyRequest, day, page, policy_desk
from todoke.faces.console.policy.reports import number
from todoke.faces.console.typed import typed
from todoke.kernel import clock
from todoke.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, TodokeError
from todoke.kernel.text import to_halfwidth
from todoke.loops.improve.actions.figures import record_figure
from todoke.loops.improve.actions.imports import BadFiguresError, import_figures
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.adapters.figure_files import figure_rows
from todoke.loops.improve.desks import functions_of
from todoke.loops.improve.errors import NotPlanningOfficeError
from todoke.loops.improve.models import Figure
from todoke.loops.improve.periods import last_ended_quarter
from todoke.loops.improve.queries.figures import current_figures, latest_release
from todoke.loops.improve.queries.reports import names_of_places
from todoke.loops.improve.standing import standing
from todoke.loops.improve.types import Grain, Indicator, Origin
from todoke.registry.catalogue.types import in_language
from todoke.registry.organisations.officers import principal

SHOWN = 60


class NoNumberError(InvalidInputError):
    """数値を、数字で入れてください。例：23.5"""

    code = "no-number"


class NoFileError(InvalidInputError):
    """CSVファイルを選んでください。"""

    code = "no-file"


def _reading(request: PolicyRequest) -> str:
    return "en" if request.reading == "en" else "ja"


def _may_enter(request: PolicyRequest, indicator: Indicator) -> bool:
    """The planning office any, a department its own; nobody what the platform counts."""
    own = indicator.owner in functions_of(request.officer)
    return indicator.source.computation is None and (request.plans or own)


@require_safe
@policy_desk
def figures(request: PolicyRequest) -> HttpResponse:
    """Every indicator with its newest figure."""
    return _list(request)


def _list(request: PolicyRequest, *, error: str = "", status: int = 200, **more: Any) -> HttpResponse:
    reading = _reading(request)
    rows = current_figures(request.policy.id).filter(grain=Grain.QUARTER, municipality_code="", service="")
    newest = {row.indicator: row for row in rows.order_by("on")}
    shown: list[dict[str, Any]] = []
    for one in request.policy.indicators:
        row = newest.get(one.id)
        shown.append(
            {
                "indicator": one,
                "title": in_language(one.titles, reading),
                "unit": in_language(one.unit, reading),
                "figure": row,
                "value": number(one, row.value) if row and row.value is not None else "",
                "goal": number(one, one.goal.value),
                "standing": standing(one, row.value if row else None, row.on if row else None),
            }
        )
    waiting = current_figures(request.policy.id).filter(release=None, on__lte=last_ended_quarter(clock.today()))
    context = {"rows": shown, "release": latest_release(request.policy.id), "unreleased": waiting.count(), **more}
    return page(request, "figures.html", context, error=error, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@policy_desk
def indicator(request: PolicyRequest, indicator_id: str) -> HttpResponse:
    """The figures of one, with all that they were before; and a form to enter or correct one."""
    found = request.policy.by_indicator.get(indicator_id)
    if found is None:
        raise NotFoundError
    error, status = "", 200
    if request.method == "POST":
        try:
            _enter(request, found)
        except TodokeError as refused:
            error, status = refused.message, refused.status
        else:
            return redirect("console:policy-indicator", indicator_id=indicator_id)
    reading, names = _reading(request), names_of_places(_reading(request))
    place = typed(request.GET, "place", 5)
    place = place if place in names else ""
    rows = Figure.objects.filter(policy=request.policy.id, indicator=found.id, grain=Grain.QUARTER, service="")
    rows = rows.filter(municipality_code=place).select_related("release").order_by("-on", "-id")
    context = {
        "indicator": found,
        "title": in_language(found.titles, reading),
        "definition": in_language(found.definition, reading),
        "unit": in_language(found.unit, reading),
        "rows": [
            {"figure": row, "value": number(found, row.value) if row.value is not None else ""} for row in rows[:SHOWN]
        ],
        "targets": [{"on": one.on, "value": number(found, one.value)} for one in found.path],
        "may_enter": _may_enter(request, found),
        "places": names if found.municipal else {},
        "place": place,
        "quarter": last_ended_quarter(clock.today()),
    }
    return page(request, "indicator.html", context, error=error, status=status)


def _enter(request: PolicyRequest, found: Indicator) -> None:
    if not _may_enter(request, found):
        raise NotAllowedError
    try:
        value = Decimal(to_halfwidth(typed(request.POST, "value", 30)).replace(",", ""))
    except InvalidOperation as error:
        raise NoNumberError from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise NoNumberError
    place = typed(request.POST, "place", 5)
    if place and (not found.municipal or place not in names_of_places("ja")):
        raise NotFoundError
    on: date = day(request, "on")
    record_figure(
        policy=request.policy,
        indicator=found.id,
        on=on,
        value=value,
        municipality=place,
        origin=Origin.REPORT,
        detail="",
        by=principal(request.officer),
        by_name=request.officer.name,
        note=typed(request.POST, "note", 300),
    )


@require_POST
@policy_desk
def release(request: PolicyRequest) -> HttpResponse:
    """Give the figures to everybody, as they are now."""
    try:
        if not request.plans:
            raise NotPlanningOfficeError
        release_figures(policy=request.policy, by=request.officer)
    except TodokeError as refused:
        return _list(request, error=refused.message, status=refused.status)
    return redirect("console:policy-figures")


@require_POST
@policy_desk
def take_in(request: PolicyRequest) -> HttpResponse:
    """A file of figures: all of it, or nothing with every line that cannot be taken."""
    note = typed(request.POST, "note", 300)
    try:
        if not request.plans:
            raise NotPlanningOfficeError
        with _uploaded(request) as path:
            imported = import_figures(
                policy=request.policy,
                rows=figure_rows(path),
                file=path.name,
                by=principal(request.officer),
                by_name=request.officer.name,
                note=note,
            )
    except BadFiguresError as refused:
        problems = refused.problems[:SHOWN]
        return _list(request, error=refused.message, status=refused.status, problems=problems, note=note)
    except TodokeError as refused:
        return _list(request, error=refused.message, status=refused.status, note=note)
    return _list(request, imported=imported)


@contextmanager
def _uploaded(request: PolicyRequest) -> Iterator[Path]:
    """The file that came with the form, under its own name. Raises NoFileError."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise NoFileError
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name or "").name[-100:] or "figures.csv")
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        yield path
