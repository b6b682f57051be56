"""What every write of a case shares: the lock, the state, the time line."""

from dataclasses import dataclass

from todoke.kernel import audit, clock
from todoke.loops.apply.errors import CaseChangedError, WrongStateError
from todoke.loops.apply.models import Case, CaseEvent
from todoke.loops.apply.types import CaseState, EventKind
from todoke.registry.organisations.models import Officer
from todoke.registry.people.agency import acting
from todoke.registry.people.models import Resident


@dataclass(frozen=True)
class Actor:
    """Who does it: the principal, and the name that the time line shows."""

    principal: str
    name: str

    @classmethod
    def officer(cls, officer: Officer) -> "Actor":
        """A member of staff."""
        return cls(f"officer:{officer.pk}", officer.name)

    @classmethod
    def applicant(cls, resident: Resident | None, name: str) -> "Actor":
        """The person whose case it is, or who acts for them; without a resident, whoever holds the secret."""
        if resident and (agent := acting.get()):
            return cls(f"resident:{agent.pk}", f"{name}（代理 {agent.name}）"[:60])
        return cls(f"resident:{resident.pk}" if resident else audit.ANONYMOUS, name)


def locked(case: Case, revision: int | None, *states: CaseState) -> Case:
    """The case, locked for this transaction.

    Raises CaseChangedError when it is not at ``revision`` any more (None: any will do), WrongStateError when it is
    in none of ``states``.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("office", "resident").get(pk=case.pk)
    if revision is not None and row.revision != revision:
        raise CaseChangedError
    if states and row.state not in states:
        raise WrongStateError
    return row


def saved(case: Case, kind: EventKind, actor: Actor, text: str = "", **detail: object) -> None:
    """Save a changed case under a new revision, with its line in the time line and in the audit trail."""
    case.revision += 1
    case.save()
    CaseEvent.objects.create(
        case=case, kind=kind, at=clock.now(), actor=actor.principal, actor_name=actor.name, text=text
    )
    audit.record(
        actor=actor.principal,
        action=f"case.{kind}",
        subject=f"case:{case.receipt_number}",
        organisation_id=case.office_id,
        **detail,
    )
