"""A volunteer at the door of a shelter: an officer's link, a family by its number, no network, a camera, no scripts."""

import os
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Prefecture, staff_at
from tests.journeys.test_story import log_in

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
SHELTER = "見本中学校 体育館（受付の試験）"
TARGETS = """[...document.querySelectorAll(".door button, .door a.button, .door .choice, .door input.control")]
  .map(e => [e.textContent.trim() || e.name, e.getBoundingClientRect()])
  .filter(([, r]) => r.height && r.height < 56).map(([t, r]) => `${t} ${r.height}`)"""
CAMERA = """
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  canvas.getContext("2d").fillRect(0, 0, 64, 64);
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 64, 64), 100);
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => canvas.captureStream(10) } });
  window.BarcodeDetector = class { async detect() { return window.seen ? [{ rawValue: window.seen }] : []; } };
"""


@pytest.fixture(scope="module")
def shelter(prefecture: Prefecture) -> int:
    """A shelter of Ishinomaki with room for 10."""
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/journeys"))
    with psycopg.connect(address) as connection:
        found = connection.execute(
            """INSERT INTO places_shelter (code, name, name_kana, name_en, municipality_id, address, longitude,
               latitude, emergency, designated, hazards, capacity, features, phone, source, demonstration, imported_at)
               VALUES ('test-door', %s, '', '', '04202', '', 141.3, 38.43, true, true, '{}', 10, '{}', '', 'test',
               true, now()) RETURNING id""",
            [SHELTER],
        ).fetchone()
    assert found
    return int(found[0])


@pytest.fixture(scope="module")
def link(chromium: Browser, prefecture: Prefecture, shelter: int) -> Iterator[Callable[[str], str]]:
    """What an officer does to enrol a device; gives the address."""
    context = chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    staff_at(page, prefecture, "ishinomaki-crisis-officer", f"check-in/{shelter}/")

    def enrol(label: str) -> str:
        page.goto(f"{prefecture.portal}/console/check-in/{shelter}/")
        page.get_by_label("端末を置く場所").fill(label)
        page.get_by_role("button", name="端末を登録する").click()
        address = page.get_by_label("アドレス").input_value()
        return prefecture.portal + re.sub(r"^https?://[^/]+", "", address)

    yield enrol
    context.close()


def device(
    chromium: Browser, address: str, *, width: int = 1024, height: int = 768, scripts: bool = True
) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_label("あなたの名前").fill("試験 太郎")
    page.get_by_role("button", name="受付を始める").click()
    expect(page.get_by_role("heading", name=SHELTER)).to_be_visible()
    return context, page


def number_of(page: Page, prefecture: Prefecture, name: str) -> str:
    log_in(page, prefecture, name)
    page.goto(f"{prefecture.portal}/pass/")
    return page.locator(".pass .tabular").inner_text().split()[-1]


def scan(page: Page, text: str) -> None:
    """As a scanner does: it types wherever the focus is."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def result(page: Page) -> str:
    return page.locator("#result").inner_text()


def test_a_family_by_its_number_and_no_network(
    chromium: Browser, page_phone: Page, prefecture: Prefecture, accessible: Check, link: Callable[[str], str]
) -> None:
    number = number_of(page_phone, prefecture, "見本 花子")
    accessible(page_phone)
    context, page = device(chromium, link("入口1"))
    accessible(page)
    expect(page.locator(".door-count")).to_contain_text("残り 10")
    assert page.evaluate(TARGETS) == []

    began = time.perf_counter()
    scan(page, number)
    expect(page.locator("#result h2")).to_have_text("いる人を選ぶ")
    family = page.locator(".door-people li").count()
    assert family > 1
    accessible(page)
    assert page.evaluate(TARGETS) == []
    page.get_by_role("button", name=f"{family}人を受け付ける").click()
    expect(page.locator(".door-big")).to_have_text(re.compile(f"家族{family}人.*受付済み"))
    assert time.perf_counter() - began < 10
    accessible(page)
    assert page.evaluate(TARGETS) == []
    expect(page.locator(".door-count")).to_contain_text(f"残り {10 - family}")

    page.get_by_role("button", name="人数を直す").click()
    page.locator(".door-people .choice").last.click()
    page.get_by_role("button", name=f"{family - 1}人を受け付ける").click()
    expect(page.locator(".door-count strong").first).to_have_text(str(family - 1))
    scan(page, number)
    expect(page.locator("#result h2")).to_have_text("いる人を選ぶ")
    scan(page, number)
    expect(page.locator(".door-waits")).to_be_visible()
    page.get_by_role("link", name="やめる").click()

    context.set_offline(True)
    scan(page, number)
    expect(page.locator("[data-unsent]")).to_contain_text("未送信 1件")
    expect(page.locator(".door-big")).to_have_text("保存済み")
    page.get_by_role("link", name="コードのない人").click()
    page.get_by_label("名前", exact=True).fill("架空 誠")
    page.get_by_label("いっしょの人も入れて何人").fill("2")
    page.get_by_role("button", name="受け付ける", exact=True).click()
    expect(page.locator("[data-unsent]")).to_contain_text("未送信 2件")
    accessible(page)
    page.locator("#q").fill("見本")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("さがせません")
    context.set_offline(False)
    expect(page.locator("[data-unsent]")).to_be_hidden(timeout=20_000)
    expect(page.locator(".door-count strong").first).to_have_text(str(family + 1))

    page.locator("#q").fill("架空 誠")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("もう受付済みです")
    page.get_by_role("button", name="退出にする").click()
    expect(page.locator(".door-big")).to_have_text(re.compile("架空 誠|2人"))
    expect(page.locator(".door-count strong").first).to_have_text(str(family - 1))
    page.get_by_role("button", name="取り消す").click()
    expect(page.locator(".door-count strong").first).to_have_text(str(family + 1))

    page_phone.goto(f"{prefecture.portal}/pass/")
    expect(page_phone.locator("#family + ul")).to_contain_text(SHELTER)
    page_phone.goto(f"{prefecture.portal}/my-data/")
    expect(page_phone.locator("main")).to_contain_text("避難所の受付")
    context.close()


def test_a_page_that_is_opened_again_without_network(
    chromium: Browser, page_phone: Page, prefecture: Prefecture, accessible: Check, link: Callable[[str], str]
) -> None:
    number = number_of(page_phone, prefecture, "仮名 美咲")
    context, page = device(chromium, link("入口5"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.keys().then(names => names.some(name => name.startsWith('todoke-reader-')))")
    page.reload()
    scan(page, number)
    expect(page.locator(".door-done, .door-people").first).to_be_visible()
    if page.locator(".door-people").count():
        page.locator("#result .door-acts .button-solid").click()
    expect(page.locator(".door-done")).to_be_visible()
    before = int(page.locator(".door-count strong").first.inner_text())

    context.set_offline(True)
    scan(page, number)
    expect(page.locator("[data-unsent]")).to_contain_text("未送信 1件")
    for name in ("架空 実", "架空 望"):
        page.reload()
        expect(page.get_by_role("heading", name=SHELTER)).to_be_visible()
        assert "仮名 美咲" not in page.content()
        page.get_by_role("link", name="コードのない人").click()
        page.get_by_label("名前", exact=True).fill(name)
        page.get_by_role("button", name="受け付ける", exact=True).click()
        expect(page.locator(".door-big")).to_have_text("保存済み")
    page.goto(f"{prefecture.portal}/reader/")
    expect(page.locator("[data-unsent]")).to_contain_text("未送信 3件")
    expect(page.locator(".door-count")).to_contain_text("分かりません")
    assert page.evaluate("getComputedStyle(document.querySelector('.door-unsent')).borderTopWidth") == "2px"
    accessible(page)

    context.set_offline(False)
    expect(page.locator("[data-unsent]")).to_be_hidden(timeout=20_000)
    expect(page.locator("[data-shell]")).to_have_count(0, timeout=20_000)
    expect(page.locator(".door-count strong").first).to_have_text(str(before + 2))
    context.close()


def test_a_camera_on_a_phone(
    chromium: Browser, page_phone: Page, prefecture: Prefecture, accessible: Check, link: Callable[[str], str]
) -> None:
    number = number_of(page_phone, prefecture, "演習 太郎")
    context, page = device(chromium, link("入口2"), width=390, height=844)
    accessible(page)
    page.add_init_script(CAMERA)
    page.reload()
    page.get_by_role("button", name="カメラで読み取る").click()
    page.evaluate("number => { window.seen = number; }", number)
    expect(page.locator("#result .door-people, #result .door-done").first).to_be_visible()
    page.evaluate("window.seen = ''")
    accessible(page)
    context.close()


def test_the_same_without_scripts(
    chromium: Browser, page_phone: Page, prefecture: Prefecture, link: Callable[[str], str]
) -> None:
    number = number_of(page_phone, prefecture, "例示 健")
    context, page = device(chromium, link("入口3"), scripts=False)
    page.locator("#q").fill(number)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="選んだ人を受け付ける").click()
    expect(page.locator(".door-big")).to_contain_text("受付済み")
    page.get_by_role("button", name="取り消す").click()
    expect(page.locator(".door-big")).to_contain_text("取り消しました")
    page.get_by_role("link", name="コードのない人").click()
    page.get_by_label("名前", exact=True).fill("雛形 京子")
    page.get_by_role("button", name="受け付ける", exact=True).click()
    expect(page.locator(".door-big")).to_contain_text("雛形 京子")
    context.close()


def test_the_officers_pages(
    page_desktop: Page, prefecture: Prefecture, accessible: Check, shelter: int, link: Callable[[str], str]
) -> None:
    page = page_desktop
    staff_at(page, prefecture, "ishinomaki-crisis-approver", "check-in/?q=受付の試験")
    accessible(page)
    page.get_by_role("link", name=SHELTER).click()
    accessible(page)
    page.get_by_label("端末を置く場所").fill("入口4")
    page.get_by_role("button", name="端末を登録する").click()
    accessible(page)
    page.get_by_role("link", name="名簿を開く").click()
    accessible(page)
    page.get_by_label("理由").fill("安否の問い合わせ")
    page.get_by_role("button", name="理由を残して開く").click()
    expect(page.get_by_role("heading", name="いまいる人の名簿")).to_be_visible()
    accessible(page)
    page.goto(f"{prefecture.portal}/console/check-in/cards/")
    accessible(page)
    page.get_by_label("名前と生年月日").fill("見本 花子 1980-1-1")
    page.get_by_role("button", name="カードを作る").click()
    expect(page.get_by_role("alert")).to_contain_text("1人に決まりません")
    accessible(page)


def test_a_stranger_and_an_old_link(page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    for path in ("/reader/", "/reader/enrol/0000-0000-0000-0000/"):
        page_phone.goto(f"{prefecture.portal}{path}")
        expect(page_phone.get_by_role("heading", level=1)).to_be_visible()
        accessible(page_phone)
