"""Which office decides."""

from todoke.registry.catalogue.types import Pack
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.queries import OfficeNotFoundError, office_for
from todoke.registry.people.models import Resident


def deciding_office(pack: Pack, resident: Resident | None) -> Organisation | None:
    """The office that decides on the resident's application; None while it is not known where they live.

    A prefecture's service has one office for all.
    """
    municipality = ""
    if pack.owner.kind == "municipality-office":
        municipality = resident.household.municipality_code if resident else ""
        if not municipality:
            return None
    try:
        return office_for(pack.owner.function, municipality)
    except OfficeNotFoundError:
        return None
