"""Which services an office counts paper for, and what it said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from todoke.loops.apply.queries import DESK_ROLES
from todoke.loops.improve.models import PaperCount
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.catalogue.types import Pack
from todoke.registry.organisations.models import Membership, Officer


@dataclass(frozen=True)
class PaperDesk:
    """A service at the place whose applications an office gets; the prefecture's has no municipality."""

    pack: Pack
    municipality: str


def desks_for_paper(officer: Officer) -> list[PaperDesk]:
    """The services that the officer's offices decide on, by id."""
    rows = Membership.objects.filter(officer=officer, role__in=DESK_ROLES)
    desks = set(rows.values_list("organisation__function", "organisation__municipality_code"))
    return [
        PaperDesk(pack, municipality)
        for pack in current_packs()
        for function, municipality in sorted(desks)
        if function == pack.owner.function and bool(municipality) == (pack.owner.kind == "municipality-office")
    ]


def paper_counts(desks: Iterable[PaperDesk], months: Iterable[date]) -> Mapping[tuple[str, str, date], PaperCount]:
    """What holds now, by service, municipality and month."""
    rows = PaperCount.objects.filter(
        service__in={desk.pack.id for desk in desks}, month__in=list(months), current=True
    ).select_related("by")
    return {(row.service, row.municipality_code, row.month): row for row in rows}
