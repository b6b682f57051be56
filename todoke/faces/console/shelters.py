"""Opening and closing shelters: those of a municipality, how full they are, and one press for many of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from todoke.exchange.passes.queries import headcounts
from todoke.faces.console.crisis import CrisisRequest, Desk, desk_required
from todoke.faces.console.crisis_words import hazard_name
from todoke.faces.console.typed import typed
from todoke.kernel.errors import NotAllowedError, NotFoundError
from todoke.registry.organisations.officers import principal
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.queries import municipalities, shelters, states
from todoke.registry.places.shelters import close_shelter, mark_full, open_shelter
from todoke.registry.places.types import Feature, Hazard, Openness, StateNow

DEEDS: dict[str, Callable[..., Any]] = {"open": open_shelter, "full": mark_full, "close": close_shelter}
PAGE = 60
NOTHING = StateNow(Openness.READY)


@dataclass(frozen=True)
class Row:
    """A shelter as the list has it. ``left`` is None where its capacity is not published."""

    shelter: Shelter
    state: StateNow
    people: int
    left: int | None
    share: int
    """Of its places taken, in per cent."""

    hazards: list[str]
    accessible: bool


@never_cache
@require_GET
@desk_required
def shelter_list(request: CrisisRequest) -> HttpResponse:
    """Of one municipality; the prefecture's desk chooses which."""
    areas = _areas(request.desk)
    area = request.GET.get("area", "") or (areas[0].code if areas else "")
    if not request.desk.sees(area):
        raise NotFoundError
    only, hazard = request.GET.get("state", ""), request.GET.get("hazard", "")
    rows = _rows(area, hazard if hazard in set(Hazard) else "")
    page = Paginator([row for row in rows if only in {"", row.state.openness}], PAGE).get_page(request.GET.get("page"))
    context = {
        "towns": areas,
        "town": next((one for one in areas if one.code == area), None),
        "page": page,
        "views": [("", len(rows)), *_counts(rows)],
        "people": sum(row.people for row in rows),
        "places": sum(row.left or 0 for row in rows if row.state.openness.takes_people),
        "only": only,
        "hazard": hazard,
        "hazards": {each.value: hazard_name(each) for each in Hazard},
    }
    return render(request, "console/shelters.html", context)


@never_cache
@require_POST
@desk_required
def shelter_deed(request: CrisisRequest) -> HttpResponse:
    """Open, close or call full those that are ticked, or the one whose button was pressed: all of them or none."""
    name, _colon, one = request.POST.get("deed", "").partition(":")
    ids = [int(key) for key in ([one] if one else request.POST.getlist("shelter")) if key.isdecimal()]
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFoundError
    chosen = list(Shelter.objects.filter(pk__in=ids))
    if len(chosen) != len(set(ids)):
        raise NotFoundError
    if not all(request.desk.sees(shelter.municipality_id) for shelter in chosen):
        raise NotAllowedError
    office = request.desk.offices[0]
    with transaction.atomic():
        for shelter in chosen:
            deed(
                shelter=shelter,
                actor=principal(request.officer),
                actor_name=request.desk.name,
                reason=typed(request.POST, "reason", 200),
                organisation_id=office.pk,
            )
    kept = {key: request.POST[key] for key in ("area", "state", "hazard", "page") if request.POST.get(key)}
    return redirect(f"{reverse('console:shelters')}?{urlencode(kept)}")


def _areas(desk: Desk) -> list[Municipality]:
    return [row for row in municipalities() if desk.sees(row.code)]


def _rows(area: str, hazard: str) -> list[Row]:
    found = shelters(hazard or None, municipality_code=area)
    said, people = states([row.pk for row in found]), headcounts([row.pk for row in found])
    rows = []
    for shelter in found:
        there = people[shelter.pk].people if shelter.pk in people else 0
        left = None if shelter.capacity is None else shelter.capacity - there
        share = min(100, round(100 * there / shelter.capacity)) if shelter.capacity else 0
        fit = [hazard_name(each) for each in Hazard if each in shelter.hazards]
        accessible = Feature.WHEELCHAIR in shelter.features
        rows.append(Row(shelter, said.get(shelter.pk, NOTHING), there, left, share, fit, accessible))
    return sorted(rows, key=lambda row: (_ORDER[row.state.openness], row.shelter.name))


def _counts(rows: list[Row]) -> list[tuple[str, int]]:
    return [(each.value, sum(row.state.openness is each for row in rows)) for each in Openness]


_ORDER = {Openness.OPEN: 0, Openness.FULL: 1, Openness.READY: 2, Openness.CLOSED: 3}
