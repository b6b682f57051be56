"""Every page that the story does not pass, looked at by axe on a phone and on a desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Prefecture, staff_at
from tests.journeys.test_story import log_in
from todoke.faces.demonstration.play import waiting_applications

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def test_pages_of_a_resident(page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    waiting_applications(prefecture.stage, [prefecture.applicant("例示 健")], lambda _words: None)
    page = page_phone
    log_in(page, prefecture, "例示 健")
    page.goto(f"{prefecture.portal}/cases/")
    accessible(page)
    page.locator("main .row-link a").first.click()
    case = page.url.split("?")[0]
    for path in ("", "answers/", "receipt/", "withdraw/", "decision/"):
        page.goto(f"{case}{path}")
        accessible(page)
    for path in (
        "/inbox/",
        "/help/",
        "/privacy/",
        "/accessibility/",
        "/settings/contact/",
        "/services/?event=child-born",
        "/services/?q=zzz",
    ):
        page.goto(f"{prefecture.portal}{path}")
        accessible(page)


def test_a_log_in_that_was_given_up(page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_phone
    page.goto(f"{prefecture.portal}/login/")
    accessible(page)
    page.get_by_role("button", name=re.compile("やめる")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(prefecture.portal)
    accessible(page)


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        ("ishinomaki-admin", ["", "office/", "security/"]),
        ("auditor", ["", "audit/"]),
        ("miyagi-records-officer", ["?view=open", "?view=closed", "cases/2026-04-999999/"]),
    ],
)
def test_pages_of_staff(
    page_desktop: Page, prefecture: Prefecture, accessible: Check, login: str, paths: list[str]
) -> None:
    page = page_desktop
    page.goto(f"{prefecture.portal}/console/login/")
    accessible(page)
    staff_at(page, prefecture, login, "")
    for path in paths:
        page.goto(f"{prefecture.portal}/console/{path}")
        accessible(page)
