"""The journey of a new officer in a real browser, with a virtual authenticator."""

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.staff.conftest import Person
from todoke.registry.organisations.models import Officer, Organisation, Passkey
from todoke.registry.organisations.office import invite_officer
from todoke.registry.organisations.types import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    """Of the server, under the name that passkeys are bound to."""
    address = f"http://localhost:{live_server.thread.port}"
    settings.BASE_URL = address
    settings.CSRF_TRUSTED_ORIGINS = [address]
    return address


def virtual_authenticator(page: "Page", verified: bool = True) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_new_officer_enrols_a_passkey_and_logs_in_with_it(
    page_desktop: "Page", address: str, manager: Person, office: Organisation
) -> None:
    page = page_desktop
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    virtual_authenticator(page)
    _, secret = invite_officer(
        actor=manager.officer, organisation=office, login="kamei.jiro", name="仮名 次郎", email="", roles=[Role.OFFICER]
    )
    page.goto(f"{address}/console/invitation/{secret}/")
    picture = page.locator("img[src*='qr.svg']")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_role("button", name="パスキーを登録する").click()
    page.wait_for_url(f"{address}/console/")
    assert Passkey.objects.get().officer == Officer.objects.get(login="kamei.jiro")

    page.goto(f"{address}/console/security/")
    assert "職場の端末" in page.locator("table").inner_text()
    page.get_by_role("button", name="すべての端末からログアウトする").click()
    page.wait_for_url(f"{address}/console/login/")

    page.goto(f"{address}/console/login/?next=/console/security/")
    page.get_by_role("button", name="パスキーでログインする").click()
    page.wait_for_url(f"{address}/console/security/")
    assert Passkey.objects.get().used_at is not None
    assert not [text for text in complaints if "Content Security Policy" in text or "Uncaught" in text]


def test_a_person_who_is_not_verified_reads_what_to_do(page_desktop: "Page", address: str) -> None:
    page = page_desktop
    virtual_authenticator(page, verified=False)
    page.goto(f"{address}/console/login/")
    page.get_by_role("button", name="パスキーでログインする").click()
    page.locator("[data-passkey-message]:not(:empty)").wait_for(timeout=70_000)
    assert page.get_by_role("button", name="パスキーでログインする").is_visible()


def test_without_javascript_password_and_code_remain(page_desktop: "Page", address: str, hanako: Person) -> None:
    browser = page_desktop.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{address}/console/login/")
    assert not page.get_by_role("button", name="パスキーでログインする").is_visible()
    page.get_by_label("ログイン名", exact=True).fill(hanako.officer.login)
    page.get_by_label("パスワード", exact=True).fill("ashita-mo-hareru-2026")
    page.get_by_label("確認コード", exact=True).fill(hanako.code())
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url(f"{address}/console/")
    assert django_settings.SESSION_COOKIE_NAME in {cookie["name"] for cookie in context.cookies()}
    context.close()
