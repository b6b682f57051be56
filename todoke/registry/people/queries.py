"""Reads of people. Facts are read through ``access``; residents' own reads leave no trace there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from todoke.kernel import clock
from todoke.kernel.signing import decrypt_json
from todoke.registry.people import access
from todoke.registry.people.keys import KEYS, current_name, is_stale, typed
from todoke.registry.people.models import AccessEntry, BatchRead, Fact, Resident
from todoke.registry.people.types import KnownFact, Reader, Source

Known = Mapping[str, KnownFact]


def own_facts(resident: Resident, *, on: date | None = None, known_at: datetime | None = None) -> Known:
    """What is held on residents, for themselves: all of it, by key; values are JSON (dates as YYYY-MM-DD)."""
    with access.own(resident):
        return _facts(resident, KEYS, on, known_at)


@transaction.atomic
def facts_of(
    resident: Resident,
    reader: Reader,
    keys: Collection[str],
    *,
    on: date | None = None,
    known_at: datetime | None = None,
    window: timedelta = access.SAME_LOOK,
) -> Known:
    """The facts of ``keys`` that held ``on`` a day (today), as they were known at a moment (now), for ``reader``.

    Raises ReasonNeededError as ``access.announce`` does, and KeyError for keys that are not declared.
    """
    access.announce(resident=resident, reader=reader, keys=keys, window=window)
    return _facts(resident, keys, on, known_at)


def _facts(
    resident: Resident, keys: Collection[str], on: date | None, known_at: datetime | None
) -> dict[str, KnownFact]:
    today = clock.today()
    day = on or today
    rows = Fact.objects.filter(resident=resident, key__in=map(current_name, keys)).order_by("learnt_at", "id")
    if known_at:
        rows = rows.filter(learnt_at__lte=known_at)
    return _put_together(resident, keys, rows, day, register=not known_at and day >= today)


def facts_in_batch(residents: Sequence[Resident], keys: Collection[str]) -> dict[Any, Known]:
    """The facts of many, by resident, inside ``access.batch``; their households are read along in two queries."""
    rows: dict[Any, list[Fact]] = {resident.pk: [] for resident in residents}
    names = set(map(current_name, keys))
    for row in Fact.objects.filter(resident__in=residents, key__in=names).order_by("learnt_at", "id"):
        rows[row.resident_id].append(row)
    prefetch_related_objects(residents, "household__members")
    today = clock.today()
    return {one.pk: _put_together(one, keys, rows[one.pk], today, register=True) for one in residents}


def _put_together(
    resident: Resident, keys: Collection[str], rows: Iterable[Fact], day: date, *, register: bool
) -> dict[str, KnownFact]:
    names = set(map(current_name, keys))
    held: dict[str, list[KnownFact]] = {}
    if register:
        for fact in _of_register(resident):
            if fact.key in names:
                held[fact.key] = [fact]
    for row in rows:
        if access.holds_on(row, day):
            held.setdefault(row.key, []).append(_known(row, day))
    best = {name: chosen for name, facts in held.items() if (chosen := _best(name, facts)) is not None}
    return {key: replace(best[name], key=key) for key in keys if (name := current_name(key)) in best}


def _known(row: Fact, day: date) -> KnownFact:
    """``day`` is that from which its age is measured."""
    learnt, source = row.learnt_at.astimezone(clock.JAPAN).date(), Source(row.source)
    return KnownFact(
        row.key,
        decrypt_json(row.value),
        source,
        row.source_detail,
        learnt,
        row.valid_to,
        stale=is_stale(row.key, source, learnt, day),
        agent=row.agent_name,
    )


def _best(key: str, facts: Iterable[KnownFact]) -> KnownFact | None:
    """The newest of the surest source that says anything, and what a less sure one said otherwise since."""
    newest = {fact.source: fact for fact in facts}
    ranked = [newest[s] for s in KEYS[key].sources if s in newest and newest[s].value is not None]
    if not ranked:
        return None
    best = ranked[0]
    later = (fact for fact in ranked[1:] if not best.since or not fact.since or fact.since >= best.since)
    other = next((fact for fact in later if fact.value != best.value), None)
    return replace(best, contradicted_by=other)


def history_of(resident: Resident, key: str) -> list[KnownFact]:
    """Every value that was ever noted for a key, newest first, for residents themselves."""
    with access.own(resident):
        rows = Fact.objects.filter(resident=resident, key=key).order_by("-learnt_at", "-id")
        return [_known(row, clock.today()) for row in rows]


def for_rules(facts: Known) -> dict[str, Any]:
    """Facts as rules read them: typed, and ``address.municipality`` inside ``address``."""
    return nested({key: typed(KEYS[key].shape, fact.value) for key, fact in facts.items()})


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as a tree: ``address.municipality`` inside ``address``."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *path, last = key.split(".")
        level = tree
        for part in path:
            level = level.setdefault(part, {})
        level[last] = value
    return tree


def _of_register(resident: Resident) -> list[KnownFact]:
    household = resident.household
    source = Source.REGISTER if resident.registered else Source.CARD
    known: dict[str, Any] = {
        "name": resident.name,
        "name_kana": resident.name_kana,
        "birth_date": resident.birth_date.isoformat(),
        "gender": resident.gender,
        "address.municipality": household.municipality_code,
        "address.postal_code": household.postal_code,
        "address.full": household.address,
    }
    known = {key: value for key, value in known.items() if value}
    if resident.registered:
        others = (member for member in household.members.all() if member.pk != resident.pk)
        members = sorted(others, key=lambda member: (member.birth_date, member.pk))
        raises = resident.relation in {"head", "spouse"}
        known["household.size"] = len(members) + 1
        known["household.children"] = [_member(m) for m in members if m.relation == "child"] if raises else []
        spouse = next((m for m in members if {m.relation, resident.relation} == {"head", "spouse"}), None)
        if spouse:
            known["household.spouse"] = _member(spouse)
    return [KnownFact(key, value, source) for key, value in known.items()]


def _member(member: Resident) -> dict[str, Any]:
    known = {
        "id": str(member.pk),
        "name": member.name,
        "name_kana": member.name_kana,
        "birth_date": member.birth_date.isoformat(),
        "gender": member.gender,
    }
    return {name: value for name, value in known.items() if value}


def access_entries(resident: Resident) -> QuerySet[AccessEntry]:
    """Who looked at the resident's data, newest first."""
    return resident.access_entries.order_by("-id")


def batch_reads() -> QuerySet[BatchRead]:
    """Who looked at facts of everybody at once, newest first."""
    return BatchRead.objects.order_by("-id")


def names_of(ids: Sequence[UUID]) -> list[str]:
    """Their names, in the order of ``ids``; empty for who is not there."""
    names = dict(Resident.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [names.get(one, "") for one in ids]
