"""Reads of passes, readers and presence."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum, prefetch_related_objects

from todoke.exchange.passes.actions.readers import token_hash
from todoke.exchange.passes.models import Presence, Reader, Scan, Tally
from todoke.exchange.passes.types import Headcount, Kind, Whereabouts
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Shelter, ShelterState


def _closings() -> QuerySet[ShelterState]:
    return ShelterState.objects.filter(
        shelter=OuterRef("shelter"), state="closed", at__gt=OuterRef("created_at")
    ).order_by("at")


def readers() -> QuerySet[Reader]:
    """All devices, each with ``closed_at``: when its shelter closed after it was enrolled, which ends it too."""
    return Reader.objects.annotate(closed_at=_closings().values("at")[:1]).select_related("shelter")


def standing_readers(shelter: Shelter) -> QuerySet[Reader]:
    """Those that were not ended, nor by the closing of the shelter, newest first."""
    ended = Exists(_closings())
    return Reader.objects.filter(~ended, shelter=shelter, ended_at=None).order_by("-id")


def reader_of_token(token: str) -> tuple[Reader, datetime | None] | None:
    """The device that keeps a token, and since when it stands no more; None for one that was ended by hand."""
    if not token:
        return None
    reader = readers().filter(token_hash=token_hash(token), ended_at=None).first()
    return (reader, reader.closed_at) if reader else None  # type: ignore[attr-defined]


def headcount(shelter: Shelter) -> Headcount:
    """Who is in a shelter now."""
    return headcounts([shelter.pk]).get(shelter.pk, Headcount())


def headcounts(shelter_ids: Collection[int] | None = None) -> dict[int, Headcount]:
    """Who is where now, by shelter; of all shelters that have anybody when none are named."""
    rows = Tally.objects.all() if shelter_ids is None else Tally.objects.filter(shelter__in=shelter_ids)
    sums = rows.values("shelter").annotate(p=Sum("people"), f=Sum("families")).values_list("shelter", "p", "f")
    return {shelter: Headcount(people, families) for shelter, people, families in sums if people}


def headcounts_of_home(municipality_code: str) -> dict[int, Headcount]:
    """Where the people of a municipality are, in whatever municipality's shelters."""
    rows = Tally.objects.filter(municipality_code=municipality_code, people__gt=0)
    return {
        row.shelter_id: Headcount(row.people, row.families) for row in rows.order_by("shelter__municipality", "shelter")
    }


def headcounts_by_home() -> dict[str, Headcount]:
    """How many people of each municipality are in shelters; '' for those of whom it is not known."""
    sums = Tally.objects.values("municipality_code").annotate(p=Sum("people"), f=Sum("families"))
    return {row["municipality_code"]: Headcount(row["p"], row["f"]) for row in sums if row["p"]}


def people_in(shelter: Shelter) -> QuerySet[Presence]:
    """Who is there now, families together. Whoever shows names leaves the rows that they see."""
    rows = Presence.objects.filter(shelter=shelter, present=True)
    return rows.select_related("resident__household", "visitor").order_by("family", "resident__birth_date", "id")


def sheltered(resident_ids: Collection[UUID]) -> dict[UUID, int]:
    """Which of these residents are in a shelter now, and in which one."""
    rows = Presence.objects.filter(resident__in=resident_ids, present=True)
    return dict(rows.values_list("resident_id", "shelter_id"))


def places_of(residents: Collection[Resident]) -> dict[UUID, Presence]:
    """Where each was seen last, by resident."""
    rows = Presence.objects.filter(resident__in=residents).select_related("shelter")
    return {row.resident_id: row for row in rows if row.resident_id}


def family_presence(resident: Resident) -> list[Whereabouts]:
    """Where the members of a household are, for one of them; oneself first.

    Who asked the door not to tell (a person who fled from their own family) looks as if nobody had seen them.
    """
    members = list(Resident.objects.filter(household=resident.household_id).order_by("birth_date", "pk"))
    places = places_of(members)
    found = []
    for member in sorted(members, key=lambda one: one.pk != resident.pk):
        oneself = member.pk == resident.pk
        place = places.get(member.pk)
        if place is None or (place.private and not oneself):
            found.append(Whereabouts(member.pk, member.name, oneself))
            continue
        shelter = place.shelter
        found.append(Whereabouts(member.pk, member.name, oneself, shelter.name, shelter.pk, place.since, place.present))
    return found


def scans_of(resident: Resident) -> list[Scan]:
    """What doors noted of a resident, oldest first, for themselves."""
    return list(Scan.objects.filter(resident=resident).select_related("shelter").order_by("id"))


def scans_of_entry(entry: UUID, shelter: Shelter) -> list[Scan]:
    """What one step at a door recorded, its voids left out; [] when it was another shelter's."""
    rows = Scan.objects.filter(entry=entry, shelter=shelter).exclude(kind=Kind.VOID)
    return list(rows.select_related("resident", "visitor").order_by("id"))


NEWEST = 24
"""Scans of a device among which its last steps are looked for."""


def last_entries(reader: Reader, count: int = 3) -> list[list[Scan]]:
    """The newest steps of a device that still count, newest first, each with its people."""
    newest = Scan.objects.filter(reader=reader).order_by("-id")[:NEWEST]
    voided = {scan.voids for scan in newest if scan.voids}
    steps: dict[UUID, list[Scan]] = {}
    for scan in newest:
        if scan.kind != Kind.VOID and scan.nonce not in voided:
            steps.setdefault(scan.entry, []).insert(0, scan)
    last = list(steps.values())[:count]
    prefetch_related_objects([scan for step in last for scan in step], "resident", "visitor")
    return last
