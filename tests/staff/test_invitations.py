"""The first log-in of a new officer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pyotp
import pytest
from django.test import Client

from tests.staff.authenticator import Authenticator
from tests.staff.conftest import PASSWORD, Person
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry, Session
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.office import invite_officer, reinvite_officer
from todoke.registry.organisations.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(manager: Person, office: Organisation) -> str:
    """The invitation of 仮名 次郎."""
    _, secret = invite_officer(
        actor=manager.officer,
        organisation=office,
        login="kamei.jiro",
        name="仮名 次郎",
        email="",
        roles=[Role.OFFICER],
    )
    return secret


def key_shown(client: Client, secret: str) -> str:
    """The key as the page tells it."""
    page = client.get(f"/console/invitation/{secret}/").content.decode()
    return page.split("<code>")[1].split("</code>")[0].replace(" ", "")


def accept(client: Client, secret: str, password: str = PASSWORD, again: str | None = None, code: str = "") -> object:
    code = code or pyotp.TOTP(key_shown(client, secret)).at(clock.now())
    return client.post(
        f"/console/invitation/{secret}/",
        {"password": password, "again": password if again is None else again, "code": code},
    )


def test_password_and_code_app_are_set_and_log_in(client: Client, secret: str) -> None:
    answer = accept(client, secret)
    assert answer.status_code == 302  # type: ignore[attr-defined]
    officer = Officer.objects.get(login="kamei.jiro")
    assert Session.objects.filter(principal=f"officer:{officer.pk}").exists()
    assert officer.invitation_hash == ""
    assert AuditEntry.objects.filter(action="invitation.accepted", actor=f"officer:{officer.pk}").exists()


def test_a_passkey_is_set_and_logs_in(client: Client, secret: str) -> None:
    device = Authenticator()
    path = f"/console/invitation/{secret}/passkey/"
    options = client.post(f"{path}begin/", {}, content_type="application/json").json()
    answer = client.post(f"{path}finish/", {"credential": device.create(options)}, content_type="application/json")
    assert answer.status_code == 200
    officer = Officer.objects.get(login="kamei.jiro")
    assert officer.passkeys.count() == 1
    assert Session.objects.filter(principal=f"officer:{officer.pk}").exists()
    assert client.get(f"/console/invitation/{secret}/").status_code == 404


def test_it_works_once(client: Client, secret: str) -> None:
    accept(client, secret)
    assert Client().get(f"/console/invitation/{secret}/").status_code == 404
    code = {"password": "another-long-password", "again": "another-long-password", "code": "123456"}
    assert Client().post(f"/console/invitation/{secret}/", code).status_code == 404


def test_it_ends_after_three_days(client: Client, secret: str, held_clock: Callable[[datetime], None]) -> None:
    start = clock.now()
    held_clock(start + timedelta(days=2, hours=23))
    assert client.get(f"/console/invitation/{secret}/").status_code == 200
    held_clock(start + timedelta(days=3, seconds=1))
    assert client.get(f"/console/invitation/{secret}/").status_code == 404


@pytest.mark.parametrize("wrong", ["", "0000-0000-0000-0000", "届", "a/b"])
def test_an_unknown_secret_opens_nothing(client: Client, secret: str, wrong: str) -> None:
    assert client.get(f"/console/invitation/{wrong}/").status_code == 404


def test_the_secret_is_kept_as_a_hash_only(secret: str) -> None:
    officer = Officer.objects.get(login="kamei.jiro")
    assert secret not in officer.invitation_hash
    assert len(officer.invitation_hash) == 64
    assert not any(secret in f"{entry.subject}{entry.detail}" for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short-pass1", "12文字以上"),
        ("123456789012345", "数字だけ"),
        ("kamei.jiro.kamei", "似たパスワード"),
        ("password1234", "当てられやすい"),
    ],
)
def test_a_weak_password_is_refused_and_says_why(client: Client, secret: str, password: str, words: str) -> None:
    answer = accept(client, secret, password)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in answer.content.decode()  # type: ignore[attr-defined]
    assert Officer.objects.get(login="kamei.jiro").password == ""
    assert client.get(f"/console/invitation/{secret}/").status_code == 200


def test_a_wrong_code_sets_nothing_and_the_key_stays(client: Client, secret: str) -> None:
    before = key_shown(client, secret)
    assert accept(client, secret, code="000000").status_code == 422  # type: ignore[attr-defined]
    officer = Officer.objects.get(login="kamei.jiro")
    assert (officer.password, officer.one_time_code_key) == ("", "")
    assert key_shown(client, secret) == before


def test_two_different_passwords_set_nothing(client: Client, secret: str) -> None:
    assert accept(client, secret, again=f"{PASSWORD}x").status_code == 422  # type: ignore[attr-defined]
    assert Officer.objects.get(login="kamei.jiro").password == ""


def test_the_qr_code_is_a_picture_of_this_session_only(client: Client, secret: str) -> None:
    key_shown(client, secret)
    answer = client.get("/console/security/code/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg xmlns")
    assert "no-store" in answer["Cache-Control"]
    assert Client().get("/console/security/code/qr.svg").status_code == 404


def test_the_address_that_the_administrator_sees_opens(client: Client, manager: Person, office: Organisation) -> None:
    manager.login(client)
    answer = client.post(
        "/console/office/invite/",
        {"organisation": office.pk, "login": "kamei.jiro", "name": "仮名 次郎", "roles": ["officer", "approver"]},
    )
    address = answer.content.decode().split('id="address" value="')[1].split('"')[0]
    assert Client().get(urlsplit(address).path).status_code == 200
    roles = Officer.objects.get(login="kamei.jiro").memberships.values_list("role", flat=True)
    assert set(roles) == {"officer", "approver"}


def test_a_new_invitation_voids_every_way_in(client: Client, manager: Person, hanako: Person) -> None:
    hanako.login(client)
    office = hanako.officer.memberships.get().organisation
    secret = reinvite_officer(actor=manager.officer, organisation=office, officer=hanako.officer)
    officer = Officer.objects.get(pk=hanako.officer.pk)
    assert (officer.password, officer.one_time_code_key, officer.passkeys.count()) == ("", "", 0)
    assert not Session.objects.filter(principal=f"officer:{officer.pk}").exists()
    assert Client().get(f"/console/invitation/{secret}/").status_code == 200
