"""The counterparts, each in its own process, and people who log in there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from todoke.registry.people.adapters.authentication_app import AuthenticationApp
from todoke.registry.people.adapters.client_keys import client_keys, public_keys
from todoke.registry.people.adapters.provider_keys import forget_provider_keys

REDIRECT_URI = "http://localhost:8000/login/callback"
SCOPES = ("openid", "name", "address", "birthdate", "gender")
CARDS = [
    {
        "id": "hanako",
        "name": "見本 花子",
        "kana": "ミホン ハナコ",
        "address": "宮城県石巻市穀町14番1号",
        "birthdate": "19920403",
        "gender": "2",
        "story": True,
        "note": "2人の子どもの母",
    },
    {
        "id": "taro",
        "name": "試験 太郎",
        "kana": "シケン タロウ",
        "address": "宮城県仙台市青葉区本町三丁目8番1号",
        "birthdate": "19550812",
        "gender": "1",
    },
]


@contextmanager
def running(*command: str, lines: int = 1) -> Iterator[list[str]]:
    """A Python process of ``command``, with the first lines of its output; it is ended afterwards."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield [process.stdout.readline().strip() for _ in range(lines)]
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        if process.stdout:
            process.stdout.close()


@dataclass(frozen=True)
class Provider:
    """The counterpart of the authentication app."""

    base: str
    folder: Path

    @property
    def issuer(self) -> str:
        return f"{self.base}/api/realms/main"

    @property
    def protocol(self) -> str:
        return f"{self.issuer}/protocol/openid-connect"

    def publish(self, *pems: Path) -> None:
        """Register the public halves of the client's keys."""
        document = public_keys(client_keys([str(pem) for pem in pems], [], self.folder / "unused.pem"))
        (self.folder / "client-jwks.json").write_text(json.dumps(document))

    def client(self, *pems: Path) -> AuthenticationApp:
        """Our client, set up for this provider."""
        return AuthenticationApp(
            issuer=self.issuer,
            authorization_endpoint=f"{self.protocol}/auth",
            token_endpoint=f"{self.protocol}/token",
            userinfo_endpoint=f"{self.protocol}/userinfo",
            jwks_uri=f"{self.protocol}/certs",
            client_id="RP00000001",
            keys=tuple(client_keys([str(pem) for pem in pems], [], self.folder / "unused.pem")),
            scopes=SCOPES,
            acr_values="aal3 crl",
            minimum_level="aal3",
            levels=("aal1", "aal2", "aal3"),
            login_seconds=600,
            timeout_seconds=5.0,
        )


def new_pem(path: Path) -> Path:
    """A new key of ours."""
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return path


@contextmanager
def running_provider(folder: Path, redirect_uri: str = REDIRECT_URI) -> Iterator[Provider]:
    """The counterpart on a free port; the client's keys are read from ``folder``."""
    (folder / "cards.json").write_text(json.dumps(CARDS), encoding="utf-8")
    arguments = ["--cards", str(folder / "cards.json"), "--client-keys", str(folder / "client-jwks.json")]
    arguments += ["--redirect-uri", redirect_uri, "--port", "0"]
    with running("-m", "counterparts.auth_app", *arguments) as (base,):
        yield Provider(base, folder)


@pytest.fixture(autouse=True)
def no_provider_keys() -> None:
    """Nothing is left of the provider of another test."""
    forget_provider_keys()


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our key."""
    return new_pem(tmp_path_factory.mktemp("client") / "client.pem")


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory, pem: Path) -> Iterator[Provider]:
    """A provider for all tests that leave it as it was."""
    with running_provider(tmp_path_factory.mktemp("provider")) as started:
        started.publish(pem)
        yield started


@pytest.fixture
def app(provider: Provider, pem: Path) -> AuthenticationApp:
    """Our client."""
    return provider.client(pem)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def choose(address: str, card: str = "hanako", behaviour: str = "ok") -> dict[str, str]:
    """What a person does on the page of the provider; the query with which the browser is sent back."""
    page = httpx.get(address)
    assert page.status_code == 200, page.text
    form = fields_of(page.text) | {"card": card, "behaviour": behaviour}
    answer = httpx.post(address.split("?")[0], data=form)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def log_in(app: AuthenticationApp, card: str = "hanako", behaviour: str = "ok", **changed: str) -> object:
    """A whole log-in; ``changed`` replaces parameters of what comes back."""
    address, kept = app.begin_login("/", REDIRECT_URI)
    return app.finish_login(choose(address, card, behaviour) | changed, kept)


def with_changes(app: AuthenticationApp, **changes: object) -> AuthenticationApp:
    """The client, set up otherwise."""
    return replace(app, **changes)  # type: ignore[arg-type]
