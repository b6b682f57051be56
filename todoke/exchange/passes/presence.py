"""Presence and tallies follow from the scans, in the transaction of each; ``derived_anew`` proves that they do."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from todoke.exchange.passes.merge import merge
from todoke.exchange.passes.models import Presence, Scan, Tally, Visitor
from todoke.exchange.passes.types import Headcount, Kind, Place, ScanRecord
from todoke.registry.people.models import Resident


class Person(NamedTuple):
    """A resident, or a visitor."""

    resident_id: UUID | None
    visitor_id: UUID | None

    @property
    def key(self) -> UUID:
        """Either's id: both are random, so none is both."""
        found = self.resident_id or self.visitor_id
        assert found is not None  # noqa: S101 - the table refuses a scan of nobody
        return found


class Home(NamedTuple):
    """Whom a person is counted with, and which municipality sees them as its own."""

    family: UUID
    municipality_code: str


@dataclass(frozen=True)
class PresenceChange:
    """Told as ``passes.presence_changed``: where somebody was and is, None for nowhere."""

    person: Person
    before: int | None
    after: int | None


def hold(persons: Collection[Person]) -> None:
    """Nobody else writes of these people until the transaction ends; always taken in one order."""
    _lock(person.key for person in persons)


def _lock(ids: Iterable[UUID]) -> None:
    numbers = sorted({(one.int & (1 << 64) - 1) - (1 << 63) for one in ids})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(one) FROM unnest(%s::bigint[]) AS one", [numbers])


def follow(persons: Collection[Person], residents: Iterable[Resident] = ()) -> list[PresenceChange]:
    """Work out where they are now, keep it, and count; what changed. The caller holds them.

    ``residents`` are those among them whose households have been read already.
    """
    of_persons = _of(persons)
    rows = {_person(row): row for row in Presence.objects.filter(of_persons)}
    places = merge(record(scan) for scan in Scan.objects.filter(of_persons).values_list(*FIELDS))
    homes = {Person(one.pk, None): Home(one.household_id, one.household.municipality_code) for one in residents}
    homes |= _homes([person for person in persons if person not in homes and person not in rows])
    homes |= _homes([person for person, row in rows.items() if person not in homes and not row.present])
    homes |= {person: Home(row.family, row.municipality_code) for person, row in rows.items() if row.present}
    families = {home.family for home in homes.values()}
    _lock(families)
    others = Presence.objects.filter(family__in=families, present=True).exclude(of_persons)
    before = _counted([*(row for row in rows.values() if row.present), *others])
    kept = [_row(person, places[str(person.key)], homes[person]) for person in persons if str(person.key) in places]
    after = _counted([*(row for row in kept if row.present), *others])
    changes = [
        PresenceChange(person, was, now)
        for person in persons
        if (was := _shelter(rows.get(person))) != (now := _shelter(_found(kept, person)))
    ]
    _keep(kept)
    gone = [row.pk for person, row in rows.items() if str(person.key) not in places]
    if gone:
        Presence.objects.filter(pk__in=gone).delete()
    _tally(before, after)
    return changes


def _of(persons: Collection[Person]) -> Q:
    residents = [person.resident_id for person in persons if person.resident_id]
    visitors = [person.visitor_id for person in persons if person.visitor_id]
    if not visitors:
        return Q(resident__in=residents)
    return Q(resident__in=residents) | Q(visitor__in=visitors) if residents else Q(visitor__in=visitors)


def _person(row: Presence) -> Person:
    return Person(row.resident_id, row.visitor_id)


def _found(rows: list[Presence], person: Person) -> Presence | None:
    return next((row for row in rows if _person(row) == person), None)


def _shelter(row: Presence | None) -> int | None:
    return row.shelter_id if row is not None and row.present else None


FIELDS = (
    "nonce",
    "resident_id",
    "visitor_id",
    "shelter_id",
    "kind",
    "at",
    "received_at",
    "sent_at",
    "people",
    "private",
    "voids",
)


def record(row: tuple[object, ...]) -> ScanRecord:
    """A row of FIELDS as ``merge`` reads it."""
    nonce, resident, visitor, shelter, kind, *rest = row
    return ScanRecord(nonce, str(resident or visitor), str(shelter), Kind(kind), *rest)  # type: ignore[arg-type]


def _homes(persons: Collection[Person]) -> dict[Person, Home]:
    homes = {}
    residents = [person.resident_id for person in persons if person.resident_id]
    if residents:
        rows = Resident.objects.filter(pk__in=residents)
        for pk, household, code in rows.values_list("pk", "household_id", "household__municipality_code"):
            homes[Person(pk, None)] = Home(household, code)
    visitors = [person.visitor_id for person in persons if person.visitor_id]
    if visitors:
        for pk, code in Visitor.objects.filter(pk__in=visitors).values_list("pk", "municipality_code"):
            homes[Person(None, pk)] = Home(pk, code)
    return homes


def _row(person: Person, place: Place, home: Home) -> Presence:
    return Presence(
        resident_id=person.resident_id,
        visitor_id=person.visitor_id,
        shelter_id=int(place.shelter),
        since=place.since,
        present=place.present,
        people=place.people,
        private=place.private,
        nonce=place.nonce,
        family=home.family,
        municipality_code=home.municipality_code,
    )


_KEPT = ["shelter", "since", "present", "people", "private", "nonce", "family", "municipality_code"]


def _keep(rows: Collection[Presence]) -> None:
    for field in ("resident", "visitor"):
        wanted = [row for row in rows if getattr(row, f"{field}_id")]
        if wanted:
            Presence.objects.bulk_create(
                wanted, update_conflicts=True, unique_fields=[field], update_fields=_KEPT, batch_size=5000
            )


Counts = dict[tuple[int, str], Headcount]


def _counted(rows: Iterable[Presence]) -> Counts:
    """People and families by shelter and home."""
    people: Counter[tuple[int, str]] = Counter()
    families: dict[tuple[int, str], set[UUID]] = defaultdict(set)
    for row in rows:
        key = row.shelter_id, row.municipality_code
        people[key] += row.people
        families[key].add(row.family)
    return {key: Headcount(count, len(families[key])) for key, count in people.items()}


def _tally(before: Counts, after: Counts) -> None:
    """Add the difference in one statement, its rows always in the same order: two doors never wait for each other."""
    none = Headcount()
    values: list[int | str] = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, none), after.get(key, none)
        if was != now:
            values += [*key, now.people - was.people, now.families - was.families]
    if not values:
        return
    rows = ", ".join(["(%s, %s, %s, %s)"] * (len(values) // 4))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO passes_tally AS t (shelter_id, municipality_code, people, families)"  # noqa: S608 - placeholders
            f" VALUES {rows} ON CONFLICT (shelter_id, municipality_code) DO UPDATE"
            " SET people = t.people + EXCLUDED.people, families = t.families + EXCLUDED.families",
            values,
        )


@dataclass(frozen=True)
class Derived:
    """How what is kept compares with what the scans say."""

    scans: int
    people: int
    wrong_presences: int
    wrong_tallies: int


@transaction.atomic
def derived_anew(*, keep: bool) -> Derived:
    """Merge every scan and compare; with ``keep`` put right what differs, while no door writes."""
    if keep:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE passes_scan IN SHARE ROW EXCLUSIVE MODE")
    scans = 0

    def every() -> Iterator[ScanRecord]:
        nonlocal scans
        for row in Scan.objects.values_list(*FIELDS).iterator(chunk_size=20_000):
            scans += 1
            yield record(row)

    places = merge(every())
    kept = {str(_person(row).key): row for row in Presence.objects.all()}
    persons = _persons(places)
    wrong = {key for key in kept.keys() | places.keys() if not _same(kept.get(key), places.get(key))}
    if keep and wrong:
        missing = [persons[key] for key in wrong if key in places]
        homes = _homes(missing)
        Presence.objects.filter(pk__in=[kept[key].pk for key in wrong if key in kept]).delete()
        _keep([_row(person, places[str(person.key)], homes[person]) for person in missing])
    present = Presence.objects.filter(present=True)
    right = _counted(present)
    tallies = {(t.shelter_id, t.municipality_code): Headcount(t.people, t.families) for t in Tally.objects.all()}
    none = Headcount()
    wrong_tallies = {key for key in right.keys() | tallies.keys() if right.get(key, none) != tallies.get(key, none)}
    if keep:
        _tally(tallies, right)
    people = sum(place.people for place in places.values() if place.present)
    return Derived(scans, people, len(wrong), len(wrong_tallies))


def _same(row: Presence | None, place: Place | None) -> bool:
    if row is None or place is None:
        return row is None and place is None
    kept = (str(row.shelter_id), row.present, row.people, row.private, row.nonce)
    return kept == (place.shelter, place.present, place.people, place.private, place.nonce)


def _persons(places: dict[str, Place]) -> dict[str, Person]:
    """Which of the keys are visitors."""
    visitors = {str(pk) for pk in Visitor.objects.values_list("pk", flat=True)}
    return {key: Person(None, UUID(key)) if key in visitors else Person(UUID(key), None) for key in places}
