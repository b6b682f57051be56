"""An officer's look at a case leaves a row that its subject sees."""

from todoke.kernel import audit
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.actions import note_access


def note_look(*, case: Case, officer: Officer) -> None:
    """For a case without log-in there is nobody to show it to; the audit trail has it all the same."""
    audit.record(
        actor=f"officer:{officer.pk}",
        action="case.read",
        subject=f"case:{case.receipt_number}",
        organisation_id=case.office_id,
    )
    if case.resident is None:
        return
    note_access(
        resident=case.resident,
        actor=f"officer:{officer.pk}",
        actor_name=office_name(case.office),
        what=f"{pack_of(case.pack_version_id).titles['ja']}（{case.receipt_number}）",
        purpose="申請の審査",
    )
