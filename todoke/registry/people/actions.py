"""Writes of people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.text import search_key
from todoke.registry.people.identity import VerifiedIdentity
from todoke.registry.people.models import AccessEntry, Fact, Household, Identity, Resident
from todoke.registry.people.types import Source
from todoke.registry.places.queries import find_municipality_in_address


@transaction.atomic
def sign_in(*, identity: VerifiedIdentity) -> Resident:
    """The resident behind a verified identity.

    A subject seen before is its resident. Else the register is asked by birth date, name and address; only one
    match counts, since two people may share all but the address. Who is in no register (moved here yesterday,
    lives elsewhere) is taken from the card.
    """
    now = clock.now()
    known = (
        Identity.objects.select_for_update(of=("self",))
        .select_related("resident")
        .filter(issuer=identity.issuer, subject=identity.subject)
        .first()
    )
    if known:
        known.last_used_at = now
        known.save(update_fields=["last_used_at"])
        resident = known.resident
    else:
        resident = _match(identity) or _from_card(identity)
        Identity.objects.create(
            issuer=identity.issuer,
            subject=identity.subject,
            resident=resident,
            first_used_at=now,
            last_used_at=now,
        )
    audit.record(actor=f"resident:{resident.pk}", action="sign-in", subject=f"resident:{resident.pk}", acr=identity.acr)
    return resident


def _match(identity: VerifiedIdentity) -> Resident | None:
    same = Resident.objects.filter(
        birth_date=identity.birth_date, name_key=search_key(identity.name), registered=True
    ).select_related("household")
    found = [r for r in same if search_key(r.household.address) == search_key(identity.address)]
    return found[0] if len(found) == 1 else None


def _from_card(identity: VerifiedIdentity) -> Resident:
    household = Household.objects.create(
        municipality_code=find_municipality_in_address(identity.address) or "", address=identity.address
    )
    return Resident.objects.create(
        household=household,
        relation="head",
        name=identity.name,
        name_key=search_key(identity.name),
        birth_date=identity.birth_date,
        gender=identity.gender,
        registered=False,
    )


@transaction.atomic
def learn_facts(*, resident: Resident, said: Mapping[str, Any], detail: str) -> None:
    """Keep what a resident said in a submission; a value that is known already adds no row."""
    now = clock.now()
    newest: dict[str, Any] = {}
    for row in Fact.objects.filter(resident=resident, key__in=list(said)).order_by("id"):
        newest[row.key] = row.value
    Fact.objects.bulk_create(
        Fact(resident=resident, key=key, value=value, source=Source.SELF, source_detail=detail, learnt_at=now)
        for key, value in said.items()
        if newest.get(key) != value
    )


def note_access(*, resident: Resident, actor: str, actor_name: str, what: str, purpose: str) -> None:
    """Leave a row that the resident sees; a reload within ten minutes is the same look."""
    recently = clock.now() - timedelta(minutes=10)
    if AccessEntry.objects.filter(resident=resident, actor=actor, what=what, at__gt=recently).exists():
        return
    AccessEntry.objects.create(
        resident=resident, at=clock.now(), actor=actor, actor_name=actor_name, what=what, purpose=purpose
    )


def set_contact(*, resident: Resident, email: str, wants_email: bool) -> None:
    """Where e-mails about the resident's matters go."""
    resident.email, resident.wants_email = email, wants_email
    resident.save(update_fields=["email", "wants_email"])
