"""Prepared for a disaster, the crisis office's list of it, and a notice with a question, on a phone and at a desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Prefecture, staff_at
from tests.journeys.test_story import log_in

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def test_a_resident_prepares_and_the_crisis_office_sees_who_is_alone(
    page_phone: Page, page_desktop: Page, prefecture: Prefecture, accessible: Check
) -> None:
    page = page_phone
    log_in(page, prefecture, "例示 健")
    page.goto(f"{prefecture.portal}/prepared/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("助けがいるか")
    accessible(page)
    page.get_by_text("歩いて逃げるのに助けがいる").click()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("まだ決まっていません")
    for summary in page.locator("main summary").all():
        summary.click()
    accessible(page)
    page.get_by_label("その人の名前").fill("見本町自治会")
    page.get_by_label("あなたとの間柄").select_option("volunteer")
    page.get_by_role("button", name="この人に頼む").click()
    expect(page.locator("[data-code]")).to_have_text(re.compile("-"))
    accessible(page)

    desk = page_desktop
    staff_at(desk, prefecture, "ishinomaki-crisis-officer", "support-list/")
    accessible(desk)
    desk.get_by_label("理由").fill("個別避難計画の見直し")
    desk.get_by_role("button", name="理由を残して開く").click()
    expect(desk.get_by_role("row", name=re.compile("例示 健"))).to_contain_text("いない")
    accessible(desk)
    page.goto(f"{prefecture.portal}/my-data/")
    expect(page.get_by_text("個別避難計画の見直し")).to_be_visible()


def test_a_notice_with_a_question_waits_for_a_second_officer(
    page_phone: Page, page_desktop: Page, prefecture: Prefecture, accessible: Check
) -> None:
    desk = page_desktop
    staff_at(desk, prefecture, "ishinomaki-officer", "notices/")
    accessible(desk)
    for summary in desk.locator("main summary").all():
        summary.click()
    desk.get_by_label("件名（日本語）").fill("保育についての調査")
    desk.get_by_label("本文（日本語）").fill("保育について、ひとつだけ教えてください。")
    desk.get_by_label("質問", exact=True).first.fill("いまの保育に満足していますか")
    desk.get_by_label("答え方").first.select_option("yes_no")
    desk.get_by_role("button", name="何人に届くか確かめる").click()
    expect(desk.get_by_role("heading", name=re.compile("人に届きます"))).to_be_visible()
    accessible(desk)
    desk.get_by_role("button", name="送る", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("人に送りました")
    accessible(desk)

    page = page_phone
    log_in(page, prefecture, "例示 健")
    page.goto(f"{prefecture.portal}/inbox/")
    for _turn in range(30):
        if page.get_by_text("保育についての調査").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.get_by_role("link", name=re.compile("保育についての調査")).click()
    page.get_by_role("link", name="質問に答える").click()
    accessible(page)
    page.get_by_label("はい", exact=True).check()
    page.get_by_role("button", name="回答を送る").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("受け取りました")
    accessible(page)
