"""What municipalities that do not use Todoke say by Lアラート: their orders, and their shelters."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
import structlog
from django.conf import settings
from django.db import connection, transaction

from todoke.kernel import clock, events
from todoke.kernel.text import search_key
from todoke.loops.reach.actions.incidents import end_if_over, incident_of_order
from todoke.loops.reach.actions.warnings import ONE_AT_A_TIME
from todoke.loops.reach.models import AreaWarning, CommonsDocument, Incident, Order, Publication, Telegram
from todoke.loops.reach.telegrams.commons import (
    Envelope,
    EvacuationArea,
    EvacuationMessage,
    Profile,
    ShelterEntry,
    ShelterMessage,
    read_commons,
)
from todoke.loops.reach.telegrams.commons.notice import EVACUATION, SHELTER, hazard_of
from todoke.loops.reach.telegrams.commons.profile import profile_at
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Shelter, Zone
from todoke.registry.places.queries import known_municipalities, shelters
from todoke.registry.places.shelters import close_shelter, open_shelter
from todoke.registry.places.types import Hazard, Openness

log = structlog.get_logger(__name__)

ACTOR = "commons"
"""Who enters an order, or opens a shelter, that Lアラート tells of."""

TYPES = frozenset({EVACUATION, SHELTER})
LONGEST_NAME = 100
LONGEST_AREA = 200
SAME_PLACE = 300
"""Metres between a shelter here and where a message says that one of its name is."""

WHOLE = ""
"""In place of a name: the whole municipality."""

_WHOLE = re.compile("(市|町|村|区|管)?内?(の?全域|全地区|全地域|一円|全体|全て|すべて)?")
_BRACES = str.maketrans("{}", "（）")
"""What stands in braces in a text is a gap to be filled for each reader; a name must not be one."""

_BRACKETS = re.compile("[(（].*?[)）]")


@dataclass(frozen=True)
class _Issued:
    """What a message issues for an area, by its name here."""

    kind: OrderKind
    area: EvacuationArea


@transaction.atomic
def take_in_message(*, telegram_id: int) -> None:
    """Do what a stored message of Lアラート says, once; all or nothing.

    What comes from us, what is older than what is known, and what tests the delivery changes nothing. A drill makes
    orders of a drill.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    stored = Telegram.objects.get(pk=telegram_id)
    if stored.handled_at:
        return
    Telegram.objects.filter(pk=telegram_id).update(handled_at=clock.now())
    if stored.error or not stored.concern:
        return
    profile = profile_at(settings.COMMONS_PROFILE)
    said = read_commons(bytes(stored.body), profile)
    envelope = said.envelope
    if is_ours(envelope):
        _set_aside(stored, Reason.OURS)
        return
    document = _document(stored, envelope)
    if not _is_newer(envelope, document):
        _set_aside(stored, Reason.KNOWN_REVISION, superseded=True)
        return
    document.revision, document.cancelled, document.telegram = envelope.revision, envelope.cancels, stored
    document.received_at = clock.now()
    places = _places(envelope)
    document.municipality_code = places[0].code if len(places) == 1 else ""
    document.unknown = []
    if not places:
        _set_aside(stored, Reason.ELSEWHERE)
    elif isinstance(said, EvacuationMessage):
        document.unknown = sorted({detail.sort for detail in said.details if detail.kind is None})
        for place in places:
            _Orders(place, said, profile).bring_up_to_date()
        if document.unknown:
            log.warning("commons", document=str(document.document_id), unknown=document.unknown)
            Telegram.objects.filter(pk=stored.pk).update(reason=Reason.UNKNOWN_ORDER)
    elif stored.status == Status.NORMAL:
        document.unknown = _take_shelters(said, places, profile)
    else:
        _set_aside(stored, Reason.DRILL_OF_SHELTERS)
    Telegram.objects.filter(pk=stored.pk).update(superseded=False)
    document.save()


def is_ours(envelope: Envelope) -> bool:
    """Whether Todoke wrote it itself."""
    return (
        (bool(settings.COMMONS_SENDER) and envelope.sender_id == settings.COMMONS_SENDER)
        or Publication.objects.filter(document_id=envelope.document_id).exists()
        or Order.objects.filter(document_id=envelope.document_id, source="").exists()
    )


def names_of_areas(order: Order) -> tuple[str, ...]:
    """The areas for which another's order is in force, as they are called there; WHOLE for the municipality."""
    return tuple(order.unplaced) or (order.area_name,)


def _set_aside(stored: Telegram, reason: Reason, *, superseded: bool = False) -> None:
    Telegram.objects.filter(pk=stored.pk).update(concern=False, reason=reason, superseded=superseded)


def _document(stored: Telegram, envelope: Envelope) -> CommonsDocument:
    return CommonsDocument.objects.get_or_create(
        document_id=envelope.document_id,
        status=stored.status,
        defaults={
            "category": stored.type,
            "sender_id": envelope.sender_id[:200],
            "publisher": _publisher(envelope),
            "received_at": clock.now(),
        },
    )[0]


def _is_newer(envelope: Envelope, document: CommonsDocument) -> bool:
    """A cancel may name the revision that it cancels."""
    if envelope.revision == document.revision:
        return envelope.cancels and not document.cancelled
    return envelope.revision > document.revision


def _publisher(envelope: Envelope) -> str:
    return (envelope.publisher or envelope.office or envelope.sender_id)[:LONGEST_NAME]


def _places(envelope: Envelope) -> list[Municipality]:
    """The municipalities of the prefecture served that a message is for: by code, else by name, else by its office."""
    known = known_municipalities()
    coded = [known[code[:5]] for _name, code in envelope.targets if code[:5] in known]
    if coded or any(code for _name, code in envelope.targets):
        return list(dict.fromkeys(coded))
    names = [name for name, _code in envelope.targets] or [envelope.publisher, envelope.office]
    return [
        place for place in known.values() if any(name in {place.name, place.district + place.name} for name in names)
    ]


class _Orders:
    """The orders of one document in one municipality.

    A message counts area by area: what it issues for an area takes the place of what was in force there, what it
    lifts is over, and what it does not name stays.
    """

    def __init__(self, place: Municipality, said: EvacuationMessage, profile: Profile) -> None:
        self.place, self.said, self.profile = place, said, profile
        self.envelope = said.envelope
        self.drill = said.envelope.status != Status.NORMAL
        self.now = clock.now()
        rows = Order.objects.filter(
            document_id=said.envelope.document_id, municipality_code=place.code, lifted_at=None, drill=self.drill
        ).exclude(source="")
        self.rows = list(rows.select_related("incident").order_by("pk"))
        self.held = {name: row for row in self.rows for name in names_of_areas(row)}

    def bring_up_to_date(self) -> None:
        """Lift, issue, and tell of both."""
        issued = {} if self.envelope.cancels else self._issued()
        lifted = self._lifted()
        other: set[str] = set()
        over: set[str] = set()
        for name, order in self.held.items():
            one = issued.get(name)
            whole = issued.get(WHOLE)
            if one is None and whole is not None and whole.kind.level > OrderKind(order.kind).level:
                one = whole
            gone = one is None and (self.envelope.cancels or self._is_lifted(name, order, lifted))
            if (one is not None and one.kind != order.kind) or (
                gone and whole is not None and whole.kind != order.kind
            ):
                other.add(name)
            elif gone:
                over.add(name)
        new = {name: one for name, one in issued.items() if name not in self.held or self.held[name].kind != one.kind}
        made = self._issue(new)
        for row in self.rows:
            self._end(row, over, other, made)
        for order in dict.fromkeys(made.values()):
            events.tell("reach.order_changed", order=order)
        for incident in {row.incident_id: row.incident for row in self.rows}.values():
            end_if_over(incident=incident)

    def _issued(self) -> dict[str, _Issued]:
        """By the name of an area, the gravest."""
        found: dict[str, _Issued] = {}
        for detail in self.said.details:
            if detail.lifted or detail.kind is None:
                continue
            for area in detail.areas or (EvacuationArea(WHOLE),):
                name, one = self._name(area.name), _Issued(detail.kind, area)
                if name not in found or found[name].kind.level < one.kind.level:
                    found[name] = one
        return found

    def _lifted(self) -> set[tuple[str, OrderKind]]:
        return {
            (self._name(area.name), detail.kind)
            for detail in self.said.details
            if detail.lifted and detail.kind is not None
            for area in detail.areas or (EvacuationArea(WHOLE),)
        }

    def _is_lifted(self, name: str, order: Order, lifted: set[tuple[str, OrderKind]]) -> bool:
        kind = OrderKind(order.kind)
        return (name, kind) in lifted or (WHOLE, kind) in lifted or self.profile.whole_state

    def _name(self, said: str) -> str:
        """An area's name without its municipality's; WHOLE for all of it."""
        name = " ".join(said.translate(_BRACES).split())[:LONGEST_NAME]
        rest = name.removeprefix(self.place.district).removeprefix(self.place.name).strip()
        return WHOLE if _WHOLE.fullmatch(rest) else name

    def _issue(self, new: Mapping[str, _Issued]) -> dict[str, Order]:
        """An order for each area that is placed, and one for all those of a kind that are not."""
        made: dict[str, Order] = {}
        together: dict[OrderKind, dict[str, _Issued]] = defaultdict(dict)
        for name, one in new.items():
            zones = [] if name == WHOLE else _zones(name, self.place)
            if zones or name == WHOLE:
                made[name] = self._create(one.kind, name, zones, [one.area], [])
            else:
                together[one.kind][name] = one
        for kind, some in together.items():
            order = self._create(kind, "、".join(some), [], [one.area for one in some.values()], list(some))
            made |= dict.fromkeys(some, order)
        return made

    def _create(
        self, kind: OrderKind, name: str, zones: list[str], areas: Sequence[EvacuationArea], unplaced: list[str]
    ) -> Order:
        hazard, incident = self._incident()
        alone = len(self.said.details) == 1 and not self.held
        return Order.objects.create(
            incident=incident,
            municipality_code=self.place.code,
            kind=kind,
            hazard=hazard,
            area_name=_short(name),
            zones=zones,
            households=_sum([area.households for area in areas]) or (self.said.households if alone else None),
            people=_sum([area.people for area in areas]) or (self.said.people if alone else None),
            drill=self.drill,
            entered_by=ACTOR,
            entered_by_name=_publisher(self.envelope)[:60],
            entered_at=self.now,
            issued_at=self._moment([area.at for area in areas]),
            document_id=self.envelope.document_id,
            revision=self.envelope.revision,
            source=_publisher(self.envelope),
            unplaced=unplaced,
        )

    def _end(self, row: Order, over: set[str], other: set[str], made: Mapping[str, Order]) -> None:
        """Of some of its areas, or of all. Where another kind took its place, that one's message says so."""
        names = names_of_areas(row)
        gone = [name for name in names if name in over]
        rest = [name for name in names if name not in over and name not in other]
        if len(rest) == len(names):
            return
        row.revision = max(self.envelope.revision, row.revision + 1)
        if rest:
            row.unplaced, row.people, row.households = rest, None, None
            row.area_name = _short("、".join(rest) + (f"（解除：{'、'.join(gone)}）" if gone else ""))
        else:
            row.lift_entered_by, row.lift_entered_at = ACTOR, self.now
            row.lifted_at = max(self._moment([]), row.issued_at or self.now)
            if not gone:
                row.replaced_by = next(made[name] for name in (*names, WHOLE) if name in made)
            elif len(gone) < len(names):
                row.unplaced, row.area_name = gone, _short("、".join(gone))
        row.save()
        if gone or row.replaced_by_id:
            events.tell("reach.order_changed", order=row)

    def _moment(self, said: Iterable[datetime | None]) -> datetime:
        """When it was issued, or lifted; a clock that is fast there does not put it into our future."""
        return min(max((at for at in said if at), default=self.envelope.reported_at), self.now)

    def _incident(self) -> tuple[str, Incident]:
        """By the words of the message; without any, the disaster that threatens the place already."""
        hazard = hazard_of(self.said, self.profile)
        if hazard is None:
            status = Status.DRILL if self.drill else Status.NORMAL
            rows = AreaWarning.objects.filter(
                ended_at=None, municipalities__contains=[self.place.code], incident__status=status
            )
            gravest = rows.order_by("-severity", "-issued_at").select_related("incident").first()
            if gravest is not None and gravest.incident.hazard in set(Hazard):
                return gravest.incident.hazard, gravest.incident
        incident = incident_of_order(hazard=hazard or "", drill=self.drill)
        if not incident.title and self.said.disaster:
            incident.title = self.said.disaster[:120]
            incident.save(update_fields=["title"])
        return hazard or "", incident


def _zones(name: str, place: Municipality) -> list[str]:
    """Zones in the municipality that are called as the area is."""
    bare = name.removeprefix(place.name).strip()
    rows = Zone.objects.filter(ended_at=None, name__in={name, bare, f"{place.name}{bare}"})
    if not rows or not place.boundary:
        return []
    border = from_wkb(bytes(place.boundary))
    return [row.code for row in rows if shapely.intersects(border, from_wkb(bytes(row.boundary)))]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_AREA else f"{name[: LONGEST_AREA - 2]}ほか"


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return min(sum(known), 2**31 - 1) if known else None


def _take_shelters(said: ShelterMessage, places: Sequence[Municipality], profile: Profile) -> list[str]:
    """Open and close the shelters that are known here; the names of the others."""
    known: dict[str, list[Shelter]] = defaultdict(list)
    for place in places:
        for shelter in shelters(municipality_code=place.code):
            for key in {search_key(shelter.name), search_key(_BRACKETS.sub("", shelter.name))}:
                known[key].append(shelter)
    unknown: list[str] = []
    for entry in said.shelters:
        openness = Openness.CLOSED if said.envelope.cancels else profile.openness_of(entry.state)
        found = _shelter(entry, known)
        if found is None:
            unknown.append(entry.name[:200])
        elif openness is not None:
            _say(found, openness, entry.at or said.envelope.reported_at, _publisher(said.envelope))
    return sorted(set(unknown))


def _shelter(entry: ShelterEntry, known: Mapping[str, Sequence[Shelter]]) -> Shelter | None:
    """The one of its name; of several the one that is where the entry says, and none where that does not tell."""
    found = known.get(search_key(entry.name)) or known.get(search_key(_BRACKETS.sub("", entry.name))) or ()
    if len(found) <= 1 or entry.latitude is None or entry.longitude is None:
        return found[0] if len(found) == 1 else None
    at = shapely.Point(entry.longitude, entry.latitude)
    near = sorted((_metres(at, one), one.code, one) for one in found)
    return near[0][2] if near[0][0] <= SAME_PLACE else None


def _metres(at: Any, shelter: Shelter) -> float:
    east = (shelter.longitude - at.x) * 111_195 * 0.78
    return float((east**2 + ((shelter.latitude - at.y) * 111_195) ** 2) ** 0.5)


def _say(shelter: Shelter, openness: Openness, at: datetime, publisher: str) -> None:
    """Unless something newer was said of it here; one that is full stays full while it is open."""
    newest = shelter.states.order_by("-id").first()
    if newest is None and openness is Openness.CLOSED:
        return
    if newest is not None and ((newest.actor != ACTOR and newest.at >= at) or newest.state == openness):
        return
    if newest is not None and newest.state == Openness.FULL and openness is Openness.OPEN:
        return
    change = open_shelter if openness is Openness.OPEN else close_shelter
    change(shelter=shelter, actor=ACTOR, actor_name=publisher[:60], reason="")
