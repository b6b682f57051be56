"""Open data in a browser: found, filtered, sorted, turned, taken, at three widths, without scripts too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Prefecture

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_from_the_list_to_a_file(chromium: Browser, prefecture: Prefecture, accessible: Check, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="ja-JP", accept_downloads=True)
    page = context.new_page()
    page.goto(f"{prefecture.portal}/data/")
    accessible(page)
    page.get_by_role("link", name="指定緊急避難場所一覧").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("指定緊急避難場所一覧")
    accessible(page)
    first = page.locator("tbody tr").first
    expect(first).to_be_visible()
    page.get_by_label("地方公共団体名").select_option("石巻市")
    page.get_by_role("button", name="表を新しくする").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("条件に合うのは")
    page.get_by_label("並べ方").select_option("-名称")
    page.get_by_role("button", name="表を新しくする").click()
    names = page.locator("tbody td:nth-child(1)").all_inner_texts()
    assert names
    accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("全国地方公共団体コード,ID,名称")
    assert all("石巻市" in line for line in lines[1:2])
    page.get_by_role("link", name="条件をすべて消す").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("指定緊急避難場所一覧")
    context.close()


@pytest.mark.parametrize("language", ["ja", "easy", "en"])
def test_every_table_in_every_language(
    page_phone: Page, prefecture: Prefecture, accessible: Check, language: str
) -> None:
    for name in ("figures", "indicators", "services", "events"):
        page_phone.goto(f"{prefecture.portal}/data/{name}/?lang={language}")
        expect(page_phone.get_by_role("heading", level=1)).to_be_visible()
        accessible(page_phone)


def test_pages_are_turned_without_scripts(chromium: Browser, prefecture: Prefecture, accessible: Check) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{prefecture.portal}/data/shelters/")
    before = page.locator("tbody tr").first.inner_text()
    page.get_by_role("link", name="次のページ").click()
    assert page.locator("tbody tr").first.inner_text() != before
    page.get_by_role("link", name="最初のページ").click()
    assert page.locator("tbody tr").first.inner_text() == before
    context.close()
