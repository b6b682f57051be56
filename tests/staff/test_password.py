"""Logging in by password and one-time code."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter

import pyotp
import pytest
from django.test import Client

from tests.staff.conftest import PASSWORD, Person
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry, Session
from todoke.registry.organisations.credentials.errors import SignInRefusedError
from todoke.registry.organisations.credentials.passwords import sign_in_with_password
from todoke.registry.organisations.models import Officer

pytestmark = pytest.mark.django_db


def attempt(person: Person, password: str = PASSWORD, code: str | None = None) -> Officer:
    return sign_in_with_password(login=person.officer.login, password=password, code=code or person.code())


def test_password_and_code_together_start_a_session(client: Client, hanako: Person) -> None:
    hanako.login(client)
    assert Session.objects.filter(principal=f"officer:{hanako.officer.pk}").count() == 1
    entry = AuditEntry.objects.filter(action="sign-in.done").get()
    assert (entry.actor, entry.organisation_id) == (
        f"officer:{hanako.officer.pk}",
        hanako.officer.memberships.get().organisation_id,
    )


@pytest.mark.parametrize("wrong", ["password", "code", "login"])
def test_every_wrong_part_gets_the_same_answer(client: Client, hanako: Person, wrong: str) -> None:
    right = {"login": hanako.officer.login, "password": PASSWORD, "code": hanako.code()}
    answer = client.post("/console/login/", {**right, wrong: "000000" if wrong == "code" else "someone"})
    assert answer.status_code == 403
    assert SignInRefusedError().message in answer.content.decode()
    assert not Session.objects.exclude(principal="").exists()


def test_a_code_works_once(hanako: Person) -> None:
    code = hanako.code()
    attempt(hanako, code=code)
    with pytest.raises(SignInRefusedError):
        attempt(hanako, code=code)


def test_an_older_code_does_not_work_after_a_newer_one(hanako: Person, held_clock: Callable[[datetime], None]) -> None:
    held_clock(clock.now() + timedelta(minutes=5))
    attempt(hanako, code=hanako.code(steps=1))
    with pytest.raises(SignInRefusedError):
        attempt(hanako, code=hanako.code(steps=0))


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(
    hanako: Person, held_clock: Callable[[datetime], None], steps: int, accepted: bool
) -> None:
    held_clock(clock.now() + timedelta(minutes=5))
    code = hanako.code(steps)
    if accepted:
        assert attempt(hanako, code=code) == hanako.officer
    else:
        with pytest.raises(SignInRefusedError):
            attempt(hanako, code=code)


def test_five_failures_close_this_way_for_fifteen_minutes(
    hanako: Person, held_clock: Callable[[datetime], None]
) -> None:
    start = clock.now() + timedelta(minutes=5)
    held_clock(start)
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            attempt(hanako, password="wrong")
    with pytest.raises(SignInRefusedError):
        attempt(hanako)
    held_clock(start + timedelta(minutes=14, seconds=59))
    with pytest.raises(SignInRefusedError):
        attempt(hanako)
    held_clock(start + timedelta(minutes=15, seconds=1))
    assert attempt(hanako) == hanako.officer
    reasons = list(AuditEntry.objects.filter(action="sign-in.refused").order_by("id").values_list("detail", flat=True))
    assert [detail["reason"] for detail in reasons] == ["password"] * 5 + ["locked"] * 2


def test_a_success_forgets_earlier_failures(hanako: Person, held_clock: Callable[[datetime], None]) -> None:
    for minutes in (5, 10):
        held_clock(clock.now() + timedelta(minutes=minutes))
        for _ in range(4):
            with pytest.raises(SignInRefusedError):
                attempt(hanako, password="wrong")
        assert attempt(hanako) == hanako.officer


def test_who_left_cannot_log_in(hanako: Person) -> None:
    Officer.objects.update(active=False)
    with pytest.raises(SignInRefusedError):
        attempt(hanako)


def test_a_password_without_a_code_app_is_not_enough(hanako: Person) -> None:
    Officer.objects.update(one_time_code_key="")
    with pytest.raises(SignInRefusedError):
        attempt(hanako)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(real_hasher: None, hanako: Person) -> None:
    def seconds(login: str) -> float:
        start = perf_counter()
        with pytest.raises(SignInRefusedError):
            sign_in_with_password(login=login, password="wrong", code="123456")
        return perf_counter() - start

    seconds("nobody")
    known = min(seconds(hanako.officer.login) for _ in range(3))
    unknown = min(seconds("nobody") for _ in range(3))
    assert unknown > known / 2


def test_the_trail_holds_no_secret(hanako: Person) -> None:
    code = hanako.code()
    attempt(hanako, code=code)
    with pytest.raises(SignInRefusedError):
        attempt(hanako, password="wrong-but-personal", code="424242")
    trail = "".join(f"{entry.subject}{entry.detail}" for entry in AuditEntry.objects.all())
    for secret in (PASSWORD, hanako.key, code, "wrong-but-personal", "424242"):
        assert secret not in trail
    assert hanako.key not in Officer.objects.get(pk=hanako.officer.pk).one_time_code_key


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "/\t/evil.example"]
)
def test_the_log_in_never_sends_to_another_site(client: Client, hanako: Person, target: str) -> None:
    answer = client.post(
        "/console/login/",
        {"login": hanako.officer.login, "password": PASSWORD, "code": hanako.code(), "next": target},
    )
    assert answer["Location"].startswith("/console/")


def test_the_log_in_sends_back_to_where_one_was(client: Client, hanako: Person) -> None:
    answer = client.post(
        "/console/login/",
        {"login": hanako.officer.login, "password": PASSWORD, "code": hanako.code(), "next": "/console/cases/7/"},
    )
    assert answer["Location"] == "/console/cases/7/"


def test_logging_out_ends_the_session(client: Client, hanako: Person) -> None:
    hanako.login(client)
    client.post("/console/logout/")
    assert not Session.objects.exclude(principal="").exists()
    assert AuditEntry.objects.filter(action="sign-out.done", actor=f"officer:{hanako.officer.pk}").exists()


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, SHA-1, cut to six digits."""
    secret = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert [secret.at(moment) for moment in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


@pytest.mark.parametrize("typed", ["\0", "x" * 100_000, "\u5c4a" * 2000, "' OR 1=1 --"])
def test_strange_typing_is_refused_like_any_other(client: Client, hanako: Person, typed: str) -> None:
    for part in ("login", "password", "code"):
        right = {"login": hanako.officer.login, "password": PASSWORD, "code": hanako.code()}
        assert client.post("/console/login/", {**right, part: typed}).status_code == 403
