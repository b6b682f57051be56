"""Those to call first, with what an officer needs to call them. Whoever is shown can see that."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from todoke.exchange.messages.models import ContactPoint, Reply
from todoke.exchange.passes.queries import sheltered
from todoke.faces.console.crisis import Desk
from todoke.faces.console.crisis_words import need_name, place_name
from todoke.loops.reach.calling import Callee, Heard
from todoke.loops.reach.models import Call
from todoke.registry.people import access
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Reader
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

CALLED = 6
NAME_KEYS = ("name", "birth_date", "address.full", "phone")


def reader_of(desk: Desk, officer_id: int) -> Reader:
    """As the resident sees who looked, and why."""
    return Reader(
        f"officer:{officer_id}",
        desk.name[:60],
        PURPOSE,
        gettext_noop("災害のときに先に電話する人の一覧"),
        REASON,
    )


PURPOSE = gettext_noop("災害のときの安否確認と救助のため")
REASON = gettext_noop("安否が分からないか、助けを求めているため")


def is_done(one: Callee, calls: Mapping[UUID, Call]) -> bool:
    """Resolved, and not asked again since."""
    call = calls.get(one.resident)
    return call is not None and call.state == "resolved" and (one.heard is not Heard.HELP or one.since <= call.at)


def first_of(
    open_calls: list[Callee],
    calls: Mapping[UUID, Call],
    desk: Desk,
    places: Mapping[str, Municipality],
    reading: str,
) -> list[dict[str, Any]]:
    """Those to call now whom the desk may see, as rows without names."""
    mine = [one for one in open_calls if desk.sees(one.municipality)]
    first = sorted(mine, key=lambda one: one.resident in calls and calls[one.resident].state != "taken")[:CALLED]
    return [row_of(one, calls.get(one.resident), places, reading) for one in first]


def heard_name(heard: Heard) -> str:
    """要救助."""
    return {Heard.HELP: _("要救助"), Heard.SILENT: _("回答なし"), Heard.UNREACHED: _("不達")}[heard]


def row_of(one: Callee, call: Call | None, places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    """What a page shows of somebody to call; ``with_names`` adds who it is."""
    done = call is not None and is_done(one, {one.resident: call})
    why = [need_name(code) for code in one.because]
    place = places.get(one.municipality)
    return {
        "resident": one.resident,
        "message": one.message,
        "why": why,
        "age": one.age,
        "place": place_name(place, reading) if place else "",
        "heard": heard_name(one.heard),
        "since": one.since if one.heard is Heard.HELP else None,
        "call": call,
        "again": call is not None and call.state == "resolved" and not done,
        "done": done,
        "revision": call.revision if call else 0,
    }


def with_names(shown: list[dict[str, Any]], reader: Reader) -> None:
    """Put names, telephones and what they said into the rows; each of them sees that."""
    people = {
        one.pk: one
        for one in Resident.objects.filter(pk__in=[row["resident"] for row in shown]).select_related("household")
    }
    keys = [key for key in (*NAME_KEYS, *(key for key in KEYS if key.startswith("needs."))) if key in KEYS]
    access.announce_many(residents=list(people.values()), reader=reader, keys=keys)
    ours = prefecture(settings.PREFECTURE).name
    phones: dict[UUID, str] = {}
    for point in ContactPoint.objects.filter(
        resident__in=people, channel="sms", ended_at=None, verified_at__isnull=False
    ):
        address = point.address
        phones[point.resident_id] = str(address.get("number", "")) if isinstance(address, dict) else str(address)
    said = {
        reply.message_id: reply.needs
        for reply in Reply.objects.filter(message__in=[row["message"] for row in shown], answer="help").order_by("pk")
    }
    at_shelter = sheltered(people.keys())
    for row in shown:
        person = people.get(row["resident"])
        row["name"] = person.name if person else ""
        row["address"] = person.household.address.removeprefix(ours) if person else ""
        row["phone"] = phones.get(row["resident"], "")
        row["said"] = said.get(row["message"], "") if isinstance(said.get(row["message"], ""), str) else ""
        row["sheltered"] = row["resident"] in at_shelter
