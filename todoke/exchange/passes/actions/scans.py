"""What happened at a door is written down, and who is where follows in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from todoke.exchange.passes.finding import resident_of_code
from todoke.exchange.passes.models import Reader, Scan, Visitor
from todoke.exchange.passes.presence import Person, follow, hold
from todoke.exchange.passes.types import Entry, How, Kind, Unregistered
from todoke.kernel import clock, events
from todoke.kernel.errors import InvalidInputError
from todoke.kernel.signing import mac
from todoke.kernel.text import search_key
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Shelter
from todoke.registry.places.queries import find_municipality_in_address

MOST_PEOPLE = 100
"""Of one step at the door."""


class NobodyError(InvalidInputError):
    """受付する人を選ぶか、名前を入れてください。"""

    code = "nobody"


class UnknownEntryError(InvalidInputError):
    """直す前の受付が見つかりません。この避難所の受付だけ直せます。"""

    code = "unknown-entry"


@dataclass(frozen=True)
class Recorded:
    """What became of a step: its scans, and whether it had been sent before."""

    entry: UUID
    people: int
    known: bool


@transaction.atomic
def record_entry(
    *,
    shelter: Shelter,
    entry: Entry,
    by: str,
    by_name: str = "",
    reader: Reader | None = None,
    sent_at: datetime | None = None,
) -> Recorded:
    """Write a step at the door down. Sent a second time it changes nothing.

    Raises NobodyError, UnknownEntryError for a step to be replaced that is not of this shelter, and CodeError.
    """
    before = list(Scan.objects.filter(entry=entry.nonce).values_list("kind", "people"))
    if before:
        return Recorded(entry.nonce, sum(people for kind, people in before if kind != Kind.VOID), known=True)
    rows = _rows(entry, shelter)
    people = sum(row.people for row in rows if row.kind != Kind.VOID)
    origin = Scan(
        entry=entry.nonce,
        shelter=shelter,
        reader=reader,
        how=entry.how.value,
        at=min(entry.at, sent_at or clock.now()),
        sent_at=sent_at,
        by=by,
        by_name=by_name[:60],
    )
    _write(rows, origin)
    return Recorded(entry.nonce, people, known=False)


@transaction.atomic
def void_scan(*, scan: Scan, by: str, by_name: str = "") -> None:
    """An officer puts one person right: this scan counts as if it had never been."""
    nonce = uuid4()
    origin = Scan(entry=nonce, shelter=scan.shelter, how=How.HAND.value, at=clock.now(), by=by, by_name=by_name[:60])
    _write([_void_of(scan, nonce)], origin)


def _write(rows: list[Scan], origin: Scan) -> None:
    """Add the rows of one step, and let presence follow."""
    now = clock.now()
    for row in rows:
        for name in ("entry", "shelter", "reader", "how", "at", "sent_at", "by", "by_name"):
            setattr(row, name, getattr(origin, name))
        row.received_at = now
    persons = {Person(row.resident_id, row.visitor_id) for row in rows}
    hold(persons)
    Scan.objects.bulk_create(rows, ignore_conflicts=True)
    changes = follow(persons, [row.resident for row in rows if row.kind != Kind.VOID and row.resident])
    if changes:
        events.tell("passes.presence_changed", changes=changes)


def _rows(entry: Entry, shelter: Shelter) -> list[Scan]:
    rows = _replaced(entry.replaces, entry.nonce, shelter) if entry.replaces else []
    if entry.kind == Kind.VOID:
        if not rows:
            raise UnknownEntryError
        return rows
    residents = _residents(entry)
    for resident in residents:
        rows.append(_scan(entry, f"resident:{resident.pk}", resident=resident))
    if entry.visitor:
        visitor = _visitor(entry.visitor, entry.nonce)
        people = min(max(entry.visitor.people, 1), MOST_PEOPLE)
        rows.append(_scan(entry, f"visitor:{visitor.pk}", visitor=visitor, people=people))
    for visitor, people in _known_visitors(entry):
        rows.append(_scan(entry, f"visitor:{visitor.pk}", visitor=visitor, people=people))
    if not residents and not entry.visitor and not entry.visitors:
        raise NobodyError
    return rows


def _scan(
    entry: Entry, name: str, *, resident: Resident | None = None, visitor: Visitor | None = None, people: int = 1
) -> Scan:
    return Scan(
        nonce=uuid5(entry.nonce, name),
        kind=entry.kind.value,
        resident=resident,
        visitor=visitor,
        people=people,
        private=entry.private,
    )


def _replaced(replaces: UUID, nonce: UUID, shelter: Shelter) -> list[Scan]:
    """Voids of the step that is put right. Raises UnknownEntryError."""
    wrong = Scan.objects.filter(entry=replaces, shelter=shelter).exclude(kind=Kind.VOID)
    rows = [_void_of(scan, nonce) for scan in wrong]
    if not rows:
        raise UnknownEntryError
    return rows


def _void_of(scan: Scan, nonce: UUID) -> Scan:
    return Scan(
        nonce=uuid5(nonce, f"void:{scan.nonce}"),
        kind=Kind.VOID.value,
        voids=scan.nonce,
        resident_id=scan.resident_id,
        visitor_id=scan.visitor_id,
        people=scan.people,
    )


def _residents(entry: Entry) -> Sequence[Resident]:
    if entry.code and not entry.residents:
        return [resident_of_code(entry.code)[0]]
    rows = Resident.objects.filter(pk__in=entry.residents[:MOST_PEOPLE]).select_related("household")
    found = list(rows.order_by("pk"))
    if len(found) != len(set(entry.residents)):
        raise NobodyError
    return found


def _known_visitors(entry: Entry) -> list[tuple[Visitor, int]]:
    """With as many people as they came with."""
    if not entry.visitors:
        return []
    found = Visitor.objects.filter(pk__in=entry.visitors[:MOST_PEOPLE]).order_by("pk").select_related("presence")
    if len(found) != len(set(entry.visitors)):
        raise NobodyError
    return [(visitor, visitor.presence.people if hasattr(visitor, "presence") else 1) for visitor in found]


def _visitor(said: Unregistered, nonce: UUID) -> Visitor:
    """The same name and birth date are the same person; without a birth date nobody can tell, and each step is one.

    Raises NobodyError without a name.
    """
    name = said.name.strip()[:100]
    if not name:
        raise NobodyError
    known_by = f"{search_key(name)}|{said.birth_date}" if said.birth_date else str(nonce)
    key = mac("visitor", known_by.encode()).hex()
    town = said.town.strip()[:100]
    visitor, _made = Visitor.objects.get_or_create(
        key=key,
        defaults={
            "details": {
                "name": name,
                "birth_date": said.birth_date.isoformat() if said.birth_date else "",
                "town": town,
            },
            "municipality_code": (find_municipality_in_address(town) or "") if town else "",
            "created_at": clock.now(),
        },
    )
    return visitor
