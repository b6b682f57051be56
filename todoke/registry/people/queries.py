"""Reads of people. A resident's own reads leave no trace; those of staff and services go through ``access``."""

from typing import Any

from django.db.models import QuerySet

from todoke.kernel import clock
from todoke.registry.people.models import AccessEntry, Fact, Resident
from todoke.registry.people.types import KnownFact, Source


def facts_of(resident: Resident) -> dict[str, KnownFact]:
    """All that is known of a resident, by key; values are JSON (dates as YYYY-MM-DD)."""
    household = resident.household
    source = Source.REGISTER if resident.registered else Source.CARD
    known = {
        "name": resident.name,
        "name_kana": resident.name_kana,
        "birth_date": resident.birth_date.isoformat(),
        "gender": resident.gender,
        "address.municipality": household.municipality_code,
        "address.postal_code": household.postal_code,
        "address.full": household.address,
    }
    facts = {key: KnownFact(key, value, source) for key, value in known.items() if value}
    if resident.registered:
        members = list(household.members.exclude(pk=resident.pk).order_by("birth_date", "pk"))
        children = (
            [_member(m) for m in members if m.relation == "child"] if resident.relation in {"head", "spouse"} else []
        )
        spouse = next((m for m in members if {m.relation, resident.relation} == {"head", "spouse"}), None)
        facts["household.children"] = KnownFact("household.children", children, source)
        if spouse:
            facts["household.spouse"] = KnownFact("household.spouse", _member(spouse), source)
    for row in Fact.objects.filter(resident=resident).order_by("id"):
        if row.key not in known:
            learnt = row.learnt_at.astimezone(clock.JAPAN).date()
            facts[row.key] = KnownFact(row.key, row.value, Source(row.source), row.source_detail, learnt)
    return facts


def _member(member: Resident) -> dict[str, Any]:
    return {
        "id": str(member.pk),
        "name": member.name,
        "name_kana": member.name_kana,
        "birth_date": member.birth_date.isoformat(),
        "gender": member.gender,
    }


def access_entries(resident: Resident) -> QuerySet[AccessEntry]:
    """Who looked at the resident's data, newest first."""
    return resident.access_entries.order_by("-id")
