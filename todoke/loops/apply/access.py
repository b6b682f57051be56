"""A look at a case, or at the facts that a draft is filled in from, leaves a row that its subject sees."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from todoke.kernel import audit
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Pack
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.access import announce
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import Known, facts_of
from todoke.registry.people.types import Reader

REVIEW, COPY = gettext_noop("申請の審査"), gettext_noop("申込書に書き写すため。あなたが始めました")
WHILE_FILLING_IN = timedelta(days=1)


@transaction.atomic
def note_look(*, case: Case, officer: Officer, reason: str = "") -> None:
    """For a case without log-in there is nobody to show it to; the audit trail has it all the same.

    Raises ReasonNeededError for a service that reads sensitive facts, when no reason is given.
    """
    audit.record(
        actor=f"officer:{officer.pk}",
        action="case.read",
        subject=f"case:{case.receipt_number}",
        organisation_id=case.office_id,
    )
    if case.resident is None:
        return
    pack = pack_of(case.pack_version_id)
    reader = Reader(
        actor=f"officer:{officer.pk}",
        name=office_name(case.office),
        purpose=REVIEW,
        what=f"{pack.titles['ja']}（{case.receipt_number}）",
        reason=reason,
    )
    announce(resident=case.resident, reader=reader, keys=pack.purposes)


def facts_for_service(pack: Pack, resident: Resident) -> Known:
    """The facts that the service may read, for its declared purposes."""
    reader = Reader(f"service:{pack.id}", "トドケ（自動）", COPY, pack.titles["ja"])
    return facts_of(resident, reader, pack.purposes, window=WHILE_FILLING_IN)
