"""An office with people, and their ways in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyotp
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from todoke.kernel import clock
from todoke.registry.organisations.credentials.codes import new_code_key
from todoke.registry.organisations.credentials.passwords import enrol_one_time_code, set_password
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role

PASSWORD = "ashita-mo-hareru-2026"


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, settings: Settings) -> None:
    """A cheap hasher, but for tests about its cost."""
    if "real_hasher" not in request.fixturenames:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def real_hasher() -> None:
    """The hasher of production."""


@pytest.fixture
def held_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Hold the time: ``held_clock(moment)``."""

    def hold(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return hold


@pytest.fixture
def city(db: None) -> Organisation:
    return Organisation.objects.create(
        code="04202", kind=OrganisationKind.MUNICIPALITY, municipality_code="04202", name="石巻市", name_en="Ishinomaki"
    )


@pytest.fixture
def office(city: Organisation) -> Organisation:
    return Organisation.objects.create(
        code="04202-childcare",
        kind=OrganisationKind.OFFICE,
        function="childcare",
        parent=city,
        municipality_code="04202",
        name="子ども保育課",
        name_en="Childcare Office",
    )


@pytest.fixture
def other_office(city: Organisation) -> Organisation:
    return Organisation.objects.create(
        code="04202-welfare",
        kind=OrganisationKind.OFFICE,
        function="welfare",
        parent=city,
        municipality_code="04202",
        name="福祉課",
        name_en="Welfare Office",
    )


@dataclass(frozen=True)
class Person:
    """An officer who has a password and an app with codes."""

    officer: Officer
    key: str

    def code(self, steps: int = 1) -> str:
        """The code ``steps`` after now. The one of enrolment is spent, so the next is the first that works."""
        return pyotp.TOTP(self.key).generate_otp(int(clock.now().timestamp()) // 30 + steps)

    def login(self, client: Client) -> None:
        answer = client.post(
            "/console/login/", {"login": self.officer.login, "password": PASSWORD, "code": self.code()}
        )
        assert answer.status_code == 302


def hire(login: str, organisation: Organisation, *roles: Role, name: str = "見本 花子") -> Person:
    """An officer with ``roles`` who has enrolled."""
    officer = Officer.objects.create(login=login, name=name)
    for role in roles:
        Membership.objects.create(officer=officer, organisation=organisation, role=role)
    key = new_code_key()
    set_password(officer=officer, password=PASSWORD)
    enrol_one_time_code(officer=officer, key=key, code=pyotp.TOTP(key).at(clock.now()))
    return Person(officer, key)


@pytest.fixture
def hanako(office: Organisation) -> Person:
    return hire("mihon.hanako", office, Role.OFFICER)


@pytest.fixture
def manager(office: Organisation) -> Person:
    return hire("shiken.taro", office, Role.ADMINISTRATOR, name="試験 太郎")
