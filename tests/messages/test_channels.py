"""Every channel keeps one contract, against stand-ins of its provider in processes of their own."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.identity.conftest import running
from todoke.exchange.messages import channels
from todoke.exchange.messages.channels import addresses
from todoke.exchange.messages.channels.http import post
from todoke.exchange.messages.channels.push import encrypt
from todoke.exchange.messages.types import Failure, Letter, Priority, Text
from todoke.kernel import clock

HTTP = ("sms", "line", "push", "webhook")
Behave = Callable[..., None]


@pytest.fixture(scope="module")
def sink() -> Iterator[str]:
    with running("-m", "counterparts.sink", "--port", "0", lines=1) as (address,):
        for _attempt in range(100):
            try:
                httpx.get(f"{address}/health")
                break
            except httpx.TransportError:
                pass
        yield address


@pytest.fixture
def behave(sink: str) -> Iterator[Behave]:
    def how(**behaviour: Any) -> None:
        httpx.post(f"{sink}/behaviour", json=behaviour)

    yield how
    how()


@pytest.fixture(autouse=True)
def providers(sink: str, settings: Any) -> None:
    settings.SMS_URL, settings.SMS_KEY = f"{sink}/sms", "key"
    settings.LINE_URL, settings.LINE_TOKEN = sink, "token"
    settings.VAPID_KEY = encoded(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32))
    settings.PROVIDER_TIMEOUT_SECONDS = 1.0
    settings.PRIVATE_HOSTS = [sink.removeprefix("http://"), "127.0.0.1:1"]
    httpx.post(f"{sink}/forget", json={})


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def address(sink: str) -> Callable[[str], Any]:
    def of(channel: str) -> Any:
        return {
            "sms": lambda: "+819012345678",
            "line": lambda: "U4af4980629",
            "push": lambda: httpx.post(f"{sink}/subscriptions", json={}).json(),
            "webhook": lambda: {"url": f"{sink}/webhook/care-home", "secret": "shared"},
        }[channel]()

    return of


def letter(channel: str, address: Any, **changed: Any) -> Letter:
    message = uuid4()
    text = Text("石巻市", "津波警報", "日和山公園へ逃げてください。", "津波 日和山公園へ", "ja")
    made = Letter(
        message=message,
        key=f"{message}:{channel}",
        address=address,
        text=text,
        link="https://todoke.example/m/x/",
        priority=Priority.EMERGENCY,
        drill=False,
        expires_at=clock.now() + timedelta(hours=1),
    )
    return made._replace(**changed)


def arrived(sink: str) -> list[dict[str, Any]]:
    return list(httpx.get(f"{sink}/arrived.json").json())


@pytest.mark.parametrize("name", HTTP)
def test_a_letter_arrives_with_its_link(name: str, sink: str, address: Callable[[str], Any]) -> None:
    channel = channels.channel(name)
    assert channel.is_on()
    assert channel.send(letter(name, address(name))).failure is None
    (one,) = arrived(sink)
    assert one["channel"] == name
    assert "日和山公園へ" in one["text"]
    assert "https://todoke.example/m/x/" in one["text"]


@pytest.mark.parametrize("name", HTTP)
def test_a_copy_is_known_by_its_key(name: str, sink: str, address: Callable[[str], Any]) -> None:
    same = letter(name, address(name))
    first, again = channels.channel(name).send(same), channels.channel(name).send(same)
    assert first.failure is None
    assert again.failure is None
    if name in ("sms", "line"):
        assert first.provider_id == again.provider_id != ""
    assert len(arrived(sink)) == 1


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Failure.REFUSED),
        (401, Failure.NOT_ALLOWED),
        (403, Failure.NOT_ALLOWED),
        (404, Failure.UNKNOWN_ADDRESS),
        (410, Failure.UNKNOWN_ADDRESS),
        (429, Failure.TOO_MANY),
        (500, Failure.PROVIDER_DOWN),
        (503, Failure.PROVIDER_DOWN),
        (504, Failure.TIMEOUT),
    ],
)
def test_each_refusal_has_its_name(
    name: str, status: int, failure: Failure, behave: Behave, address: Callable[[str], Any]
) -> None:
    whom = address(name)
    behave(status=status, retry_after=7)
    outcome = channels.channel(name).send(letter(name, whom))
    assert (outcome.failure, outcome.retry_after) == (failure, 7)
    assert outcome.address_ended == (failure is Failure.UNKNOWN_ADDRESS)


@pytest.mark.parametrize("name", HTTP)
def test_a_provider_that_is_silent_or_away(
    name: str, behave: Behave, sink: str, address: Callable[[str], Any], settings: Any
) -> None:
    whom = address(name)
    behave(delay=2)
    assert channels.channel(name).send(letter(name, whom)).failure is Failure.TIMEOUT
    settings.SMS_URL, settings.LINE_URL = "http://127.0.0.1:1/sms", "http://127.0.0.1:1"
    gone = {
        "push": lambda: {**whom, "endpoint": "http://127.0.0.1:1/push"},
        "webhook": lambda: {"url": "http://127.0.0.1:1/", "secret": ""},
    }.get(name, lambda: whom)()
    assert channels.channel(name).send(letter(name, gone)).failure is Failure.PROVIDER_DOWN
    until = time.monotonic() + 20
    while not arrived(sink) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(arrived(sink)) == 1, "it took late what it did not answer in time"


@pytest.mark.parametrize("name", ["sms", "line"])
def test_a_yes_that_means_no_is_no_yes(name: str, behave: Behave, sink: str, address: Callable[[str], Any]) -> None:
    behave(lie="error-body")
    assert channels.channel(name).send(letter(name, address(name))).failure is Failure.UNCLEAR
    assert arrived(sink) == []


@pytest.mark.parametrize("name", HTTP)
def test_a_no_that_means_yes_sends_nothing_twice(
    name: str, behave: Behave, sink: str, address: Callable[[str], Any]
) -> None:
    same = letter(name, address(name))
    behave(lie="took-it-after-all")
    assert channels.channel(name).send(same).failure is Failure.PROVIDER_DOWN
    behave()
    assert channels.channel(name).send(same).failure is None
    assert len(arrived(sink)) == 1


@pytest.mark.parametrize(("setting", "name"), [("SMS_URL", "sms"), ("LINE_TOKEN", "line"), ("VAPID_KEY", "push")])
def test_without_settings_a_channel_is_off(setting: str, name: str, settings: Any) -> None:
    setattr(settings, setting, "")
    assert not channels.is_on(name)


def test_a_webhook_can_tell_that_it_is_us(sink: str, address: Callable[[str], Any]) -> None:
    channels.channel("webhook").send(letter("webhook", address("webhook"), drill=True))
    said = json.loads(arrived(sink)[0]["text"])
    assert (said["priority"], said["drill"], said["subject"]) == ("emergency", True, "津波警報")


def test_a_push_is_readable_by_its_device_alone_and_says_what_the_page_needs(
    sink: str, address: Callable[[str], Any]
) -> None:
    mine, other = address("push"), address("push")
    channels.channel("push").send(letter("push", mine))
    said = json.loads(arrived(sink)[0]["text"])
    assert said["title"] == "津波警報"
    assert said["urgent"] is True
    crossed = {"endpoint": mine["endpoint"], "keys": other["keys"]}
    assert channels.channel("push").send(letter("push", crossed)).failure is Failure.REFUSED


def test_a_push_to_a_device_that_ended(sink: str, address: Callable[[str], Any]) -> None:
    whom = address("push")
    httpx.post(f"{sink}/subscriptions/{whom['endpoint'].rsplit('/', 1)[1]}/end", json={})
    outcome = channels.channel("push").send(letter("push", whom))
    assert (outcome.failure, outcome.address_ended) == (Failure.UNKNOWN_ADDRESS, True)
    nonsense = {**whom, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}
    assert channels.channel("push").send(letter("push", nonsense)).failure is Failure.UNKNOWN_ADDRESS


def test_a_push_that_is_too_long_is_cut(sink: str, address: Callable[[str], Any]) -> None:
    text = Text("", "津波警報", "", "逃げてください。" * 1000, "ja")
    assert channels.channel("push").send(letter("push", address("push"), text=text)).failure is None


def test_encryption_is_that_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    made = encrypt(
        b"When I grow up, I want to be a watermelon",
        decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        ours=decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert encoded(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_connection_that_the_provider_closed_is_opened_again(sink: str, tmp_path: Path) -> None:
    with running("-m", "counterparts.sink", "--port", "0", lines=1) as (first,):
        port = first.rsplit(":", 1)[1]
        for _attempt in range(100):
            if post(f"{first}/behaviour", b"{}", {}).status == 200:
                break
    with running("-m", "counterparts.sink", "--port", port, lines=1):
        for _attempt in range(100):
            answer = post(f"{first}/behaviour", b"{}", {})
            if answer.status == 200:
                break
        assert answer.failure is None


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 200, b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", 200, b"until it closes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 70_000, 200, b"x" * 65_536),
        (b"nonsense\r\n\r\n", 0, b""),
        (b"", 0, b""),
        (b"x" * 200_000, 0, b""),
    ],
)
def test_whatever_is_answered_is_an_answer_or_a_named_failure(said: bytes, status: int, body: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _time in range(2):
                connection, _address = server.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    for start in range(0, len(said), 7 if len(said) < 500 else 4096):
                        connection.sendall(said[start : start + (7 if len(said) < 500 else 4096)])
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        for _time in range(2):
            answer = post(url, b"{}", {})
            assert (answer.status, answer.body) == (status, body)
            assert answer.failure is (None if status else Failure.PROVIDER_DOWN)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http://[::1",
        "http://host:port/",
        "http://host:99999/",
        "http://a b/",
        "http://\x00/",
        "ftp://host/",
        "nonsense",
        "http://" + "x" * 300 + "/",
        "http://あ" * 80,
    ],
)
def test_a_wrong_address_of_a_provider_is_a_failure_and_no_exception(url: str, settings: Any) -> None:
    for given in (False, True):
        assert post(url, b"{}", {}, given=given).failure in {Failure.REFUSED, Failure.PROVIDER_DOWN}
    settings.SMS_URL = url
    assert channels.channel("sms").send(letter("sms", "+819012345678")).failure is not None


def test_a_proxy_that_is_none_is_a_failure_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:port/")
    assert post("https://push.example.jp/", b"{}", {}).failure is Failure.PROVIDER_DOWN


@pytest.mark.parametrize(
    ("said", "connections"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 404 Not Found\r\n", 3),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000, 3),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nHTTP/1.1 404", 3),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + b"x" * 0x11170 + b"\r\n0\r\n\r\n", 3),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", 3),
    ],
)
def test_a_connection_is_used_again_when_its_answer_was_read_to_the_end(said: bytes, connections: int) -> None:
    taken: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while connection.recv(65536):
                connection.sendall(said)

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                taken.append(server.accept()[0])
                threading.Thread(target=answer, args=(taken[-1],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        for _time in range(3):
            answered = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
            assert answered.status in {200, 204}
    assert len(taken) == connections


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:APA91b", True),
        ("https://updates.push.services.mozilla.com:443/wpush/v2/abc", True),
        ("https://xn--wgv71a119e.example.jp/", True),
        ("http://push.example.jp/", False),
        ("https://push.example.jp:8443/", False),
        ("https://push.example.jp:/", True),
        ("https://someone@push.example.jp/", False),
        ("https://localhost/", False),
        ("https://intranet/", False),
        ("https://push.example.jp./", False),
        ("https://127.0.0.1/", False),
        ("https://8.8.8.8/", False),
        ("https://127.1/", False),
        ("https://2130706433/", False),
        ("https://0x7f.0.0.0x1/", False),
        ("https://[::1]/", False),
        ("https://[::ffff:10.0.0.1]/", False),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("https://push.example.jp:port/", False),
        ("file:///etc/passwd", False),
        ("//push.example.jp/", False),
        ("https:/push.example.jp/", False),
        ("http://127.0.0.1:1/push", True),
        ("ftp://127.0.0.1:1/push", False),
        ("http://127.0.0.1:2/push", False),
    ],
)
def test_an_address_that_was_given_leads_to_the_public_network(url: str, fit: bool) -> None:
    assert addresses.is_fit(url) is fit
    if not fit:
        assert post(url, b"{}", {}, given=True).failure is Failure.REFUSED


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_addresses_of_the_public_network(address: str, public: bool) -> None:
    assert addresses.is_public(address) is public


def test_a_name_that_stands_for_a_private_address_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked up once: the connection goes to the address that was looked at."""
    looked_up: list[str] = []
    went_to: list[str] = []

    def look_up(host: str, port: int, **_given: Any) -> list[Any]:
        looked_up.append(host)
        found = {"inside.example.jp": ["10.0.0.1", "::1"], "both.example.jp": ["192.168.0.1", "93.184.216.34"]}[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def connect(address: tuple[str, int], *_given: Any) -> socket.socket:
        went_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    hidden = {"url": "https://inside.example.jp/", "secret": ""}
    assert channels.channel("webhook").send(letter("webhook", hidden)).failure is Failure.REFUSED
    assert (looked_up, went_to) == (["inside.example.jp"], [])
    assert post("https://both.example.jp/", b"{}", {}, given=True).failure is Failure.PROVIDER_DOWN
    assert (looked_up[1:], went_to) == (["both.example.jp"], ["93.184.216.34"])


def test_an_email_reaches_a_server_and_is_known_again(tmp_path: Path, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    arguments = ["--folder", str(tmp_path), "--port", "0", "--smtp-port", "0"]
    with running("-m", "counterparts.mailbox", *arguments, lines=2) as (address, smtp):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(smtp.rpartition(":")[2])
        same = letter("email", "hanako@mail.example")
        assert channels.channel("email").send(same).failure is None
        assert channels.channel("email").send(same).failure is None
        mails = httpx.get(f"{address}/messages.json").json()
    assert {mail["subject"] for mail in mails} == {"津波警報"}
    assert len({mail["message_id"] for mail in mails}) == 1
    settings.EMAIL_PORT = 1
    assert channels.channel("email").send(same).failure is Failure.PROVIDER_DOWN
