"""The counterpart insists on what the authentication app insists on."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from tests.identity.conftest import REDIRECT_URI, Provider, choose
from todoke.registry.people.adapters.authentication_app import AuthenticationApp
from todoke.registry.people.adapters.client_keys import ASSERTION_TYPE, client_assertion


def asked(app: AuthenticationApp, **changed: str | None) -> httpx.Response:
    endpoint, _, query = app.begin_login("/", REDIRECT_URI)[0].partition("?")
    parameters = {**dict(parse_qsl(query)), **changed}
    return httpx.get(endpoint, params={name: value for name, value in parameters.items() if value is not None})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "name address"}, "invalid_scope"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": "openid sign"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"state": "あ"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "a+b"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
    ],
)
def test_a_wrong_request_goes_back_to_the_client(
    app: AuthenticationApp, changed: dict[str, str | None], error: str
) -> None:
    answer = asked(app, **changed)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{REDIRECT_URI}?")
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["error"] == error


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "RP00000002"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": f"{REDIRECT_URI}/"},
        {"redirect_uri": f"{REDIRECT_URI}?x=1"},
        {"redirect_uri": "https://elsewhere.example/login/callback"},
    ],
)
def test_an_unknown_client_or_target_is_shown_a_page(app: AuthenticationApp, changed: dict[str, str | None]) -> None:
    answer = asked(app, **changed)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def exchanged(app: AuthenticationApp, **changed: str) -> httpx.Response:
    address, kept = app.begin_login("/", REDIRECT_URI)
    form = {
        "grant_type": "authorization_code",
        "code": choose(address)["code"],
        "redirect_uri": REDIRECT_URI,
        "code_verifier": kept["verifier"],
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": client_assertion(app.keys[0], app.client_id, app.token_endpoint),
    }
    return httpx.post(app.token_endpoint, data=form | changed)


def assertion(app: AuthenticationApp, **changed: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": app.client_id,
        "sub": app.client_id,
        "aud": app.token_endpoint,
        "jti": str(time.time_ns()),
        "iat": now,
        "exp": now + 60,
    } | changed
    key = app.keys[0]
    return jws.serialize_compact({"alg": "ES256", "kid": key.kid}, json.dumps(claims).encode(), key)


def test_tokens_for_a_right_request(provider: Provider, app: AuthenticationApp) -> None:
    answer = exchanged(app)
    assert answer.status_code == 200
    tokens = answer.json()
    keys = KeySet.import_key_set(httpx.get(f"{provider.protocol}/certs").json())
    claims = json.loads(jws.deserialize_compact(tokens["id_token"], keys, algorithms=["ES256"]).payload)
    assert claims["aud"] == app.client_id
    assert {"name", "address", "birthdate", "gender"}.isdisjoint(claims)
    assert all("d" not in key for key in httpx.get(f"{provider.protocol}/certs").json()["keys"])


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://elsewhere.example/token"},
        {"iss": "RP00000002"},
        {"sub": "RP00000002"},
        {"exp": int(time.time()) - 3600},
        {"exp": int(time.time()) + 24 * 3600},
        {"exp": None},
        {"jti": ""},
    ],
)
def test_an_assertion_that_is_not_for_here_and_now(app: AuthenticationApp, changed: dict[str, Any]) -> None:
    answer = exchanged(app, client_assertion=assertion(app, **changed))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_assertion_works_once(app: AuthenticationApp) -> None:
    once = assertion(app)
    assert exchanged(app, client_assertion=once).status_code == 200
    assert exchanged(app, client_assertion=once).status_code == 401


def test_an_assertion_of_somebody_else(app: AuthenticationApp) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": app.keys[0].kid or ""})
    answer = exchanged(app, client_assertion=client_assertion(stranger, app.client_id, app.token_endpoint))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "x" * 64},
        {"code_verifier": ""},
        {"code": "made-up"},
        {"redirect_uri": f"{REDIRECT_URI}/"},
    ],
)
def test_a_code_for_somebody_else(app: AuthenticationApp, changed: dict[str, str]) -> None:
    answer = exchanged(app, **changed)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_userinfo_needs_a_token(provider: Provider) -> None:
    assert httpx.get(f"{provider.protocol}/userinfo").status_code == 401
    wrong = {"Authorization": "Bearer made-up"}
    assert httpx.get(f"{provider.protocol}/userinfo", headers=wrong).status_code == 401


def test_discovery_names_what_there_is(provider: Provider) -> None:
    document = httpx.get(f"{provider.issuer}/.well-known/openid-configuration").json()
    assert document["issuer"] == provider.issuer
    assert document["authorization_endpoint"] == f"{provider.protocol}/auth"
    assert document["jwks_uri"] == f"{provider.protocol}/certs"


@pytest.mark.parametrize(("language", "words"), [("ja", "だれとしてログインするか"), ("en", "Choose who logs in")])
def test_the_page_speaks_both_languages(app: AuthenticationApp, language: str, words: str) -> None:
    page = asked(app, ui_locales=language)
    assert words in page.text
    assert f'<html lang="{language}">' in page.text


def test_the_page_finds_the_others(app: AuthenticationApp) -> None:
    assert "試験 太郎" not in asked(app).text
    assert "試験 太郎" in asked(app, q="太郎 青葉区").text


def test_what_is_typed_is_not_markup(app: AuthenticationApp) -> None:
    page = asked(app, q='"><script>alert(1)</script>', state="'\"><b>").text
    assert "<script" not in page
    assert "<b>" not in page


def test_log_out_leads_to_the_client_only(provider: Provider) -> None:
    def after(target: str) -> httpx.Response:
        return httpx.get(f"{provider.protocol}/logout", params={"post_logout_redirect_uri": target})

    assert after("http://localhost:8000/").headers["location"] == "http://localhost:8000/"
    assert after("https://elsewhere.example/").status_code == 200
