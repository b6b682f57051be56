"""The list of who is in a shelter: guarded by a reason, put right by officers, taken out as CSV."""

import csv
import io
from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from todoke.exchange.passes import queries
from todoke.exchange.passes.actions.scans import record_entry, void_scan
from todoke.exchange.passes.models import Presence, Scan
from todoke.exchange.passes.types import Entry, How, Kind
from todoke.faces.console.check_in import municipality_names, own_shelter, own_shelters
from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.typed import ReasonMissingError, typed
from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError, NotFoundError, TodokeError
from todoke.kernel.rules import age_on
from todoke.kernel.text import harmless_cell, search_key
from todoke.registry.organisations.officers import home_organisation_id, principal
from todoke.registry.people import access
from todoke.registry.people.types import Reader as Looker
from todoke.registry.places.models import Shelter

REASONS = "shelter-reasons"
PURPOSE, WHAT = gettext_noop("避難者名簿"), gettext_noop("避難所にいる人の名簿")
KEYS = ("name", "name_kana", "birth_date", "address.municipality")
PAGE = 200


class OtherShelterError(InvalidInputError):
    """移った先の避難所を、一覧から選んでください。"""

    code = "other-shelter"


@never_cache
@require_http_methods(["GET", "POST"])
@desk_required
def people(request: CrisisRequest, shelter_id: int) -> HttpResponse:
    """Who is there: after a reason, said once a session; each of them sees that they were looked at."""
    place = own_shelter(request.desk, shelter_id)
    if request.method == "POST":
        reason = typed(request.POST, "reason", 200).strip()
        if not reason:
            return _reason_page(request, place, ReasonMissingError())
        request.session[REASONS] = {**request.session.get(REASONS, {}), str(place.pk): reason}
        return redirect("console:shelter-people", shelter_id=place.pk)
    if not _reason(request, place):
        return _reason_page(request, place)
    return _people_page(request, place)


def _reason(request: CrisisRequest, place: Shelter) -> str:
    return str(request.session.get(REASONS, {}).get(str(place.pk), ""))


def _reason_page(request: CrisisRequest, place: Shelter, failed: TodokeError | None = None) -> HttpResponse:
    context = {"shelter": place, "failed": failed}
    return render(request, "console/shelter_reason.html", context, status=failed.status if failed else 200)


def _people_page(request: CrisisRequest, place: Shelter, failed: TodokeError | None = None) -> HttpResponse:
    words = search_key(typed(request.GET, "q", 60))
    rows = [row for row in queries.people_in(place) if not words or words in search_key(_name(row))]
    shown = rows[:PAGE]
    _leave_rows(request, place, shown, _reason(request, place))
    names = municipality_names()
    near = own_shelters(request.desk).filter(municipality=place.municipality, withdrawn_at=None).exclude(pk=place.pk)
    context = {
        "shelter": place,
        "rows": [
            {"presence": row, "name": _name(row), "age": _age(row), "town": _town(row, names), "first": first}
            for row, first in zip(shown, _firsts(shown), strict=True)
        ],
        "hidden": len(rows) - len(shown),
        "words": typed(request.GET, "q", 60),
        "near": near[:300],
        "failed": failed,
    }
    return render(request, "console/shelter_people.html", context, status=failed.status if failed else 200)


def _leave_rows(request: CrisisRequest, place: Shelter, rows: list[Presence], reason: str) -> None:
    residents = [row.resident for row in rows if row.resident]
    what = f"{_(WHAT)}（{place.name}）"
    looker = Looker(principal(request.officer), request.desk.name[:60], PURPOSE, what, reason)
    access.announce_many(residents=residents, reader=looker, keys=KEYS)
    audit.record(
        actor=principal(request.officer),
        action="shelter.people-read",
        subject=f"shelter:{place.code}"[:80],
        organisation_id=home_organisation_id(request.officer),
        people=len(rows),
    )


def _firsts(rows: list[Presence]) -> list[bool]:
    """Where another family begins."""
    return [place == 0 or rows[place - 1].family != row.family for place, row in enumerate(rows)]


def _name(row: Presence) -> str:
    return row.resident.name if row.resident else str(row.visitor.details["name"]) if row.visitor else ""


def _born(row: Presence) -> date | None:
    if row.resident:
        return row.resident.birth_date
    text = row.visitor.details["birth_date"] if row.visitor else ""
    return date.fromisoformat(text) if text else None


def _age(row: Presence) -> int | None:
    born = _born(row)
    return age_on(born, clock.today()) if born else None


def _town(row: Presence, names: dict[str, str]) -> str:
    return str(row.visitor.details["town"]) if row.visitor else names.get(row.municipality_code, "")


@require_POST
@desk_required
def correct(request: CrisisRequest, shelter_id: int, presence_id: int) -> HttpResponse:
    """Somebody left, is at another shelter, or was never here."""
    place = own_shelter(request.desk, shelter_id)
    row = queries.people_in(place).filter(pk=presence_id).first()
    if row is None or not _reason(request, place):
        raise NotFoundError
    deed = request.POST.get("deed", "")
    by, name = principal(request.officer), request.officer.name
    try:
        with transaction.atomic():
            if deed == "void":
                void_scan(scan=Scan.objects.select_related("shelter").get(nonce=row.nonce), by=by, by_name=name)
            else:
                target = place if deed == "out" else _other(request, typed(request.POST, "shelter", 60))
                kind = Kind.OUT if deed == "out" else Kind.IN
                record_entry(shelter=target, entry=_entry(row, kind), by=by, by_name=name)
            audit.record(
                actor=by,
                action="shelter.correct",
                subject=f"shelter:{place.code}"[:80],
                organisation_id=home_organisation_id(request.officer),
                deed=deed if deed in {"void", "out"} else "moved",
            )
    except TodokeError as failed:
        return _people_page(request, place, failed)
    return redirect("console:shelter-people", shelter_id=place.pk)


def _entry(row: Presence, kind: Kind) -> Entry:
    return Entry(
        nonce=uuid4(),
        kind=kind,
        how=How.HAND,
        at=clock.now(),
        residents=(row.resident_id,) if row.resident_id else (),
        visitors=(row.visitor_id,) if row.visitor_id else (),
        private=row.private,
    )


def _other(request: CrisisRequest, said: str) -> Shelter:
    """By the code or the name of a shelter in the list. Raises OtherShelterError."""
    found = own_shelters(request.desk).filter(Q(code=said) | Q(name=said), withdrawn_at=None)[:2]
    if len(found) != 1:
        raise OtherShelterError
    return found[0]


@require_POST
@desk_required
def download(request: CrisisRequest, shelter_id: int) -> HttpResponse:
    """The list as CSV, with a reason of its own: it leaves the house."""
    place = own_shelter(request.desk, shelter_id)
    reason = typed(request.POST, "reason", 200).strip()
    if not reason:
        return _reason_page(request, place, ReasonMissingError())
    rows = list(queries.people_in(place))
    _leave_rows(request, place, rows, reason)
    audit.record(
        actor=principal(request.officer),
        action="shelter.people-download",
        subject=f"shelter:{place.code}"[:80],
        organisation_id=home_organisation_id(request.officer),
        people=len(rows),
        reason=reason,
    )
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("名前"), _("読み"), _("生年月日"), _("年齢"), _("町"), _("人数"), _("世帯"), _("受付")])
    families: dict[UUID, int] = {}
    names = municipality_names()
    for row in rows:
        born, age = _born(row), _age(row)
        number = families.setdefault(row.family, len(families) + 1)
        kana = row.resident.name_kana if row.resident else ""
        cells = [_name(row), kana, born or "", "" if age is None else age, _town(row, names)]
        cells += [row.people, number, _time(row.since)]
        writer.writerow([harmless_cell(str(cell)) for cell in cells])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{place.name}-{clock.now().astimezone(clock.JAPAN):%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(clock.JAPAN):%Y-%m-%d %H:%M}"
