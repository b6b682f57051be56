"""Who may change what about whom in an office."""

import pytest
from django.test import Client

from tests.staff.conftest import Person, hire
from todoke.kernel.errors import NotAllowedError
from todoke.kernel.models import AuditEntry, Session
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.office import (
    InvitationIncompleteError,
    LastAdministratorError,
    LoginTakenError,
    OwnAccountError,
    SharedOfficerError,
    UnknownOfficerError,
    deactivate_officer,
    grant_role,
    invite_officer,
    reinvite_officer,
    withdraw_role,
)
from todoke.registry.organisations.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(city: Organisation) -> Person:
    return hire("kiban.kanri", city, Role.PLATFORM, name="基盤 管理")


@pytest.fixture
def stranger(other_office: Organisation) -> Person:
    return hire("reiji.kenta", other_office, Role.OFFICER, name="例示 健太")


def roles(officer: Officer, organisation: Organisation) -> set[str]:
    return set(officer.memberships.filter(organisation=organisation).values_list("role", flat=True))


def test_the_page_lists_the_office_and_nobody_else(
    client: Client, manager: Person, hanako: Person, stranger: Person, other_office: Organisation
) -> None:
    manager.login(client)
    page = client.get("/console/office/").content.decode()
    assert hanako.officer.login in page
    assert stranger.officer.login not in page
    assert client.get(f"/console/office/?organisation={other_office.pk}").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.AUDITOR])
def test_only_administrators_have_the_page(client: Client, office: Organisation, role: Role) -> None:
    hire("reiji.osamu", office, role, name="例示 修").login(client)
    assert client.get("/console/office/").status_code == 404
    for path in ("invite", "reinvite", "role", "deactivate"):
        assert client.post(f"/console/office/{path}/", {"organisation": office.pk}).status_code == 404


def test_strangers_are_sent_to_the_log_in(client: Client, db: None) -> None:
    for path in ("office/", "audit/", "security/"):
        assert client.get(f"/console/{path}")["Location"].startswith("/console/login/?next=")


def test_deactivation_ends_sessions_at_once(manager: Person, hanako: Person, office: Organisation) -> None:
    browser = Client()
    hanako.login(browser)
    assert browser.get("/console/security/").status_code == 200
    deactivate_officer(actor=manager.officer, organisation=office, officer=hanako.officer)
    assert browser.get("/console/security/").status_code == 302
    assert not Session.objects.filter(principal=f"officer:{hanako.officer.pk}").exists()
    assert roles(hanako.officer, office) == {"officer"}
    entry = AuditEntry.objects.get(action="officer.deactivated")
    assert (entry.actor, entry.subject, entry.organisation_id) == (
        f"officer:{manager.officer.pk}",
        f"officer:{hanako.officer.pk}",
        office.pk,
    )


def test_an_administrator_has_no_power_over_another_office(
    manager: Person, stranger: Person, office: Organisation, other_office: Organisation
) -> None:
    officer = stranger.officer
    with pytest.raises(NotAllowedError):
        deactivate_officer(actor=manager.officer, organisation=other_office, officer=officer)
    with pytest.raises(NotAllowedError):
        deactivate_officer(actor=manager.officer, organisation=office, officer=officer)
    with pytest.raises(NotAllowedError):
        withdraw_role(actor=manager.officer, organisation=other_office, officer=officer, role=Role.OFFICER)
    with pytest.raises(NotAllowedError):
        grant_role(actor=manager.officer, organisation=other_office, login=officer.login, role=Role.OFFICER)
    with pytest.raises(NotAllowedError):
        invite_officer(
            actor=manager.officer, organisation=other_office, login="x", name="x", email="", roles=[Role.OFFICER]
        )


def test_nobody_takes_over_a_stronger_account_by_adding_it_to_their_office(
    manager: Person, platform: Person, office: Organisation
) -> None:
    grant_role(actor=manager.officer, organisation=office, login=platform.officer.login, role=Role.OFFICER)
    with pytest.raises(SharedOfficerError):
        reinvite_officer(actor=manager.officer, organisation=office, officer=platform.officer)
    with pytest.raises(SharedOfficerError):
        deactivate_officer(actor=manager.officer, organisation=office, officer=platform.officer)


def test_nobody_takes_over_the_platforms_administrator_of_their_own_office(
    manager: Person, platform: Person, office: Organisation
) -> None:
    Membership.objects.filter(officer=platform.officer).update(organisation=office)
    with pytest.raises(SharedOfficerError):
        reinvite_officer(actor=manager.officer, organisation=office, officer=platform.officer)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PLATFORM])
def test_only_the_platform_gives_its_own_roles(
    manager: Person, platform: Person, hanako: Person, office: Organisation, role: Role
) -> None:
    with pytest.raises(NotAllowedError):
        grant_role(actor=manager.officer, organisation=office, login=hanako.officer.login, role=role)
    with pytest.raises(NotAllowedError):
        invite_officer(actor=manager.officer, organisation=office, login="x", name="x", email="", roles=[role])
    grant_role(actor=platform.officer, organisation=office, login=hanako.officer.login, role=role)
    assert role in roles(hanako.officer, office)


def test_nobody_gives_themselves_a_role(manager: Person, platform: Person, office: Organisation) -> None:
    for person in (manager, platform):
        with pytest.raises(OwnAccountError):
            grant_role(actor=person.officer, organisation=office, login=person.officer.login, role=Role.APPROVER)


def test_nobody_shuts_themselves_out(manager: Person, office: Organisation) -> None:
    with pytest.raises(OwnAccountError):
        deactivate_officer(actor=manager.officer, organisation=office, officer=manager.officer)
    with pytest.raises(OwnAccountError):
        reinvite_officer(actor=manager.officer, organisation=office, officer=manager.officer)


def test_the_last_administrator_stays(manager: Person, hanako: Person, office: Organisation) -> None:
    me = manager.officer
    with pytest.raises(LastAdministratorError):
        withdraw_role(actor=me, organisation=office, officer=me, role=Role.ADMINISTRATOR)
    grant_role(actor=me, organisation=office, login=hanako.officer.login, role=Role.ADMINISTRATOR)
    withdraw_role(actor=me, organisation=office, officer=me, role=Role.ADMINISTRATOR)
    assert roles(me, office) == set()
    with pytest.raises(NotAllowedError):
        withdraw_role(actor=me, organisation=office, officer=hanako.officer, role=Role.OFFICER)


def test_an_administrator_who_left_does_not_count(manager: Person, hanako: Person, office: Organisation) -> None:
    grant_role(actor=manager.officer, organisation=office, login=hanako.officer.login, role=Role.ADMINISTRATOR)
    deactivate_officer(actor=manager.officer, organisation=office, officer=hanako.officer)
    with pytest.raises(LastAdministratorError):
        withdraw_role(actor=manager.officer, organisation=office, officer=manager.officer, role=Role.ADMINISTRATOR)


def test_the_last_administrator_of_the_platform_stays(platform: Person, city: Organisation) -> None:
    with pytest.raises(LastAdministratorError):
        withdraw_role(actor=platform.officer, organisation=city, officer=platform.officer, role=Role.PLATFORM)


def test_the_platform_can_shut_out_an_offices_only_administrator(
    platform: Person, manager: Person, office: Organisation
) -> None:
    deactivate_officer(actor=platform.officer, organisation=office, officer=manager.officer)
    assert not Officer.objects.get(pk=manager.officer.pk).active


def test_a_citys_administrator_administers_its_offices(
    city: Organisation, hanako: Person, office: Organisation
) -> None:
    chief = hire("shicho.bu", city, Role.ADMINISTRATOR, name="総務 係")
    deactivate_officer(actor=chief.officer, organisation=office, officer=hanako.officer)
    assert not Officer.objects.get(pk=hanako.officer.pk).active


def test_one_who_moves_is_added_by_login(
    client: Client, manager: Person, stranger: Person, office: Organisation
) -> None:
    manager.login(client)
    form = {"organisation": office.pk, "login": stranger.officer.login, "role": "approver", "do": "give"}
    assert client.post("/console/office/role/", form).status_code == 302
    assert roles(stranger.officer, office) == {"approver"}
    assert stranger.officer.login in client.get("/console/office/").content.decode()
    form = {"organisation": office.pk, "officer": stranger.officer.pk, "role": "approver", "do": "take"}
    assert client.post("/console/office/role/", form).status_code == 302
    assert roles(stranger.officer, office) == set()


def test_a_taken_login_says_what_to_do_and_keeps_what_was_typed(
    client: Client, manager: Person, stranger: Person, office: Organisation
) -> None:
    manager.login(client)
    form = {"organisation": office.pk, "login": stranger.officer.login, "name": "試験 葵", "roles": ["officer"]}
    answer = client.post("/console/office/invite/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert LoginTakenError().message in page
    assert "試験 葵" in page
    assert not Officer.objects.filter(name="試験 葵").exists()


def test_what_is_missing_or_unknown_is_said(manager: Person, office: Organisation) -> None:
    me = manager.officer
    with pytest.raises(InvitationIncompleteError):
        invite_officer(actor=me, organisation=office, login="x", name=" ", email="", roles=[Role.OFFICER])
    with pytest.raises(InvitationIncompleteError):
        invite_officer(actor=me, organisation=office, login="x", name="x", email="", roles=[])
    with pytest.raises(UnknownOfficerError):
        grant_role(actor=me, organisation=office, login="nobody", role=Role.OFFICER)


@pytest.mark.parametrize(
    "form",
    [
        {"organisation": "x"},
        {"organisation": "999999999999999999999999"},
        {"role": "emperor"},
        {"role": "emperor", "do": "take"},
        {"officer": "x", "do": "take"},
        {"officer": "-1", "do": "take"},
        {"do": ""},
    ],
)
def test_a_form_that_was_tampered_with_changes_nothing(
    client: Client, manager: Person, hanako: Person, office: Organisation, form: dict[str, str]
) -> None:
    manager.login(client)
    right = {"organisation": office.pk, "officer": hanako.officer.pk, "login": hanako.officer.login, "role": "approver"}
    assert client.post("/console/office/role/", {**right, "do": "give", **form}).status_code == 404
    assert roles(hanako.officer, office) == {"officer"}
