"""Where a resident is reached: by their own word, confirmed, and ended by them or by the provider."""

import argparse
import base64
import hmac
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from tests.messages.conftest import make_batch, make_residents
from todoke.exchange.messages import actions, channels
from todoke.exchange.messages.models import ContactPoint, Delivery, Message, Preference, Wording
from todoke.exchange.messages.tokens import token_of
from todoke.exchange.messages.types import Letter, Outcome
from todoke.faces.commands import webhook
from todoke.kernel import clock, sessions
from todoke.kernel.errors import TodokeError
from todoke.kernel.ids import new_id
from todoke.registry.people.models import Resident

PAGE = "/settings/contact/"
Sent = list[Letter]


@pytest.fixture
def resident(residents: list[Resident]) -> Resident:
    return residents[0]


@pytest.fixture
def client(resident: Resident) -> Client:
    client, store = Client(SERVER_NAME="localhost"), sessions.SessionStore()
    store[sessions.PRINCIPAL] = f"resident:{resident.pk}"
    store["seen"] = clock.now().timestamp()
    store.create()
    client.cookies["todoke"] = store.session_key or ""
    return client


@pytest.fixture(autouse=True)
def providers(settings: Any) -> None:
    settings.SMS_URL, settings.LINE_TOKEN, settings.LINE_SECRET = "http://sms.invalid", "token", "secret"
    settings.VAPID_KEY = base64.urlsafe_b64encode(bytes(31) + b"\x07").decode().rstrip("=")
    settings.RECEIPTS_KEY = "receipts"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    letters: Sent = []

    def send(letter: Letter) -> Outcome:
        letters.append(letter)
        return Outcome()

    monkeypatch.setattr(channels.channel("sms"), "send", send)
    return letters


def code_of(letter: Letter) -> str:
    return "".join(c for c in letter.text.short.split("（")[0] if c.isdigit())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_telephone_is_used_once_its_code_is_typed(client: Client, resident: Resident, sent: Sent) -> None:
    assert client.post(f"{PAGE}telephone/", {"number": "０９０−１２３４−５６７８"}).status_code == 302
    point = ContactPoint.objects.get()
    assert (sent[0].address, point.verified_at) == ("+819012345678", None)
    assert "5678" in client.get(PAGE).content.decode()
    assert "1234" not in client.get(PAGE).content.decode()
    confirm = f"{PAGE}telephone/{point.pk}/"
    assert client.post(confirm, {"code": wrong(code_of(sent[0]))}).status_code == 422
    assert client.post(confirm, {"code": code_of(sent[0])}).status_code == 302
    point.refresh_from_db()
    assert point.verified_at is not None
    assert point.address == "+819012345678"


def test_five_wrong_codes_and_it_is_over(client: Client, sent: Sent) -> None:
    client.post(f"{PAGE}telephone/", {"number": "090-1234-5678"})
    confirm = f"{PAGE}telephone/{ContactPoint.objects.get().pk}/"
    for _time in range(5):
        client.post(confirm, {"code": wrong(code_of(sent[0]))})
    response = client.post(confirm, {"code": code_of(sent[0])})
    assert "新しいコードを送ってください" in response.content.decode()
    assert ContactPoint.objects.get().verified_at is None


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What becomes of deeds that begin together: the names of errors, or nothing."""
    ready, came_to = threading.Barrier(len(deeds)), list[str]()

    def do(deed: Callable[[], object]) -> None:
        ready.wait()
        try:
            deed()
            came_to.append("")
        except TodokeError as error:
            came_to.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came_to)


@pytest.mark.django_db(transaction=True)
def test_codes_that_are_guessed_at_once_are_counted_one_by_one(sent: Sent) -> None:
    point = actions.begin_telephone(resident=make_residents(1)[0], number="090-1234-5678")
    code = wrong(code_of(sent[0]))
    guesses = at_once(*[lambda: actions.confirm_telephone(contact_point=point, code=code)] * 12)
    assert guesses == ["code-expired"] * 7 + ["wrong-code"] * 5
    point.refresh_from_db()
    assert point.code_tries == 5


@pytest.mark.django_db(transaction=True)
def test_codes_that_are_asked_for_at_once_are_counted_one_by_one(sent: Sent) -> None:
    (person,) = make_residents(1)
    numbers = [f"090-1234-00{number:02}" for number in range(12)]
    asked = at_once(*(partial(actions.begin_telephone, resident=person, number=number) for number in numbers))
    assert asked == [""] * 5 + ["too-many-codes"] * 7
    assert len(sent) == 5
    assert ContactPoint.objects.filter(ended_at=None).count() == 1


def test_a_code_grows_old(client: Client, sent: Sent) -> None:
    client.post(f"{PAGE}telephone/", {"number": "090-1234-5678"})
    ContactPoint.objects.update(created_at=clock.now() - timedelta(minutes=16))
    confirm = f"{PAGE}telephone/{ContactPoint.objects.get().pk}/"
    assert client.post(confirm, {"code": code_of(sent[0])}).status_code == 422


def test_nobody_can_be_pestered_with_codes(client: Client, sent: Sent) -> None:
    answers = [client.post(f"{PAGE}telephone/", {"number": f"090-1234-000{n}"}).status_code for n in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert len(sent) == 5


@pytest.mark.parametrize("number", ["", "022-211-2111", "110", "あ", "090-1234-567", "+81" + "9" * 20])
def test_what_is_no_mobile_number_is_said_to_be_none(client: Client, sent: Sent, number: str) -> None:
    assert client.post(f"{PAGE}telephone/", {"number": number}).status_code == 422
    assert not ContactPoint.objects.exists()


def test_a_new_number_takes_the_place_of_the_old_one_when_it_is_confirmed(client: Client, sent: Sent) -> None:
    for number in ("090-1111-1111", "090-2222-2222"):
        client.post(f"{PAGE}telephone/", {"number": number})
        point = ContactPoint.objects.order_by("-pk")[0]
        client.post(f"{PAGE}telephone/{point.pk}/", {"code": code_of(sent[-1])})
    standing = ContactPoint.objects.filter(ended_at=None)
    assert [one.address for one in standing] == ["+819022222222"]


def test_a_device_is_registered_once_and_ended(client: Client) -> None:
    given = {
        "subscription": {"endpoint": "https://push.example/abc", "keys": {"p256dh": "B", "auth": "A"}},
        "label": "通知",
    }
    for _time in range(2):
        assert client.post(f"{PAGE}device/", json.dumps(given), "application/json").status_code == 200
    point = ContactPoint.objects.get()
    assert point.address["endpoint"] == "https://push.example/abc"
    assert client.post(f"{PAGE}{point.pk}/end/").status_code == 302
    assert not ContactPoint.objects.filter(ended_at=None).exists()
    for unfit in ({}, {"subscription": []}, {"subscription": {"endpoint": "http://10.0.0.1/", "keys": {}}}):
        assert client.post(f"{PAGE}device/", json.dumps(unfit), "application/json").status_code in {400, 422}


def test_an_organisations_system_is_entered_by_the_operator_and_ended_by_the_resident(
    client: Client, resident: Resident, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*words: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        webhook.register(parser.add_subparsers())
        code = webhook.run(parser.parse_args(["webhook", *words]))
        return code, capsys.readouterr().out

    assert command("add", str(resident.pk), "http://10.0.0.1/", "さくら苑") == (1, "")
    assert command("add", str(new_id()), "https://care.example.jp/", "さくら苑") == (1, "")
    code, said = command("add", str(resident.pk), "https://care.example.jp/", "さくら苑")
    point = ContactPoint.objects.get()
    assert (code, said.split()) == (0, [str(point.pk), point.address["secret"]])
    assert point.address["url"] == "https://care.example.jp/"
    assert command("list") == (0, f"{point.pk}  {resident.pk}  さくら苑\n")
    assert "さくら苑" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{point.pk}/end/").status_code == 302
    assert "さくら苑" not in client.get(PAGE).content.decode()
    assert command("end", str(point.pk)) == (1, "")
    assert command("list") == (0, "")


def test_addresses_are_sealed(client: Client, resident: Resident) -> None:
    actions.register(resident=resident, channel_name="sms", address="+819012345678", identity="+819012345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM messages_contactpoint c")
        assert "9012345678" not in cursor.fetchone()[0]


def test_nobody_ends_what_is_anothers(client: Client, residents: list[Resident]) -> None:
    point = actions.register(resident=residents[1], channel_name="sms", address="+819012345678", identity="x")
    assert client.post(f"{PAGE}{point.pk}/end/").status_code == 404
    assert client.post(f"{PAGE}telephone/{point.pk}/", {"code": "000000"}).status_code == 404


def test_wishes(client: Client, resident: Resident) -> None:
    for name in ("sms", "push"):
        actions.register(resident=resident, channel_name=name, address={"endpoint": "", "keys": {}}, identity="x")
    wishes = {"first": "sms", "language": "vi", "quiet_from": "22:00", "quiet_to": "07:00"}
    assert client.post(f"{PAGE}wishes/", wishes).status_code == 302
    wish = Preference.objects.get()
    resident.refresh_from_db()
    assert (wish.channels, str(wish.quiet_from), resident.language) == (["sms"], "22:00:00", "vi")
    assert 'value="22:00"' in client.get(PAGE).content.decode()
    client.post(f"{PAGE}wishes/", {"first": "carrier-pigeon", "language": "tlh", "quiet_from": "", "quiet_to": ""})
    wish.refresh_from_db()
    resident.refresh_from_db()
    assert (wish.channels, wish.quiet_from, resident.language) == (["sms"], None, "vi")


def from_line(body: dict[str, Any], secret: str = "secret") -> int:
    content = json.dumps(body).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), content, "sha256")).decode()
    answer = Client().post("/api/line/", content, "application/json", headers={"X-Line-Signature": signature})
    return answer.status_code


def test_line_is_linked_by_a_code_and_ends_when_it_is_blocked(client: Client, resident: Resident) -> None:
    page = client.post(f"{PAGE}line/").content.decode()
    code = page.split("data-code>")[1].split("<")[0]
    said = {"type": "message", "source": {"userId": "U1"}, "message": {"text": f" {code.lower()} "}}
    assert from_line({"events": [said]}, secret="another") == 401
    assert from_line({"events": [said, said, {"type": "join"}, 7]}) == 200
    point = ContactPoint.objects.get(ended_at=None)
    assert (point.channel, point.address, point.resident_id) == ("line", "U1", resident.pk)
    assert from_line({"events": [{"type": "unfollow", "source": {"userId": "U1"}}]}) == 200
    assert not ContactPoint.objects.filter(ended_at=None).exists()


def test_receipts_have_to_be_signed(resident: Resident, wording: Wording) -> None:
    actions.write_many(wording=wording, batch=make_batch([resident]))
    message = Message.objects.get()
    now = clock.now()
    for channel in ("sms", "push"):
        Delivery.objects.create(message=message, channel=channel, state="sent", changed_at=now, provider_id=channel)

    def post(said: Any, key: str = "receipts") -> int:
        body = json.dumps(said).encode()
        signature = f"sha256={hmac.digest(key.encode(), body, 'sha256').hex()}"
        headers = {"Todoke-Signature": signature}
        return Client().post("/api/receipts/sms/", body, "application/json", headers=headers).status_code

    receipt = {"reference": f"{message.pk}:sms", "status": "delivered"}
    assert post(receipt, key="another") == 401
    assert Delivery.objects.get(channel="sms").state == "sent"
    assert post([receipt, {"status": "queued", "id": "x"}, {"reference": "code:x", "status": "delivered"}]) == 200
    assert Delivery.objects.get(channel="sms").state == "delivered"
    assert post([{"id": "sms", "status": "read"}]) == 200
    assert post([{"id": "not yet known", "status": "delivered"}]) == 503
    assert post(["nonsense"]) == 400
    token = token_of(message.pk)
    assert Client().post(f"/api/arrived/{token}/").status_code == 204
    assert Client().post(f"/api/arrived/{token[:-4]}AAAA/").status_code == 404
    assert set(Delivery.objects.values_list("channel", "state")) == {("sms", "read"), ("push", "delivered")}


def test_without_keys_nobody_can_tell_us_anything(settings: Any, db: None) -> None:
    settings.RECEIPTS_KEY = settings.LINE_SECRET = ""
    assert Client().post("/api/receipts/sms/", "{}", "application/json").status_code == 404
    assert Client().post("/api/line/", "{}", "application/json").status_code == 404


def test_the_page_says_where_one_is_reached(client: Client, resident: Resident, sent: Sent) -> None:
    assert "受信箱だけに" in client.get(PAGE).content.decode().replace("<wbr>", "")
    actions.register(resident=resident, channel_name="sms", address="+819012345678", identity="x", label="…5678")
    page = client.get(PAGE).content.decode()
    assert "電話番号（SMS）" in page
    assert "…5678" in page
    worker = client.get("/sw.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in worker.content
