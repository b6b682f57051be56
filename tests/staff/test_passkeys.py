"""Passkeys: adding, logging in, and what is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.staff.authenticator import Authenticator
from tests.staff.conftest import Person, hire
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry, Session
from todoke.registry.organisations.credentials.errors import LastWayInError, PasskeyKnownError
from todoke.registry.organisations.credentials.passkeys import remove_passkey
from todoke.registry.organisations.models import Officer, Organisation, Passkey
from todoke.registry.organisations.types import Role

pytestmark = pytest.mark.django_db


def send(client: Client, path: str, **body: Any) -> HttpResponse:
    return client.post(f"/console/{path}", body, content_type="application/json")  # type: ignore[return-value]


def enrol(client: Client, device: Authenticator) -> HttpResponse:
    options = send(client, "security/passkey/begin/").json()  # type: ignore[attr-defined]
    return send(client, "security/passkey/finish/", credential=device.create(options), label="職場の端末")


def sign_in(client: Client, device: Authenticator, **body: Any) -> HttpResponse:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    return send(client, "login/passkey/finish/", credential=device.get(options), **body)


@pytest.fixture
def device(client: Client, hanako: Person) -> Authenticator:
    """Hanako's, enrolled; nobody is logged in afterwards."""
    device = Authenticator()
    hanako.login(client)
    assert enrol(client, device).status_code == 200
    client.post("/console/logout/")
    return device


def last_refusal() -> str:
    entry = AuditEntry.objects.filter(action="sign-in.refused").latest("id")
    return str(entry.detail["reason"])


def signed_in(client: Client) -> bool:
    key = client.cookies["todoke"].value if "todoke" in client.cookies else ""
    return Session.objects.filter(session_key=key).exclude(principal="").exists()


def test_a_passkey_alone_logs_in(client: Client, device: Authenticator, hanako: Person) -> None:
    answer = sign_in(client, device, next="/console/cases/7/")
    assert answer.status_code == 200
    assert answer.json()["next"] == "/console/cases/7/"  # type: ignore[attr-defined]
    assert Session.objects.filter(principal=f"officer:{hanako.officer.pk}").count() == 1
    assert Passkey.objects.get().used_at is not None


def test_options_name_nobody_and_ask_for_the_person(client: Client, device: Authenticator) -> None:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    assert not options.get("allowCredentials")


def test_what_is_kept_is_discoverable_and_not_added_twice(client: Client, device: Authenticator) -> None:
    sign_in(client, device)
    options = send(client, "security/passkey/begin/").json()  # type: ignore[attr-defined]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert len(options["excludeCredentials"]) == 1
    answer = enrol(client, device)
    assert answer.status_code == 422
    assert answer.json()["title"] == PasskeyKnownError().message  # type: ignore[attr-defined]
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://localhost:8001"},
        {"party": "evil.example"},
        {"verified": False},
        {"handle": b"somebody else"},
    ],
    ids=["site", "port", "party", "unverified", "handle"],
)
def test_a_wrong_proof_is_refused(client: Client, device: Authenticator, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(device, name, value)
    answer = sign_in(client, device)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert last_refusal() == "proof"
    assert not signed_in(client)


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"party": "evil.example"}, {"verified": False}])
def test_a_wrong_passkey_is_not_added(client: Client, hanako: Person, change: dict[str, Any]) -> None:
    hanako.login(client)
    assert enrol(client, Authenticator(**change)).status_code == 422
    assert not Passkey.objects.exists()


def test_another_key_cannot_sign_for_a_known_passkey(client: Client, device: Authenticator) -> None:
    assert sign_in(client, Authenticator(credential_id=device.credential_id, handle=device.handle)).status_code == 403
    assert last_refusal() == "proof"


def test_an_answer_cannot_be_sent_twice(client: Client, device: Authenticator) -> None:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    credential = device.get(options)
    assert send(client, "login/passkey/finish/", credential=credential).status_code == 200
    client.post("/console/logout/")
    assert send(client, "login/passkey/finish/", credential=credential).status_code == 403
    send(client, "login/passkey/begin/")
    assert send(client, "login/passkey/finish/", credential=credential).status_code == 403


def test_a_failure_spends_the_challenge(client: Client, device: Authenticator) -> None:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    device.verified = False
    assert send(client, "login/passkey/finish/", credential=device.get(options)).status_code == 403
    device.verified = True
    assert send(client, "login/passkey/finish/", credential=device.get(options)).status_code == 403


def test_a_challenge_ends_after_five_minutes(
    client: Client, device: Authenticator, held_clock: Callable[[datetime], None]
) -> None:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    held_clock(clock.now() + timedelta(minutes=5, seconds=1))
    assert send(client, "login/passkey/finish/", credential=device.get(options)).status_code == 403


def test_a_challenge_for_adding_does_not_log_in(client: Client, device: Authenticator) -> None:
    sign_in(client, device)
    options = send(client, "security/passkey/begin/").json()  # type: ignore[attr-defined]
    assert send(client, "login/passkey/finish/", credential=device.get(options)).status_code == 403


def test_a_counter_that_does_not_rise_tells_of_a_copy(client: Client, device: Authenticator) -> None:
    device.count = 7
    assert sign_in(client, device).status_code == 200
    client.post("/console/logout/")
    for count in (7, 6, 0):
        device.count = count
        assert sign_in(client, device).status_code == 403
        assert last_refusal() == "count-regressed"
    device.count = 8
    assert sign_in(client, device).status_code == 200


def test_a_passkey_that_does_not_count_works_again_and_again(client: Client, device: Authenticator) -> None:
    for _ in range(2):
        assert sign_in(client, device).status_code == 200
        client.post("/console/logout/")


def test_who_left_cannot_log_in(client: Client, device: Authenticator) -> None:
    Officer.objects.update(active=False)
    assert sign_in(client, device).status_code == 403
    assert last_refusal() == "inactive"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"credential": "x"}',
        b'{"credential": {}}',
        b'{"credential": {"rawId": "*", "response": []}}',
        b'{"credential": {"rawId": "AAAA", "response": {"clientDataJSON": 1}}}',
        b"\xff\xfe",
    ],
)
def test_nonsense_is_refused_as_a_problem(client: Client, device: Authenticator, body: bytes) -> None:
    send(client, "login/passkey/begin/")
    answer = client.post("/console/login/passkey/finish/", body, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("value", ["AAAA", 7, {"a": 1}, "\u5c4a"])
def test_a_damaged_answer_is_refused(client: Client, device: Authenticator, part: str, value: object) -> None:
    options = send(client, "login/passkey/begin/").json()  # type: ignore[attr-defined]
    credential = device.get(options)
    credential["response"][part] = value
    assert send(client, "login/passkey/finish/", credential=credential).status_code == 403


def test_the_last_way_in_stays(client: Client, device: Authenticator, hanako: Person) -> None:
    Officer.objects.update(password="")
    passkey = Passkey.objects.get()
    with pytest.raises(LastWayInError):
        remove_passkey(officer=hanako.officer, passkey_id=passkey.pk)
    sign_in(client, device)
    answer = client.post("/console/security/passkey/remove/", {"passkey": passkey.pk})
    assert answer.status_code == 422
    assert LastWayInError().message in answer.content.decode()
    assert Passkey.objects.exists()


def test_a_passkey_beside_a_password_can_go(client: Client, device: Authenticator) -> None:
    sign_in(client, device)
    client.post("/console/security/passkey/remove/", {"passkey": Passkey.objects.get().pk})
    assert not Passkey.objects.exists()
    assert AuditEntry.objects.filter(action="passkey.removed").exists()


def test_nobody_removes_anothers_passkey(client: Client, device: Authenticator, office: Organisation) -> None:
    other = hire("kamei.jiro", office, Role.OFFICER, name="仮名 次郎")
    other.login(client)
    client.post("/console/security/passkey/remove/", {"passkey": Passkey.objects.get().pk})
    assert Passkey.objects.exists()


def test_old_proof_changes_nothing(
    client: Client, device: Authenticator, held_clock: Callable[[datetime], None]
) -> None:
    sign_in(client, device)
    held_clock(clock.now() + timedelta(minutes=11))
    answer = send(client, "security/passkey/begin/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "prove-again"  # type: ignore[attr-defined]
    page = client.post("/console/security/passkey/remove/", {"passkey": Passkey.objects.get().pk})
    assert page["Location"] == "/console/login/?next=%2Fconsole%2Fsecurity%2F"
    assert Passkey.objects.exists()
