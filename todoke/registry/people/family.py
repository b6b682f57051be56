"""Members of a household who have neither phone nor card: somebody they live with says for them what they need."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from todoke.kernel import audit
from todoke.kernel.errors import NotAllowedError
from todoke.registry.people import keys
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.agency import acting
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import Known, facts_of
from todoke.registry.people.types import Reader

SAID_FOR_FAMILY = (*keys.NEEDS, "needs.no_phone")
_PURPOSE, _WHAT = gettext_noop("災害のときの備えのため"), gettext_noop("災害のときに必要な助け")


def family_of(resident: Resident) -> list[Resident]:
    """The other members of the household, as the register has it; none for who is in no register."""
    if not resident.registered:
        return []
    members = resident.household.members.filter(registered=True).exclude(pk=resident.pk)
    return list(members.order_by("birth_date", "pk"))


def speaks_for_themselves(member: Resident) -> bool:
    """Who has logged in says themselves what they need."""
    return member.identities.exists()


def may_prepare_for(resident: Resident, member: Resident) -> bool:
    """Whether the resident may say what a member of their household needs in a disaster."""
    return member in family_of(resident) and not speaks_for_themselves(member)


def needs_known_of(member: Resident, *, by: Resident) -> Known:
    """What is known of a member's needs; the member can see that it was read. Raises NotAllowedError."""
    if not may_prepare_for(by, member):
        raise NotAllowedError
    reader = Reader(f"resident:{by.pk}", f"{by.name}（家族）", _PURPOSE, _WHAT)
    return facts_of(member, reader, SAID_FOR_FAMILY)


@transaction.atomic
def say_for_family(*, member: Resident, by: Resident, said: Mapping[str, Any]) -> list[str]:
    """Say what a member of the household needs; it carries the name of who said it. Raises NotAllowedError."""
    if not may_prepare_for(by, member) or not set(said) <= set(SAID_FOR_FAMILY):
        raise NotAllowedError
    token = acting.set(by)
    try:
        changed = learn_facts(resident=member, said=said)
    finally:
        acting.reset(token)
    audit.record(actor=f"resident:{by.pk}", action="family.prepare", subject=f"resident:{member.pk}")
    return changed
