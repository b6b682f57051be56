"""Shelters with people in them, and the devices at their doors."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from todoke.exchange.passes import queries
from todoke.exchange.passes.actions.readers import end_reader, enrol_reader
from todoke.exchange.passes.codes import picture
from todoke.exchange.passes.models import Reader
from todoke.exchange.passes.types import Headcount
from todoke.faces.console.crisis import CrisisRequest, Desk, desk_required
from todoke.faces.console.typed import typed
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.registry.organisations.officers import principal
from todoke.registry.places.models import Shelter
from todoke.registry.places.queries import municipalities


def own_shelters(desk: Desk) -> QuerySet[Shelter]:
    """Of the desk's municipalities; for the prefecture's all."""
    rows = Shelter.objects.select_related("municipality").defer("municipality__boundary")
    return rows if desk.prefectural else rows.filter(municipality__in=desk.codes)


def own_shelter(desk: Desk, shelter_id: int) -> Shelter:
    """Raises NotFoundError for another municipality's as for none."""
    found = own_shelters(desk).filter(pk=shelter_id).first()
    if found is None:
        raise NotFoundError
    return found


def municipality_names() -> dict[str, str]:
    """By code."""
    return {m.code: m.name for m in municipalities()}


@never_cache
@require_GET
@desk_required
def check_in(request: CrisisRequest) -> HttpResponse:
    """Shelters with anybody or any device in them, those found by name, and where one's people are elsewhere."""
    shelters = own_shelters(request.desk)
    words = typed(request.GET, "q", 60).strip()
    busy = shelters.filter(Q(tallies__people__gt=0) | Q(readers__ended_at=None, readers__isnull=False)).distinct()
    found = shelters.filter(name__icontains=words, withdrawn_at=None)[:50] if words else []
    rows = {shelter.pk: shelter for shelter in [*found, *busy]}
    counts = queries.headcounts(rows.keys())
    standing = Q(ended_at=None) & ~Q(taken_up_at=None)
    devices = dict(Reader.objects.filter(standing, shelter__in=rows).values_list("shelter").annotate(n=Count("pk")))
    waiting = dict(Reader.objects.filter(standing, shelter__in=rows).values_list("shelter").annotate(n=Sum("waiting")))
    context = {
        "rows": [
            {
                "shelter": shelter,
                "count": (count := counts.get(pk, Headcount())),
                "left": shelter.capacity - count.people if shelter.capacity else None,
                "devices": devices.get(pk, 0),
                "waiting": waiting.get(pk, 0),
            }
            for pk, shelter in rows.items()
        ],
        "words": words,
        "elsewhere": _elsewhere(request.desk.codes, shelters),
    }
    return render(request, "console/check_in.html", context)


def _elsewhere(codes: Collection[str], own: QuerySet[Shelter]) -> list[dict[str, Any]]:
    """The people of one's municipality who are in other municipalities' shelters."""
    found: dict[int, Headcount] = {}
    for code in set(codes) - {""}:
        for shelter_id, count in queries.headcounts_of_home(code).items():
            found[shelter_id] = found.get(shelter_id, Headcount()) + count
    mine = set(own.filter(pk__in=found).values_list("pk", flat=True)) if found else set()
    shelters = Shelter.objects.select_related("municipality").defer("municipality__boundary")
    return [
        {"shelter": shelter, "count": found[shelter.pk]}
        for shelter in shelters.filter(pk__in=found.keys() - mine).order_by("municipality", "name")
    ]


@never_cache
@require_GET
@desk_required
def shelter(request: CrisisRequest, shelter_id: int) -> HttpResponse:
    """How many are in a shelter, where they are from, and its devices."""
    return _shelter_page(request, own_shelter(request.desk, shelter_id))


def _shelter_page(
    request: CrisisRequest, shelter: Shelter, *, failed: TodokeError | None = None, made: dict[str, Any] | None = None
) -> HttpResponse:
    names = municipality_names()
    count = queries.headcount(shelter)
    context = {
        "shelter": shelter,
        "count": count,
        "left": shelter.capacity - count.people if shelter.capacity else None,
        "homes": [
            {"name": names.get(row.municipality_code, ""), "people": row.people, "families": row.families}
            for row in shelter.tallies.filter(people__gt=0).order_by("-people")
        ],
        "readers": queries.standing_readers(shelter),
        "failed": failed,
        "made": made,
        "now": clock.now(),
    }
    return render(request, "console/shelter_door.html", context, status=failed.status if failed else 200)


@require_POST
@desk_required
def reader_enrol(request: CrisisRequest, shelter_id: int) -> HttpResponse:
    """A link for one device; it is on this page once."""
    place = own_shelter(request.desk, shelter_id)
    try:
        label = typed(request.POST, "label", 40)
        reader, secret = enrol_reader(shelter=place, label=label, by=principal(request.officer))
    except TodokeError as failed:
        return _shelter_page(request, place, failed=failed)
    address = f"{settings.BASE_URL}{reverse('reader:enrol', args=[secret])}"
    made = {"reader": reader, "address": address, "picture": picture(address)}
    return _shelter_page(request, place, made=made)


@require_POST
@desk_required
def reader_end(request: CrisisRequest, shelter_id: int, reader_id: int) -> HttpResponse:
    """The device is no reader any more, at once."""
    place = own_shelter(request.desk, shelter_id)
    reader = place.readers.filter(pk=reader_id).first()
    if reader is None:
        raise NotFoundError
    end_reader(reader=reader, by=principal(request.officer))
    return redirect("console:shelter-door", shelter_id=place.pk)
