"""Reads of organisations: who works where, and which office is competent."""

from django.db.models import Exists, OuterRef, QuerySet

from todoke.kernel.errors import NotFoundError
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role


class OfficeNotFoundError(NotFoundError):
    """この手続きを受け付ける窓口が、まだ登録されていません。"""

    code = "office-not-found"


def offices_of(officer: Officer) -> QuerySet[Organisation]:
    """Organisations in which the officer has a role of any kind, by code."""
    roles = Membership.objects.filter(organisation=OuterRef("pk"), officer=officer)
    return Organisation.objects.filter(Exists(roles)).select_related("parent").order_by("code")


def roles_of(officer: Officer) -> set[tuple[int, Role]]:
    """Every role of the officer with the organisation in which it holds."""
    rows = Membership.objects.filter(officer=officer).values_list("organisation_id", "role")
    return {(organisation, Role(role)) for organisation, role in rows}


def office_for(function: str, municipality_code: str) -> Organisation:
    """The office of a municipality for ``function``, as packs name it; the prefecture's where ``municipality_code`` is
    empty. Raises OfficeNotFoundError.
    """
    office = (
        Organisation.objects.select_related("parent")
        .filter(kind=OrganisationKind.OFFICE, function=function, municipality_code=municipality_code)
        .first()
    )
    if office is None:
        raise OfficeNotFoundError(function=function, municipality_code=municipality_code)
    return office


def contact_offices() -> QuerySet[Organisation]:
    """Offices that a resident can call, the prefecture's first, each with what it is a part of."""
    return (
        Organisation.objects.filter(kind=OrganisationKind.OFFICE)
        .exclude(phone="")
        .select_related("parent")
        .order_by("municipality_code", "code")
    )
