"""Logging in and out through the portal's own addresses."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from joserfc.jwk import KeySet
from pytest_django.fixtures import Settings

from tests.identity.conftest import Provider, choose, running_provider
from todoke.registry.people.models import Household, Identity, Resident

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def portal_provider(tmp_path_factory: pytest.TempPathFactory, pem: Path) -> Iterator[Provider]:
    with running_provider(tmp_path_factory.mktemp("portal"), "http://testserver/login/callback") as started:
        started.publish(pem)
        yield started


@pytest.fixture(autouse=True)
def connected(settings: Settings, portal_provider: Provider, pem: Path) -> None:
    settings.BASE_URL = "http://testserver"
    settings.OIDC_ISSUER = portal_provider.issuer
    settings.OIDC_KEYS = [str(pem)]
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def hanako() -> Resident:
    household = Household.objects.create(municipality_code="04202", address="宮城県石巻市穀町14番1号")
    return Resident.objects.create(
        household=household,
        relation="head",
        name="見本 花子",
        name_key="見本花子",
        birth_date="1992-04-03",
        gender="2",
    )


def begin(client: Client, after: str = "/") -> str:
    answer = client.get("/login/", {"next": after})
    assert answer.status_code == 302
    return answer.headers["Location"]


def come_back(client: Client, address: str, behaviour: str = "ok") -> HttpResponse:
    return client.get("/login/callback", choose(address, behaviour=behaviour))  # type: ignore[return-value]


def principal(client: Client) -> str:
    return client.session.get("principal", "")


def test_a_resident_logs_in_and_goes_on_where_they_were(client: Client, hanako: Resident) -> None:
    planted = client.session
    planted["language"] = "ja"
    planted.save()
    before = client.session.session_key
    answer = come_back(client, begin(client, "/my-data/?a=1"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my-data/?a=1")
    assert principal(client) == f"resident:{hanako.pk}"
    assert client.session.session_key != before
    assert Identity.objects.get().resident == hanako


def test_the_request_asks_for_what_the_settings_say(client: Client) -> None:
    parameters = dict(parse_qsl(urlsplit(begin(client)).query))
    assert parameters["redirect_uri"] == "http://testserver/login/callback"
    assert parameters["scope"] == "openid name address birthdate gender"
    assert parameters["acr_values"] == "aal3 crl"
    assert parameters["code_challenge_method"] == "S256"


def test_two_windows_at_once(client: Client, hanako: Resident) -> None:
    first, second = begin(client, "/cases/"), begin(client, "/inbox/")
    assert first != second
    assert come_back(client, first).headers["Location"] == "/cases/"
    assert come_back(client, second).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        ("denied", 403, "取りやめ"),
        ("expired", 400, "有効な時間"),
        ("nonce", 400, "別の画面"),
        ("replayed", 400, "もう使われた"),
        ("key", 502, "確かめられませんでした"),
        ("acr", 403, "本人確認の強さ"),
        ("down", 503, "つながりません"),
    ],
)
def test_a_failure_says_what_happened_and_what_to_do(client: Client, behaviour: str, status: int, words: str) -> None:
    answer = come_back(client, begin(client, "/cases/"), behaviour)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page.split("<h1>")[1].split("</h1>")[0].replace("<wbr>", "")
    assert 'href="/login/?next=%2Fcases%2F"' in page
    assert 'href="/help/"' in page
    assert principal(client) == ""
    assert not Identity.objects.exists()


def test_a_failure_in_english(client: Client) -> None:
    address = begin(client)
    answer = client.get("/login/callback", choose(address, behaviour="down"), headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "en"


def test_a_callback_works_once_and_in_its_own_browser(client: Client, hanako: Resident) -> None:
    query = choose(begin(client))
    stranger = Client()
    assert stranger.get("/login/callback", query).status_code == 400
    assert client.get("/login/callback", query).status_code == 302
    again = client.get("/login/callback", query)
    assert (again.status_code, again.headers["Location"]) == (302, "/")
    assert principal(client) == f"resident:{hanako.pk}"


@pytest.mark.parametrize("target", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"])
def test_nobody_is_led_elsewhere(client: Client, hanako: Resident, target: str) -> None:
    assert come_back(client, begin(client, target)).headers["Location"] == "/"


def test_who_is_logged_in_is_not_asked_again(client: Client, hanako: Resident) -> None:
    come_back(client, begin(client))
    answer = client.get("/login/", {"next": "/cases/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/cases/")


def test_log_out(client: Client, hanako: Resident) -> None:
    come_back(client, begin(client))
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert principal(client) == ""


def test_log_out_everywhere(client: Client, hanako: Resident) -> None:
    other = Client()
    come_back(client, begin(client))
    come_back(other, begin(other))
    page = client.post("/logout-everywhere")
    assert page.status_code == 200
    assert "2か所" in page.content.decode()
    assert other.get("/my-data/").headers["Location"].startswith("/login/")
    assert client.get("/my-data/").headers["Location"].startswith("/login/")
    assert client.post("/logout-everywhere").status_code == 302


def test_forms_of_other_sites_end_no_log_in(hanako: Resident) -> None:
    strict = Client(enforce_csrf_checks=True)
    come_back(strict, begin(strict))
    for address in ("/logout", "/logout-everywhere"):
        assert strict.post(address).status_code == 403
    assert principal(strict) == f"resident:{hanako.pk}"


def test_our_public_keys_are_served(client: Client) -> None:
    document = client.get("/.well-known/todoke-jwks.json").json()
    (key,) = KeySet.import_key_set(document).keys
    assert not key.is_private
