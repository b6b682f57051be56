"""Applications on paper: counted by the offices that get them, so that what comes online has its whole."""

from datetime import date

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError, NotAllowedError
from todoke.loops.improve.counting import one_at_a_time
from todoke.loops.improve.models import PaperCount, Use
from todoke.loops.improve.queries.papers import desks_for_paper
from todoke.loops.improve.types import Kind
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import home_organisation_id, principal

MOST = 1_000_000


class ImpossibleCountError(InvalidInputError):
    """紙の申請の数は、0以上の数字で入れてください。まだ来ていない月の数は入れられません。"""

    code = "impossible-count"


@transaction.atomic
def count_paper(*, service: str, month: date, municipality: str, count: int, officer: Officer) -> PaperCount:
    """How many applications came on paper; a correction counts as the difference to what was said before.

    Raises NotAllowedError for a service that is not the officer's office's, ImpossibleCountError.
    """
    if (service, municipality) not in {(desk.pack.id, desk.municipality) for desk in desks_for_paper(officer)}:
        raise NotAllowedError
    first = month.replace(day=1)
    if not 0 <= count <= MOST or first > clock.today():
        raise ImpossibleCountError
    one_at_a_time()
    before = PaperCount.objects.filter(
        service=service, month=first, municipality_code=municipality, current=True
    ).first()
    difference = count - (before.count if before else 0)
    if before and not difference:
        return before
    if before:
        before.current = False
        before.save(update_fields=["current"])
    made = PaperCount.objects.create(
        service=service, month=first, municipality_code=municipality, count=count, by=officer, at=clock.now()
    )
    if difference:
        Use.objects.create(
            kind=Kind.CASE_RECEIVED,
            month=first,
            municipality_code=municipality,
            service=service,
            attributes={"channel": "paper"},
            count=difference,
        )
    audit.record(
        actor=principal(officer),
        action="paper.counted",
        subject=f"service:{service}",
        organisation_id=home_organisation_id(officer),
        month=str(first),
        municipality=municipality,
        count=count,
        before=before.count if before else None,
    )
    return made
