"""What the result side of the page shows: who may be meant, whom to check in, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_noop

from todoke.exchange.passes.finding import Found
from todoke.exchange.passes.models import Presence, Reader, Scan
from todoke.exchange.passes.queries import headcount, places_of, scans_of_entry
from todoke.exchange.passes.types import How, Kind
from todoke.kernel import clock
from todoke.kernel.rules import age_on
from todoke.registry.people import access
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Reader as Looker
from todoke.registry.places.queries import municipalities

PURPOSE, WHAT = gettext_noop("避難所の受付"), gettext_noop("名前と年齢")


@dataclass(frozen=True)
class Member:
    """One of a family as the door sees them."""

    resident: Resident
    age: int
    place: Presence | None
    here: bool
    ticked: bool

    @property
    def elsewhere(self) -> str:
        """The other shelter that they are at; '' also where they do not want their family to know."""
        hidden = self.place is None or self.here or not self.place.present or self.place.private
        return "" if hidden or self.place is None else self.place.shelter.name


def head(reader: Reader) -> dict[str, Any]:
    """The numbers on top."""
    count, capacity = headcount(reader.shelter), reader.shelter.capacity
    left = capacity - count.people if capacity else None
    return {"reader": reader, "count": count, "capacity": capacity, "left": left}


def recent(steps: Sequence[Sequence[Scan]]) -> list[dict[str, Any]]:
    """The last steps of a device, as ``last_entries`` gives them."""
    return [
        {
            "at": step[0].at,
            "name": name_of(step[0]),
            "others": sum(scan.people for scan in step) - 1,
            "out": step[0].kind == Kind.OUT,
        }
        for step in steps
    ]


def name_of(scan: Scan) -> str:
    """Of a resident or a visitor."""
    if scan.resident:
        return scan.resident.name
    return str(scan.visitor.details["name"]) if scan.visitor else ""


def people(reader: Reader, found: Found, kind: Kind, replaces: UUID | None = None) -> dict[str, Any]:
    """The panel of a search: a family to be ticked, or a choice between those of one name."""
    if found.visitors:
        rows = [{"visitor": v, "name": v.details["name"], "born": v.details["birth_date"]} for v in found.visitors]
        return {"panel": "visitors", "visitors": rows, "kind": Kind.OUT.value, "nonce": uuid4()}
    if len(found.residents) > 1:
        _leave_rows(reader, found.residents)
        names = {m.code: m.name for m in municipalities()}
        matches = [
            {"resident": one, "age": _age(one.birth_date), "town": names.get(one.household.municipality_code, "")}
            for one in found.residents
        ]
        return {"panel": "matches", "matches": matches, "kind": kind.value}
    holder = found.residents[0]
    family = list(Resident.objects.filter(household=holder.household_id).order_by("birth_date", "pk"))
    family.sort(key=lambda one: one.pk != holder.pk)
    _leave_rows(reader, family)
    places = places_of(family)
    chosen = _chosen(reader, replaces)
    members = []
    for one in family:
        place = places.get(one.pk)
        at_a_shelter = place is not None and place.present
        here = place is not None and place.present and place.shelter_id == reader.shelter_id
        ticked = one.pk in chosen if replaces else here if kind == Kind.OUT else not at_a_shelter
        members.append(Member(one, _age(one.birth_date), place, here, ticked))
    settled = kind == Kind.IN and members[0].here and not replaces and not any(member.ticked for member in members)
    if settled:
        members = [Member(m.resident, m.age, m.place, m.here, m.here) for m in members]
    elif not any(member.ticked for member in members):
        members[0] = Member(holder, members[0].age, members[0].place, members[0].here, True)
    alone = len(members) == 1 and found.how in {How.CODE, How.CARD} and not replaces
    return {
        "panel": "people",
        "members": members,
        "holder": holder,
        "how": found.how.value,
        "kind": kind.value,
        "nonce": uuid4(),
        "replaces": replaces or "",
        "settled": settled,
        "at_once": alone and kind == Kind.IN and not members[0].here,
    }


def _chosen(reader: Reader, replaces: UUID | None) -> set[UUID]:
    scans = scans_of_entry(replaces, reader.shelter) if replaces else []
    return {scan.resident_id for scan in scans if scan.resident_id}


def done(reader: Reader, entry: UUID, steps: Sequence[Sequence[Scan]] = ()) -> dict[str, Any]:
    """The panel of what was recorded; empty where it is not of this shelter, or was taken back.

    ``steps`` are the device's last ones, where they have been read: most often it is among them.
    """
    scans = next((list(step) for step in steps if step[0].entry == entry), [])
    voided: set[UUID | None] = set()
    if not scans:
        all_of_it = scans_of_entry(entry, reader.shelter)
        voided = set(Scan.objects.filter(voids__in=[one.nonce for one in all_of_it]).values_list("voids", flat=True))
        scans = [scan for scan in all_of_it if scan.nonce not in voided]
    if not scans:
        return {"panel": "void" if voided else ""}
    residents = [scan.resident for scan in scans if scan.resident]
    _leave_rows(reader, residents)
    rows = [{"name": name_of(scan), "age": _age_of(scan), "more": scan.people - 1} for scan in scans]
    return {
        "panel": "done",
        "entry": entry,
        "at": scans[0].received_at,
        "out": scans[0].kind == Kind.OUT,
        "rows": rows,
        "number": sum(scan.people for scan in scans),
        "family": len(residents) > 1,
        "registered": bool(residents),
        "nonce": uuid4(),
    }


def of_entry(reader: Reader, entry: UUID) -> Found | None:
    """The residents of a step that is to be put right, their family's panel opened anew."""
    scans = [scan for scan in scans_of_entry(entry, reader.shelter) if scan.resident]
    if not scans or scans[0].resident is None:
        return None
    return Found(How(scans[0].how), [scans[0].resident])


def _leave_rows(reader: Reader, residents: Sequence[Resident]) -> None:
    """Whoever is shown at the door sees afterwards that they were, where and why."""
    looker = Looker(f"reader:{reader.pk}", reader.shelter.name[:60], PURPOSE, WHAT)
    access.announce_many(residents=residents, reader=looker, keys=["name", "birth_date"])


def _age_of(scan: Scan) -> int | None:
    if scan.resident:
        return _age(scan.resident.birth_date)
    born = scan.visitor.details["birth_date"] if scan.visitor else ""
    return _age(date.fromisoformat(born)) if born else None


def _age(born: date) -> int:
    return age_on(born, clock.today())
