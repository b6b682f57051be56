"""An officer's own page of ways in and open log-ins."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from django.test import Client

from tests.staff.conftest import PASSWORD, Person
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry, Session
from todoke.registry.organisations.credentials.errors import SignInRefusedError, WrongCodeError
from todoke.registry.organisations.credentials.passwords import sign_in_with_password
from todoke.registry.organisations.models import Officer

pytestmark = pytest.mark.django_db
NEW = "kumo-hitotsu-nai-sora"


@pytest.fixture
def two_browsers(hanako: Person, held_clock: Callable[[datetime], None]) -> tuple[Client, Client]:
    """Hanako is logged in twice."""
    first, second = Client(), Client()
    hanako.login(first)
    held_clock(clock.now() + timedelta(minutes=1))
    hanako.login(second)
    return first, second


def test_logging_out_everywhere_ends_every_session(two_browsers: tuple[Client, Client], hanako: Person) -> None:
    first, second = two_browsers
    assert "2か所" in first.get("/console/security/").content.decode()
    first.post("/console/security/logout-everywhere/")
    assert second.get("/console/security/").status_code == 302
    assert first.get("/console/security/").status_code == 302
    assert AuditEntry.objects.get(action="sign-out.everywhere").detail == {"sessions_ended": 2}


def test_a_new_password_ends_the_other_sessions(
    two_browsers: tuple[Client, Client], hanako: Person, held_clock: Callable[[datetime], None]
) -> None:
    first, second = two_browsers
    assert first.post("/console/security/password/", {"password": NEW, "again": NEW}).status_code == 302
    assert first.get("/console/security/").status_code == 200
    assert second.get("/console/security/").status_code == 302
    held_clock(clock.now() + timedelta(minutes=1))
    with pytest.raises(SignInRefusedError):
        sign_in_with_password(login=hanako.officer.login, password=PASSWORD, code=hanako.code())
    assert sign_in_with_password(login=hanako.officer.login, password=NEW, code=hanako.code()) == hanako.officer


def test_a_new_code_app_replaces_the_old_one(
    two_browsers: tuple[Client, Client], hanako: Person, held_clock: Callable[[datetime], None]
) -> None:
    first, second = two_browsers
    key = first.get("/console/security/").content.decode().split("<code>")[1].split("</code>")[0].replace(" ", "")
    answer = first.post("/console/security/code/", {"code": "000000"})
    assert answer.status_code == 422
    assert WrongCodeError().message in answer.content.decode()
    assert first.post("/console/security/code/", {"code": pyotp.TOTP(key).at(clock.now())}).status_code == 302
    assert second.get("/console/security/").status_code == 302
    held_clock(clock.now() + timedelta(minutes=1))
    with pytest.raises(SignInRefusedError):
        sign_in_with_password(login=hanako.officer.login, password=PASSWORD, code=hanako.code())
    renewed = Person(hanako.officer, key)
    assert sign_in_with_password(login=hanako.officer.login, password=PASSWORD, code=renewed.code())


def test_a_screen_left_open_changes_nothing(
    client: Client, hanako: Person, held_clock: Callable[[datetime], None]
) -> None:
    hanako.login(client)
    held_clock(clock.now() + timedelta(minutes=11))
    page = client.get("/console/security/").content.decode()
    assert "もう一度ログインしてください" in page
    assert "<code>" not in page
    before = Officer.objects.get(pk=hanako.officer.pk)
    for path, form in {
        "password/": {"password": NEW, "again": NEW},
        "code/": {"code": "123456"},
        "passkey/remove/": {"passkey": "1"},
    }.items():
        answer = client.post(f"/console/security/{path}", form)
        assert answer["Location"].startswith("/console/login/?next=")
    after = Officer.objects.get(pk=hanako.officer.pk)
    assert (after.password, after.one_time_code_key) == (before.password, before.one_time_code_key)


def test_the_session_key_changes_at_log_in(client: Client, hanako: Person) -> None:
    client.post("/console/login/passkey/begin/")
    planted = client.cookies["todoke"].value
    hanako.login(client)
    assert client.cookies["todoke"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_forms_of_another_site_are_refused(hanako: Person) -> None:
    browser = Client(enforce_csrf_checks=True)
    for path in ("login/", "login/passkey/begin/", "login/passkey/finish/", "logout/"):
        assert browser.post(f"/console/{path}").status_code == 403


def test_pages_with_secrets_are_not_kept_by_the_browser(client: Client, hanako: Person) -> None:
    assert "no-store" in client.get("/console/login/")["Cache-Control"]
    hanako.login(client)
    assert "no-store" in client.get("/console/security/")["Cache-Control"]
