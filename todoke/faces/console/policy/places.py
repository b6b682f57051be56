"""Municipalities side by side, in the order in which help could come first. For staff alone."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.faces.console.policy.desk import PolicyRequest, page, policy_desk
from todoke.faces.console.policy.reports import number
from todoke.faces.console.typed import typed
from todoke.kernel.text import harmless_cell
from todoke.loops.improve.queries.municipalities import PlaceRow, municipal_indicators, side_by_side
from todoke.loops.improve.report_packs import SUPPORT
from todoke.registry.catalogue.types import in_language

STEP = 50
"""Of a bar's 1,000: the sheet has twenty lengths, as a page must not say a length of its own."""


def _asked(request: PolicyRequest) -> tuple[list[PlaceRow], str, bool]:
    support, asking = typed(request.GET, "support", 40), request.GET.get("asking") == "1"
    support = support if support in SUPPORT else ""
    return side_by_side(request.policy, asking=asking, support=support), support, asking


def _name(row: PlaceRow, reading: str) -> str:
    return row.place.name_en if reading == "en" and row.place.name_en else row.place.name


@require_safe
@policy_desk
def places(request: PolicyRequest) -> HttpResponse:
    """A table with a small bar for each figure, and what the prefecture offers."""
    rows, support, asking = _asked(request)
    reading = "en" if request.reading == "en" else "ja"
    indicators = municipal_indicators(request.policy)
    offers = {key: in_language(texts, reading) for key, texts in SUPPORT.items()}
    context: dict[str, Any] = {
        "indicators": [
            {"id": one.id, "title": in_language(one.titles, reading), "unit": in_language(one.unit, reading)}
            for one in indicators
        ],
        "rows": [
            {
                "row": row,
                "name": _name(row, reading),
                "cells": [
                    {"text": number(one, row.figures[one.id].value), "step": -(-row.figures[one.id].length // STEP)}
                    if one.id in row.figures
                    else None
                    for one in indicators
                ],
                "support": [offers[key] for key in row.support if key in offers],
            }
            for row in rows
        ],
        "offers": offers,
        "support": support,
        "asking": asking,
    }
    return page(request, "places.html", context)


@require_safe
@policy_desk
def download(request: PolicyRequest) -> HttpResponse:
    """The same as CSV, UTF-8."""
    rows, _support, _asking = _asked(request)
    reading = "en" if request.reading == "en" else "ja"
    indicators = municipal_indicators(request.policy)
    offers: Mapping[str, str] = {key: in_language(texts, reading) for key, texts in SUPPORT.items()}
    kept = io.StringIO()
    writer = csv.writer(kept)
    titles = [f"{in_language(one.titles, reading)}（{in_language(one.unit, reading)}）" for one in indicators]
    writer.writerow([_("市町村コード"), _("市町村"), *titles, _("県に相談したいこと"), _("内容")])
    for row in rows:
        values = [str(number(one, row.figures[one.id].value)) if one.id in row.figures else "" for one in indicators]
        asked = "、".join(offers[key] for key in row.support if key in offers)
        cells = [row.place.code, _name(row, reading), *values, asked, row.wish]
        writer.writerow([harmless_cell(cell) for cell in cells])
    response = HttpResponse(kept.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="municipalities.csv"'
    return response
