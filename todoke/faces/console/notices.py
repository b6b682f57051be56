"""A notice of an office to those whom it concerns: to whom, how many, what; with questions or without."""

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import shapely
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.exchange.messages.queries import counts_about
from todoke.exchange.messages.types import LANGUAGES
from todoke.faces.console.area_map import HAZARDS, area_map, ticked_zones
from todoke.faces.console.crisis_words import hazard_name, place_name
from todoke.faces.console.typed import typed
from todoke.faces.language import LANGUAGE_NAMES
from todoke.faces.look.prefecture_map import WIDTH, prefecture_map
from todoke.faces.visitors import OfficerRequest, role_required
from todoke.kernel import audit
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.actions import notices as deeds
from todoke.loops.reach.audience import Audience
from todoke.loops.reach.audience.counting import Counts, counts_of
from todoke.loops.reach.drafting import drawn_area, points_of
from todoke.loops.reach.models import Notice
from todoke.loops.reach.surveys.questions import TYPES, SurveyError
from todoke.loops.reach.surveys.results import results_csv, results_of
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.officers import principal
from todoke.registry.organisations.types import Role
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Zone
from todoke.registry.places.queries import municipalities

ROWS = 8
"""Questions that the form offers."""

STEPS = 4
LONGEST_OUTLINE = 40_000


def _kinds() -> list[tuple[str, str]]:
    words = {
        "choice": _("1つ選ぶ"),
        "choices": _("いくつでも選ぶ"),
        "yes_no": _("はい・いいえ"),
        "number": _("数"),
        "text": _("短い文"),
        "textarea": _("長い文"),
    }
    return [(kind, words[kind]) for kind in TYPES]


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
def notices(request: OfficerRequest) -> HttpResponse:
    """What was sent or waits, and the form; before anything is sent, to how many and where."""
    offices = deeds.offices_for_notices(request.officer)
    if request.method == "GET":
        return _form(request, offices)
    office = next((one for one in offices if str(one.pk) == request.POST.get("office")), offices[0])
    deed, nonce = request.POST.get("deed"), _nonce(request)
    if deed == "map":
        return _form(request, offices)
    if deed == "send" and (before := deeds.asked_before(officer=request.officer, nonce=nonce)):
        return redirect(f"{reverse('console:notice', args=[before.pk])}?again=1")
    try:
        audience = _audience(request, office)
        if deed == "send":
            sent = deeds.ask_for_notice(
                officer=request.officer,
                office=office,
                audience=audience,
                texts=_texts(request),
                nonce=nonce,
                **_survey(request),
            )
            return redirect("console:notice", notice_id=sent.pk)
        found = counts_of(deeds.found_for(office=office, officer=request.officer, audience=audience))
    except TodokeError as failed:
        return _form(request, offices, failed=failed)
    return _form(request, offices, counts=found, narrow=_is_narrow(audience))


def _form(
    request: OfficerRequest,
    offices: list[Organisation],
    *,
    counts: Counts | None = None,
    narrow: bool = False,
    failed: TodokeError | None = None,
) -> HttpResponse:
    asked = request.POST
    own = {one.municipality_code for one in offices}
    context = {
        "offices": offices,
        "areas": municipalities() if "" in own else [],
        "chosen": asked.getlist("area"),
        "languages": [
            {
                "code": code,
                "name": LANGUAGE_NAMES[code],
                "subject": asked.get(f"subject-{code}", ""),
                "body": asked.get(f"body-{code}", ""),
            }
            for code in LANGUAGES
        ],
        "questions": [_question_row(asked, number) for number in range(1, ROWS + 1)],
        "kinds": _kinds(),
        "notices": Notice.objects.filter(office__in=offices).select_related("office__parent").order_by("-id")[:30],
        "typed": asked.dict(),
        "nonce": _nonce(request) or uuid4(),
        **_area_form(request, offices),
        "found": _found(request, counts, narrow) if counts else None,
        "failed": failed,
        "most": settings.ALONE_MOST,
    }
    return render(request, "console/notices.html", context, status=failed.status if failed else 200)


def _question_row(asked: Any, number: int) -> dict[str, Any]:
    parts = {part: asked.get(f"q{number}-{part}", "") for part in ("label", "en", "type", "options")}
    return {"number": number, **parts}


def _audience(request: OfficerRequest, office: Organisation) -> Audience:
    """Of a municipality's office its own people; of the prefecture's the chosen municipalities, else everybody."""
    codes = [one.code for one in municipalities()]
    chosen = tuple(code for code in request.POST.getlist("area") if code in codes)
    areas = (office.municipality_code,) if office.municipality_code else chosen or tuple(codes)
    drawn = drawn_area(points_of(typed(request.POST, "outline", LONGEST_OUTLINE)))
    return Audience(
        areas=areas,
        zones=ticked_zones(request.POST),
        polygons=(drawn,) if drawn else (),
        within=True,
        rule=typed(request.POST, "rule", 4000).strip(),
    )


def _is_narrow(audience: Audience) -> bool:
    """Whether so few may be meant that an exact number says something of each of them."""
    return bool(audience.rule or audience.zones or audience.polygons)


def _area_form(request: OfficerRequest, offices: list[Organisation]) -> dict[str, Any]:
    """The map of what the office may reach, once a hazard, or none, was chosen for it."""
    asked, hazard = request.POST, typed(request.POST, "hazard", 20)
    own = [one.municipality_code for one in offices]
    codes = asked.getlist("area") if "" in own else own
    hazard = hazard if hazard in HAZARDS else ""
    shown = asked.get("deed") == "map" or hazard or asked.get("outline", "").strip() or asked.getlist("zone")
    return {
        "hazards": [(one, hazard_name(one)) for one in HAZARDS],
        "hazard": hazard,
        "outline": typed(asked, "outline", LONGEST_OUTLINE),
        "map": area_map(codes or [one.code for one in municipalities()], hazard, ticked_zones(asked))
        if shown
        else None,
    }


def _nonce(request: OfficerRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("nonce", ""))
    except ValueError:
        return None


def _texts(request: OfficerRequest) -> dict[str, dict[str, str]]:
    parts = {"subject": 100, "body": 4000}
    return {
        code: {part: typed(request.POST, f"{part}-{code}", longest) for part, longest in parts.items()}
        for code in LANGUAGES
    }


def _survey(request: OfficerRequest) -> dict[str, Any]:
    """The questions that were filled in, and what was promised. Raises SurveyError."""
    rows = [_question_row(request.POST, number) for number in range(1, ROWS + 1)]
    asked = [_question(row) for row in rows if str(row["label"]).strip()]
    until = typed(request.POST, "open_until", 10)
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise SurveyError(why=_("締め切りの日")) from None
    promise = request.POST.get("promise", "")
    return {
        "questions": asked,
        "anonymous": promise == "anonymous",
        "changeable": promise == "changeable",
        "open_until": last,
    }


def _question(row: dict[str, Any]) -> dict[str, Any]:
    label = str(row["label"]).strip()[:200]
    made: dict[str, Any] = {
        "id": f"q{row['number']}",
        "type": row["type"] or "text",
        "label": {"ja": label, "en": str(row["en"]).strip()[:200] or label},
        "required": False,
    }
    if made["type"] in {"choice", "choices"}:
        lines = [line.strip() for line in str(row["options"]).splitlines() if line.strip()]
        made["options"] = [
            {"id": f"o{number}", "label": {"ja": ja.strip(), "en": en.strip() or ja.strip()}}
            for number, line in enumerate(lines, 1)
            for ja, _bar, en in [line.partition("|")]
        ]
        if len(lines) < 2:
            raise SurveyError(why=_("「{label}」の選択肢を、1行に1つ、2つ以上書いてください").format(label=label))
    return made


def _found(request: OfficerRequest, counts: Counts, narrow: bool) -> dict[str, Any]:
    """What the page shows of the counts; of a narrow audience tens, and nothing of few."""
    names = {one.code: one.name_en if request.reading == "en" else one.name for one in municipalities()}
    shown = {code: _shown(number, narrow) for code, number in counts.by_municipality.items()}
    most = max((number for number in shown.values() if number), default=0)
    drawing = prefecture_map()
    return {
        "people": _shown(counts.people, narrow),
        "rounded": narrow,
        "second": counts.people > settings.ALONE_MOST,
        "rows": [{"name": names.get(code, code), "people": number} for code, number in sorted(shown.items())],
        "map": [
            {
                "path": shape.path,
                "name": shape.name_en if request.reading == "en" else shape.name,
                "step": _step(shown.get(shape.code) or 0, most),
            }
            for shape in drawing.shapes
        ],
        "width": WIDTH,
        "height": drawing.height,
    }


def _shown(number: int, narrow: bool) -> int | None:
    if not narrow:
        return number
    return None if number < settings.SMALLEST_COUNT else round(number, -1)


def _step(number: int, most: int) -> int:
    return min(STEPS, 1 + int(STEPS * number / most * 0.9999)) if number and most else 0


def _own(request: OfficerRequest, notice_id: int) -> Notice:
    offices = deeds.offices_for_notices(request.officer)
    rows = Notice.objects.select_related("office__parent")
    found = rows.filter(pk=notice_id, office__in=offices).first()
    if found is None:
        raise NotFoundError
    return found


@never_cache
@require_safe
@role_required(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
def notice(request: OfficerRequest, notice_id: int) -> HttpResponse:
    """A notice: what waits for a second officer, or how far it got and what was answered."""
    return _notice_page(request, _own(request, notice_id))


def _notice_page(request: OfficerRequest, found: Notice, failed: TodokeError | None = None) -> HttpResponse:
    reading = "en" if request.reading == "en" else "ja"
    audience = Audience.from_json(found.audience)
    context = {
        "notice": found,
        "again": "again" in request.GET,
        "people": _shown(found.people, _is_narrow(audience)),
        **_area_of(audience, reading),
        "texts": [(LANGUAGE_NAMES[code], text) for code, text in found.texts.items()],
        "mine": found.asked_by == principal(request.officer),
        "results": results_of(found, reading) if found.questions else None,
        "counts": _progress(found),
        "failed": failed,
    }
    return render(request, "console/notice.html", context, status=failed.status if failed else 200)


def _area_of(audience: Audience, reading: str) -> dict[str, Any]:
    """To which municipalities, and the part of them that was chosen on the map."""
    places = {one.code: one for one in municipalities()}
    named = [places[code] for code in audience.areas if code in places]
    drawn = to_wkb(multipolygon(shapely.union_all(shapely.from_wkb(audience.polygons)))) if audience.polygons else None
    chosen = bool(audience.zones or drawn)
    return {
        "everywhere": len(named) == len(places),
        "places": [place_name(one, reading) for one in named],
        "zones": list(Zone.objects.filter(code__in=audience.zones).values_list("name", flat=True)),
        "drawn": drawn is not None,
        "map": area_map(audience.areas, "", audience.zones, drawn) if chosen else None,
    }


def _progress(found: Notice) -> dict[str, int] | None:
    narrow = _is_narrow(Audience.from_json(found.audience))
    if found.state != "sent" or (narrow and found.people < settings.SMALLEST_COUNT):
        return None
    rows = counts_about(f"notice:{found.pk}")
    return {
        "delivered": sum(row.delivered for row in rows),
        "read": sum(row.read for row in rows),
        "failed": sum(row.failed for row in rows),
    }


@require_POST
@role_required(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
def deed(request: OfficerRequest, notice_id: int) -> HttpResponse:
    """Confirm it as the second officer, or withdraw it."""
    found = _own(request, notice_id)
    act = deeds.confirm_notice if request.POST.get("deed") == "confirm" else deeds.withdraw_notice
    try:
        act(officer=request.officer, notice_id=found.pk)
    except TodokeError as failed:
        return _notice_page(request, _own(request, notice_id), failed)
    return redirect("console:notice", notice_id=found.pk)


@require_safe
@role_required(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
def results(request: OfficerRequest, notice_id: int) -> HttpResponse:
    """What was answered, as CSV."""
    found = _own(request, notice_id)
    if not found.questions:
        raise NotFoundError
    audit.record(
        actor=principal(request.officer),
        action="notice.results",
        subject=f"notice:{found.pk}",
        organisation_id=found.office_id,
    )
    text = results_csv(found, "en" if request.reading == "en" else "ja")
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'notice-{found.pk}.csv')}"
    return response
