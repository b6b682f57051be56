"""Crisis desks with officers, and their browsers."""

from django.test import Client

from todoke.kernel import clock, sessions
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role


def office(code: str = "", name: str = "危機管理課") -> Organisation:
    """The crisis office of a municipality; the prefecture's without a code."""
    body, _new = Organisation.objects.get_or_create(
        code=code or "04",
        defaults={
            "kind": OrganisationKind.MUNICIPALITY if code else OrganisationKind.PREFECTURE,
            "municipality_code": code,
            "name": code or "宮城県",
            "name_en": code or "Miyagi",
        },
    )
    return Organisation.objects.get_or_create(
        code=f"{code or '04'}-crisis",
        defaults={
            "kind": OrganisationKind.OFFICE,
            "function": "crisis",
            "parent": body,
            "municipality_code": code,
            "name": name,
            "name_en": "Crisis Office",
            "phone": "0225-00-0000",
        },
    )[0]


def officer(login: str, code: str = "", *, name: str = "試験 太郎", function: str = "crisis") -> Officer:
    made = Officer.objects.create(login=login, name=name)
    place = office(code)
    if function != "crisis":
        place = Organisation.objects.create(
            code=f"{code}-{function}",
            kind=OrganisationKind.OFFICE,
            function=function,
            parent=place.parent,
            municipality_code=code,
            name=function,
            name_en=function,
        )
    Membership.objects.create(officer=made, organisation=place, role=Role.OFFICER)
    return made


def signed_in(person: Officer) -> Client:
    client, store = Client(), sessions.SessionStore()
    store[sessions.PRINCIPAL] = f"officer:{person.pk}"
    store["seen"] = clock.now().timestamp()
    store.create()
    client.cookies["todoke"] = store.session_key or ""
    return client
