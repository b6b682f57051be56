"""Setting up the prefecture's organisations."""

from django.db import transaction

from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.types import OrganisationKind


@transaction.atomic
def set_organisation(
    *,
    code: str,
    kind: OrganisationKind,
    name: str,
    name_en: str,
    parent: Organisation | None = None,
    municipality_code: str = "",
    function: str = "",
    phone: str = "",
    email: str = "",
    counter: str = "",
    head_title: str = "",
) -> Organisation:
    """Create the organisation with this code, or make it what is said. An office without a head's title gets its
    parent's, since decisions are made in the name of the head of the legal person.
    """
    organisation, _ = Organisation.objects.update_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name": name,
            "name_en": name_en,
            "parent": parent,
            "municipality_code": municipality_code,
            "function": function,
            "phone": phone,
            "email": email,
            "counter": counter,
            "head_title": head_title or (parent.head_title if parent else ""),
        },
    )
    return organisation
