"""What a resident has arranged for a disaster: needs, helpers, places, family, and where to flee to."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.crisis_words import hazard_name
from todoke.faces.visitors import ResidentRequest, oneself_required, resident_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.queries.own_shelter import own_shelters
from todoke.registry.people import family, helpers, keys, whereabouts
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.keys import label_of
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import Known, own_facts
from todoke.registry.places.queries import municipalities, shelters

STAYS = {"3": 3, "12": 12, "24": 24, "72": 72, "168": 168}
"""Hours for which one may say where one is."""


def _relations() -> list[tuple[str, str]]:
    return [
        ("family", _("家族・親せき")),
        ("neighbour", _("近所の人・友だち")),
        ("volunteer", _("自治会・民生委員・ボランティア")),
        ("care", _("介護や医療の事業所")),
    ]


def _kinds() -> list[tuple[str, str]]:
    return [("work", _("仕事の場所")), ("school", _("学校・保育園")), ("other", _("よく行く場所"))]


def _needs(facts: Known, asked: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"key": key, "label": label_of(key), "given": bool(key in facts and facts[key].value is True)} for key in asked
    ]


def _said(facts: Known) -> bool:
    return any(key in facts for key in keys.NEEDS)


def _state(facts: Known, standing: list[Any]) -> str:
    """The sentence that the page begins with."""
    if not _said(facts):
        return _("災害のときに助けがいるか、教えてください")
    needs = any(facts[key].value is True for key in keys.NEEDS if key in facts)
    if needs and not any(one.agreed_at for one in standing):
        return _("災害のときに助けてくれる人が、まだ決まっていません")
    return _("災害のときの備えができています")


def _page(
    request: ResidentRequest, *, part: str = "", failed: TodokeError | None = None, code: str = ""
) -> HttpResponse:
    resident, facts = request.resident, own_facts(request.resident)
    standing = list(helpers.standing_helpers(resident))
    area = request.GET.get("place", "")[:5] or request.POST.get("place", "")[:5] or resident.household.municipality_code
    relations, kinds = dict(_relations()), {**dict(_kinds()), "now": _("いまいる場所")}
    context = {
        "state": _state(facts, standing),
        "needs": _needs(facts, keys.NEEDS),
        "said": _said(facts),
        "helpers": [{"row": one, "relation": relations.get(one.relation, "")} for one in standing],
        "helped": helpers.helped_by(resident),
        "relations": _relations(),
        "kinds": _kinds(),
        "places": [{"row": one, "kind": kinds[one.kind]} for one in whereabouts.whereabouts_of(resident)],
        "areas": municipalities(),
        "area": area,
        "near": shelters(municipality_code=area) if area else [],
        "family": [
            {"member": one, "speaks": family.speaks_for_themselves(one), "asked": _asked(standing, one)}
            for one in family.family_of(resident)
        ],
        "shelters": [
            {"at": one, "hazards": _listed([hazard_name(each) for each in one.hazards])}
            for one in own_shelters(resident)
        ],
        "stays": [(hours, _hours(number)) for hours, number in STAYS.items()],
        "code": code,
        "part": part,
        "error": failed.message if failed else "",
        "typed": request.POST.dict(),
    }
    return render(request, "portal/prepared.html", context, status=failed.status if failed else 200)


def _listed(words: list[str]) -> str:
    return (", " if get_language() == "en" else "、").join(words)


def _asked(standing: list[Any], member: Resident) -> bool:
    return any(one.helper_id == member.pk for one in standing)


def _hours(number: int) -> str:
    if number < 24:
        return _("{n}時間").format(n=number)
    return _("{n}日間").format(n=number // 24)


def _by(request: ResidentRequest) -> str:
    return f"resident:{(request.agent or request.resident).pk}"


def _back(part: str) -> HttpResponse:
    return redirect(f"{reverse('portal:prepared')}#{part}")


@never_cache
@require_safe
@resident_required
def prepared(request: ResidentRequest) -> HttpResponse:
    """What is arranged, what is missing first."""
    return _page(request)


def _answers(request: ResidentRequest, asked: Sequence[str]) -> dict[str, bool]:
    """Who sees the whole list and leaves a line out says no to it."""
    given = request.POST.getlist("need")
    return {key: key in given for key in asked}


@require_POST
@resident_required
def say_needs(request: ResidentRequest) -> HttpResponse:
    """All needs at once."""
    learn_facts(resident=request.resident, said=_answers(request, keys.NEEDS))
    return _back("needs")


def _member(request: ResidentRequest, member_id: UUID) -> Resident:
    """Raises NotFoundError for whom the reader may not speak."""
    found = next((one for one in family.family_of(request.resident) if one.pk == member_id), None)
    if found is None or not family.may_prepare_for(request.resident, found):
        raise NotFoundError
    return found


@never_cache
@require_safe
@oneself_required
def member(request: ResidentRequest, member_id: UUID) -> HttpResponse:
    """What a member of the household needs who does not say it themselves."""
    one = _member(request, member_id)
    known = family.needs_known_of(one, by=request.resident)
    return render(
        request, "portal/prepared_member.html", {"member": one, "needs": _needs(known, family.SAID_FOR_FAMILY)}
    )


@require_POST
@oneself_required
def say_for_member(request: ResidentRequest, member_id: UUID) -> HttpResponse:
    """The same for a member of the household."""
    one = _member(request, member_id)
    said = _answers(request, family.SAID_FOR_FAMILY)
    family.say_for_family(member=one, by=request.resident, said=said)
    return _back("family")


@never_cache
@require_POST
@resident_required
def ask_helper(request: ResidentRequest) -> HttpResponse:
    """Ask somebody: a member of the household by name, others by the code that is shown once."""
    posted = request.POST
    chosen = next((one for one in family.family_of(request.resident) if str(one.pk) == posted.get("member")), None)
    agreed = chosen is None and posted.get("agreed") == "yes"
    try:
        with transaction.atomic():
            made, code = helpers.ask_helper(
                person=request.resident,
                by=_by(request),
                name=chosen.name if chosen else posted.get("name", ""),
                relation="family" if chosen else posted.get("relation", ""),
                phone=posted.get("phone", ""),
                helper=chosen,
            )
            if agreed:
                helpers.note_agreement(helper_id=made.pk, person=request.resident, by=_by(request))
    except (helpers.HelperError, helpers.HelperTwiceError) as failed:
        return _page(request, part="helpers", failed=failed)
    if chosen:
        return _back("helpers")
    return _page(request, code=code)


@require_POST
@oneself_required
def agree(request: ResidentRequest) -> HttpResponse:
    """Help somebody: by their code, or because they asked for the reader by name."""
    number = request.POST.get("helper", "")
    try:
        if number.isascii() and number.isdecimal():
            helpers.agree_to_help(helper=request.resident, helper_id=int(number))
        else:
            helpers.agree_to_help(helper=request.resident, code=request.POST.get("code", "")[:40])
    except (helpers.HelperCodeError, helpers.HelperTwiceError) as failed:
        return _page(request, part="helping", failed=failed)
    return _back("helping")


@require_POST
@resident_required
def end_help(request: ResidentRequest, helper_id: int) -> HttpResponse:
    """Either of them ends it."""
    helpers.end_help(helper_id=helper_id, by=request.resident, actor=_by(request))
    return _back("helpers")


def _spot(posted: Mapping[str, Any]) -> tuple[float, float]:
    """Where the device is, else where the chosen shelter is. Raises PlaceError."""
    try:
        return float(posted.get("longitude", "")), float(posted.get("latitude", ""))
    except ValueError:
        chosen = shelters(codes=[str(posted.get("near", ""))])
    if not chosen:
        raise whereabouts.PlaceError
    return chosen[0].longitude, chosen[0].latitude


@require_POST
@resident_required
def add_place(request: ResidentRequest) -> HttpResponse:
    """A place where the reader often is, or is now."""
    posted = request.POST
    try:
        longitude, latitude = _spot(posted)
        common: dict[str, Any] = {
            "resident": request.resident,
            "longitude": longitude,
            "latitude": latitude,
            "name": posted.get("name", ""),
            "by": _by(request),
        }
        if posted.get("kind") == whereabouts.NOW:
            until = clock.now() + timedelta(hours=STAYS.get(posted.get("hours", ""), 12))
            whereabouts.say_where_i_am(until=until, **common)
        else:
            whereabouts.add_whereabouts(kind=posted.get("kind", ""), **common)
    except (whereabouts.PlaceError, whereabouts.StayError) as failed:
        return _page(request, part="places", failed=failed)
    return _back("places")


@require_POST
@resident_required
def end_place(request: ResidentRequest, place_id: int) -> HttpResponse:
    """The reader is no longer there."""
    whereabouts.end_whereabouts(whereabouts_id=place_id, resident=request.resident, by=_by(request))
    return _back("places")
