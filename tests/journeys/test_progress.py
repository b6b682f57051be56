"""What was promised and how far it is, read in a browser: on three widths, in three languages, without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from todoke.faces.demonstration.policy import load_policy
from todoke.faces.look.prefecture_map import prefecture_map
from todoke.faces.public.progress.pages import forget_pages
from todoke.loops.improve.types import Policy
from todoke.registry.places.actions import load_places

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (320, 390, 1280)
PAGES = (
    "/progress/",
    "/progress/indicators/",
    "/progress/indicators/own-shelter/",
    "/progress/measures/life-safety-information/",
    "/progress/places/?indicator=mymari-members",
    "/progress/places/04202/",
    "/progress/explore/?i=own-shelter&i=digital-id-members&p=all&p=04202",
)


@pytest.fixture
def policy(db: None, settings: Settings) -> Policy:
    settings.DEMONSTRATION = True
    load_places(prefecture_code="04")
    prefecture_map.cache_clear()
    forget_pages()
    return load_policy()


def test_every_page_on_every_width(
    policy: Policy, live_server: LiveServer, chromium: Browser, accessible: Callable[[Page], None]
) -> None:
    for width in WIDTHS:
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP")
        page = context.new_page()
        for path in PAGES:
            answer = page.goto(f"{live_server.url}{path}")
            assert answer
            assert answer.status == 200, path
            accessible(page)
        for language in ("easy", "en"):
            page.goto(f"{live_server.url}/progress/?lang={language}")
            accessible(page)
        context.close()


def test_in_the_dark_and_on_paper(
    policy: Policy, live_server: LiveServer, chromium: Browser, accessible: Callable[[Page], None]
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP", color_scheme="dark")
    page = context.new_page()
    for path in PAGES[:3]:
        page.goto(f"{live_server.url}{path}")
        accessible(page)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".chart-wide")).to_be_visible()
    expect(page.locator(".chart-narrow")).to_be_hidden()
    context.close()


def test_ten_seconds_on_a_phone_without_scripts(
    policy: Policy, live_server: LiveServer, chromium: Browser, settings: Settings, tmp_path: Path
) -> None:
    settings.BASE_URL = live_server.url
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="ja-JP", java_script_enabled=False, accept_downloads=True
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/progress/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("12の目標のうち9つが予定どおり、3つが遅れています")
    for first in (heading, page.locator(".squares"), page.locator(".as-of")):
        box = first.bounding_box()
        assert box
        assert box["y"] + box["height"] < 844, "in sight at once"
    expect(page.locator(".square-late")).to_have_count(3)
    page.get_by_text("35市町村の表を見る").click()
    expect(page.get_by_role("row", name="石巻市")).to_be_visible()
    page.get_by_label("市町村をえらぶ").select_option("石巻市")
    page.get_by_role("button", name="見る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("石巻市では、いまどうなっているか")
    page.get_by_role("link", name="自分の避難先を登録した人").click()
    expect(page.get_by_role("img", name="自分の避難先を登録した人").first).to_be_visible()
    expect(page.get_by_role("row", name="2026年9月末")).to_contain_text("22%")
    page.get_by_role("link", name="数値をくらべる").click()
    page.get_by_label("気仙沼市").check()
    page.get_by_label("県全体").check()
    page.get_by_role("button", name="図を作る").click()
    expect(page.get_by_role("row", name="気仙沼市")).to_contain_text("31%")
    shared = page.get_by_label("このページのアドレス").input_value()
    page.goto(shared)
    expect(page.get_by_role("row", name="気仙沼市")).to_contain_text("31%")
    with page.expect_download() as download:
        page.get_by_role("link", name="表（CSV）").click()
    download.value.save_as(tmp_path / "table.csv")
    assert "own-shelter,04205,2026-09-30,31,%,0" in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")
    context.close()


def test_the_menu_leads_here_and_keys_are_enough(policy: Policy, live_server: LiveServer, page_desktop: Page) -> None:
    page = page_desktop
    page.goto(f"{live_server.url}/")
    page.get_by_role("navigation", name="おもなページ").get_by_role("link", name="県の取組").click()
    expect(page).to_have_url(f"{live_server.url}/progress/")
    expect(page.locator(".nav [aria-current=page]")).to_have_text("県の取組")
    page.locator(".square").nth(3).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#vaccination-forms")).to_be_in_viewport()
