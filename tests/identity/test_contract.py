"""Our client against the provider, each failure by its own name."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.identity.conftest import (
    REDIRECT_URI,
    Provider,
    choose,
    log_in,
    new_pem,
    running_provider,
    with_changes,
)
from todoke.kernel import clock
from todoke.registry.people.adapters.authentication_app import AuthenticationApp
from todoke.registry.people.adapters.provider_keys import forget_provider_keys, provider_key
from todoke.registry.people.identity import (
    AssuranceTooLowError,
    CodeReplayedError,
    LoginDeniedError,
    LoginError,
    LoginExpiredError,
    LoginNotBegunHereError,
    ProviderDownError,
    UnexpectedAnswerError,
    UnknownKeyError,
    VerifiedIdentity,
)


def test_a_card_becomes_an_identity(app: AuthenticationApp) -> None:
    identity = log_in(app)
    assert isinstance(identity, VerifiedIdentity)
    assert identity.issuer == app.issuer
    assert identity.name == "見本 花子"
    assert identity.address == "宮城県石巻市穀町14番1号"
    assert identity.birth_date == date(1992, 4, 3)
    assert identity.gender == "2"
    assert identity.acr == "aal3"
    assert abs((datetime.now(UTC) - identity.authenticated_at).total_seconds()) < 60


def test_the_same_card_is_the_same_subject_and_tells_nothing(app: AuthenticationApp) -> None:
    first, again, other = log_in(app), log_in(app), log_in(app, card="taro")
    assert isinstance(first, VerifiedIdentity)
    assert isinstance(again, VerifiedIdentity)
    assert isinstance(other, VerifiedIdentity)
    assert first.subject == again.subject != other.subject
    assert "hanako" not in first.subject


def test_the_subject_outlives_a_restart_of_the_provider(tmp_path: Path, pem: Path) -> None:
    subjects = []
    for _ in range(2):
        with running_provider(tmp_path) as provider:
            provider.publish(pem)
            identity = log_in(provider.client(pem))
            assert isinstance(identity, VerifiedIdentity)
            subjects.append(identity.subject)
    assert subjects[0] == subjects[1]


def test_only_what_was_asked_for_is_told(app: AuthenticationApp) -> None:
    identity = log_in(with_changes(app, scopes=("openid", "name", "address", "birthdate")))
    assert isinstance(identity, VerifiedIdentity)
    assert identity.gender == "0"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("denied", LoginDeniedError),
        ("expired", LoginExpiredError),
        ("nonce", LoginNotBegunHereError),
        ("replayed", CodeReplayedError),
        ("key", UnknownKeyError),
        ("acr", AssuranceTooLowError),
        ("down", ProviderDownError),
    ],
)
def test_each_misbehaviour_has_its_own_error(app: AuthenticationApp, behaviour: str, error: type[LoginError]) -> None:
    with pytest.raises(error) as caught:
        log_in(app, behaviour=behaviour)
    assert type(caught.value) is error
    assert caught.value.code != LoginError.code
    assert caught.value.message
    assert caught.value.advice


def test_every_error_has_a_code_and_a_message_of_its_own() -> None:
    kinds = LoginError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len({kind.__doc__ for kind in kinds}) == len(kinds) == 8


def test_a_lower_minimum_lets_a_lower_level_in(app: AuthenticationApp) -> None:
    assert log_in(with_changes(app, minimum_level="aal1"), behaviour="acr")
    assert log_in(with_changes(app, minimum_level=""), behaviour="acr")


def test_the_person_cancels(app: AuthenticationApp) -> None:
    address, kept = app.begin_login("/", REDIRECT_URI)
    endpoint, _, query = address.partition("?")
    answer = httpx.post(endpoint, data={**dict(parse_qsl(query)), "cancel": "1"})
    with pytest.raises(LoginDeniedError):
        app.finish_login(dict(parse_qsl(urlsplit(answer.headers["location"]).query)), kept)


def test_another_state_is_not_ours(app: AuthenticationApp) -> None:
    with pytest.raises(LoginNotBegunHereError):
        log_in(app, state="another")


def test_a_log_in_that_was_not_begun_here(app: AuthenticationApp) -> None:
    address, _ = app.begin_login("/", REDIRECT_URI)
    with pytest.raises(LoginNotBegunHereError):
        app.finish_login(choose(address), None)


def test_a_log_in_begun_too_long_ago(app: AuthenticationApp) -> None:
    address, kept = app.begin_login("/", REDIRECT_URI)
    kept["created_at"] -= 601
    with pytest.raises(LoginNotBegunHereError):
        app.finish_login(choose(address), kept)


def test_a_code_works_once(app: AuthenticationApp) -> None:
    address, kept = app.begin_login("/", REDIRECT_URI)
    answer = choose(address)
    assert app.finish_login(answer, kept)
    with pytest.raises(CodeReplayedError):
        app.finish_login(answer, kept)


def test_a_stolen_code_is_worthless_without_its_verifier(app: AuthenticationApp) -> None:
    address, _ = app.begin_login("/", REDIRECT_URI)
    _, thief = app.begin_login("/", REDIRECT_URI)
    stolen = choose(address)
    with pytest.raises(CodeReplayedError):
        app.finish_login(stolen | {"state": thief["state"]}, thief)


def test_an_issuer_that_is_not_the_one_of_the_settings(app: AuthenticationApp) -> None:
    with pytest.raises(UnexpectedAnswerError):
        log_in(with_changes(app, issuer="https://elsewhere.example/api/realms/main"))


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"error": "server_error"}, ProviderDownError),
        ({"error": "temporarily_unavailable"}, ProviderDownError),
        ({"error": "invalid_scope"}, UnexpectedAnswerError),
        ({"iss": "https://elsewhere.example"}, UnexpectedAnswerError),
        ({"code": ""}, UnexpectedAnswerError),
    ],
)
def test_other_answers_of_the_authorization_endpoint(
    app: AuthenticationApp, parameters: dict[str, str], error: type[LoginError]
) -> None:
    with pytest.raises(error):
        log_in(app, **parameters)


def test_nobody_listens_at_the_token_endpoint(app: AuthenticationApp) -> None:
    with pytest.raises(ProviderDownError):
        log_in(with_changes(app, token_endpoint="http://localhost:9/token"))


def test_the_token_endpoint_answers_with_a_page(provider: Provider, app: AuthenticationApp) -> None:
    with pytest.raises(UnexpectedAnswerError):
        log_in(with_changes(app, token_endpoint=f"{provider.base}/nowhere"))


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_wrong(app: AuthenticationApp, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    address, kept = app.begin_login("/", REDIRECT_URI)
    answer = choose(address)
    wrong = datetime.fromtimestamp(time.time() + hours * 3600, UTC)
    monkeypatch.setattr(clock, "now", lambda: wrong)
    with pytest.raises(LoginError):
        app.finish_login(answer, kept)


def test_new_keys_of_the_provider_are_fetched_once_and_old_ones_do_while_it_is_down(tmp_path: Path, pem: Path) -> None:
    with running_provider(tmp_path) as provider:
        provider.publish(pem)
        app = provider.client(pem)
        assert log_in(app)
        kid = httpx.post(f"{provider.base}/control/rotate", data={"forget": "1"}).json()["kid"]
        assert log_in(app)
    with httpx.Client() as client:
        assert provider_key(app.jwks_uri, kid, client).kid == kid
        with pytest.raises(UnknownKeyError):
            provider_key(app.jwks_uri, "never seen", client)
        forget_provider_keys()
        with pytest.raises(ProviderDownError):
            provider_key(app.jwks_uri, kid, client)


def test_our_own_key_changes_without_a_gap(tmp_path: Path) -> None:
    old, new = new_pem(tmp_path / "old.pem"), new_pem(tmp_path / "new.pem")
    with running_provider(tmp_path) as provider:
        provider.publish(old)
        assert log_in(provider.client(old))
        with pytest.raises(UnexpectedAnswerError):
            log_in(provider.client(new, old))
        provider.publish(new, old)
        assert log_in(provider.client(new, old))
        assert log_in(provider.client(old))
