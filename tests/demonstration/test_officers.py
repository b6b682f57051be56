"""Offices and officers of the demonstration."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from todoke.faces.commands import load_demo
from todoke.faces.demonstration.errors import NoDemonstrationError, UnknownAccountError
from todoke.faces.demonstration.officers import PASSWORD, current_code, load_officers
from todoke.faces.demonstration.offices import load_offices
from todoke.registry.organisations.credentials.passwords import sign_in_with_password
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.queries import OfficeNotFoundError, contact_offices, office_for, offices_of, roles_of
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.places.actions import load_places


@pytest.fixture(autouse=True)
def organisations(db: None, settings: Settings) -> None:
    settings.DEMONSTRATION = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    load_places(prefecture_code="04")
    load_offices()
    load_officers()


def test_every_municipality_has_its_childcare_office() -> None:
    for code in Organisation.objects.filter(kind=OrganisationKind.MUNICIPALITY).values_list("code", flat=True):
        office = office_for("childcare", code)
        assert office.parent is not None
        assert office.parent.code == code
    assert office_for("childcare", "04202").head_title == "石巻市長"
    assert office_for("records", "").name == "県政情報・文書課"
    assert office_for("records", "").head_title == "宮城県知事"


def test_no_office_for_a_function() -> None:
    for function, code in (("childcare", ""), ("nothing", "04202"), ("childcare", "32201")):
        with pytest.raises(OfficeNotFoundError):
            office_for(function, code)


def test_offices_to_call_have_numbers_that_nobody_has() -> None:
    offices = list(contact_offices())
    assert offices[0].municipality_code == ""
    assert {office.phone for office in offices} == {"000-000-0000"}


def test_roles_of_an_officer() -> None:
    officer = Officer.objects.get(login="ishinomaki-approver")
    office = office_for("childcare", "04202")
    assert list(offices_of(officer)) == [office]
    assert roles_of(officer) == {(office.pk, Role.APPROVER)}
    assert {role for _, role in roles_of(Officer.objects.get(login="auditor"))} == {Role.AUDITOR}


def test_an_officer_logs_in_with_what_the_demonstration_prints() -> None:
    officer = sign_in_with_password(
        login="ishinomaki-officer", password=PASSWORD, code=current_code("ishinomaki-officer")
    )
    assert officer.login == "ishinomaki-officer"


def test_loading_twice_keeps_what_was_changed() -> None:
    Officer.objects.filter(login="platform").update(name="変えた名前")
    counts = Officer.objects.count(), Membership.objects.count(), Organisation.objects.count()
    load_offices()
    load_officers()
    assert (Officer.objects.count(), Membership.objects.count(), Organisation.objects.count()) == counts
    assert Officer.objects.get(login="platform").name == "変えた名前"


def test_no_codes_where_it_is_no_demonstration(settings: Settings) -> None:
    with pytest.raises(UnknownAccountError):
        current_code("somebody")
    settings.DEMONSTRATION = False
    with pytest.raises(NoDemonstrationError):
        current_code("ishinomaki-officer")
    with pytest.raises(NoDemonstrationError):
        load_officers()


@pytest.fixture
def command() -> Callable[[list[str]], int]:
    import argparse

    parser = argparse.ArgumentParser()
    load_demo.register(parser.add_subparsers())

    def run(words: list[str]) -> int:
        args = parser.parse_args(words)
        code: int = args.run(args)
        return code

    return run


def test_the_command_says_what_there_is(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: object
) -> None:
    settings.STATE = tmp_path
    assert command(["load-demo", "--residents", "200"]) == 0
    printed = capsys.readouterr().out
    assert "200 residents" in printed
    assert PASSWORD in printed
    assert "ishinomaki-officer" in printed
    assert command(["load-demo", "--residents", "201"]) == 1
    assert "200" in capsys.readouterr().err
    assert command(["demo-code", "ishinomaki-officer"]) == 0
    assert capsys.readouterr().out.strip().isdecimal()
    assert command(["demo-code", "nobody"]) == 1
