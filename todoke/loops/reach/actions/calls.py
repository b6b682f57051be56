"""People who need help, or do not answer: one officer looks after each."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from django.db import transaction

from todoke.exchange.messages.actions import write_many
from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import LANGUAGES, Batch, Priority
from todoke.kernel import audit, clock
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.orders import may_order
from todoke.loops.reach.errors import CallTakenError, NobodyHelpsError, NotYourPeopleError
from todoke.loops.reach.models import Call, Incident
from todoke.loops.reach.plans import common
from todoke.loops.reach.types import Variant
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.models import Helper, Resident

TAKEN, FORWARDED, RESOLVED = "taken", "forwarded", "resolved"


@transaction.atomic
def take_call(*, officer: Officer, incident: Incident, resident_id: UUID, seen: int) -> Call:
    """Look after a resident. ``seen`` is the revision that the officer saw, 0 where nobody did so yet.

    Raises CallTakenError when somebody else was faster; who has seen that may take it over. Raises NotYourPeopleError.
    """
    return _do(TAKEN, officer, incident, resident_id, seen)


@transaction.atomic
def resolve_call(*, officer: Officer, incident: Incident, resident_id: UUID, seen: int, note: str) -> Call:
    """Nothing is left to be done for them, until they ask again. Raises CallTakenError, NotYourPeopleError."""
    return _do(RESOLVED, officer, incident, resident_id, seen, note=note.strip()[:200])


@transaction.atomic
def forward_call(*, officer: Officer, incident: Incident, resident_id: UUID, seen: int) -> Call:
    """Ask those who agreed to help them to go or call; they get a message each, once.

    Raises NobodyHelpsError, CallTakenError, NotYourPeopleError.
    """
    person = _person(resident_id)
    rows = Helper.objects.filter(person=person, agreed_at__isnull=False, ended_at=None).select_related(
        "helper__household"
    )
    helpers = list(rows.order_by("agreed_at"))
    if not helpers:
        raise NobodyHelpsError
    names = "、".join(row.helper.name if row.helper else row.name for row in helpers)
    call = _do(FORWARDED, officer, incident, resident_id, seen, helper_name=names[:100])
    here = [row.helper for row in helpers if row.helper]
    if here:
        _tell(call, person, here, drill=is_drill(incident))
    return call


def _tell(call: Call, person: Resident, helpers: Sequence[Resident], *, drill: bool) -> None:
    """By every channel that each of them has."""
    values = {"person": person.name, "office": call.office_name}
    wording = Wording.objects.create(
        key=f"call:{call.pk}:{call.revision}",
        about=f"call:{call.pk}",
        sender=call.office_name,
        variant=Variant.HELPER,
        priority=Priority.EMERGENCY,
        drill=drill,
        spread=True,
        texts={language: common()[language]["forward"] for language in LANGUAGES},
        created_at=call.at,
    )
    batch = Batch(
        started_at=call.at,
        residents=np.array([helper.pk.bytes for helper in helpers], "S16"),
        languages=np.array([helper.language.encode() for helper in helpers]),
        municipalities=np.array([helper.household.municipality_code.encode() for helper in helpers]),
        values={name: np.array([value.encode()] * len(helpers)) for name, value in values.items()},
    )
    write_many(wording=wording, batch=batch)


def _do(state: str, officer: Officer, incident: Incident, resident_id: UUID, seen: int, **more: str) -> Call:
    person = _person(resident_id)
    office = _office(officer, person)
    call, new = Call.objects.select_for_update().get_or_create(
        incident=incident, resident=person, defaults={**_by(officer, office), "state": state, **more}
    )
    if not new:
        if call.revision != seen:
            raise CallTakenError(name=call.officer_name, office=call.office_name)
        for name, value in {**_by(officer, office), "state": state, "note": "", "helper_name": "", **more}.items():
            setattr(call, name, value)
        call.revision += 1
        call.save()
    elif seen:
        raise NotFoundError
    audit.record(
        actor=f"officer:{officer.pk}",
        action=f"call.{state}",
        subject=f"call:{call.pk}",
        organisation_id=office.pk,
        incident=incident.pk,
    )
    return call


def _by(officer: Officer, office: Organisation) -> dict[str, object]:
    return {
        "officer_id": officer.pk,
        "officer_name": officer.name,
        "office_name": office_name(office)[:100],
        "at": clock.now(),
    }


def _person(resident_id: UUID) -> Resident:
    found = Resident.objects.select_related("household").filter(pk=resident_id).first()
    if found is None:
        raise NotFoundError
    return found


def _office(officer: Officer, person: Resident) -> Organisation:
    office = may_order(officer, person.household.municipality_code)
    if office is None:
        raise NotYourPeopleError
    return office
