"""Once only: services that find a mother, her data in her hands, an agent, and a rule tried over everybody."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Prefecture
from tests.journeys.test_pages import staff_at
from tests.journeys.test_story import log_in
from todoke.kernel import clock

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def test_for_me_on_a_phone(page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_phone
    log_in(page, prefecture, "見本 花子")
    page.goto(f"{prefecture.portal}/for-me/")
    accessible(page)
    allowance = page.locator("#child-allowance")
    expect(allowance).to_contain_text("利用できそうです")
    expect(allowance).to_contain_text("55,000円")
    expect(allowance).to_contain_text("高校生年代までのお子さんがいる")

    disaster = page.locator("#disaster-grant")
    disaster.get_by_label(re.compile("被害がありましたか")).select_option("none")
    expect(disaster.get_by_role("status")).to_have_text("いまは利用できません")
    disaster.get_by_role("button", name="利用できるか確かめる").click()
    expect(page.locator("#disaster-grant")).to_contain_text("当てはまりません")

    school = page.locator("#school-supplies-aid")
    expect(school).to_contain_text("あと2つ答えると分かります")
    tax = school.get_by_role("group", name=re.compile("非課税"))
    tax.get_by_label("いいえ", exact=True).check()
    expect(school.get_by_role("status")).to_have_text("")
    school.get_by_role("group", name=re.compile("生活保護")).get_by_label("いいえ", exact=True).check()
    expect(school.get_by_role("status")).to_have_text("いまは利用できません")
    tax.get_by_label("はい", exact=True).check()
    expect(school.get_by_role("status")).to_have_text("利用できそうです")
    school.get_by_role("button", name="利用できるか確かめる").click()
    expect(page.locator("#school-supplies-aid")).to_contain_text("申込書を開く")
    accessible(page)

    page.locator("#school-supplies-aid").get_by_role("button", name="申込書を開く").click()
    page.wait_for_url("**/apply/**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    accessible(page)
    page.goto(f"{prefecture.portal}/")
    page.get_by_role("button", name="書きかけを捨てる").click()
    expect(page.get_by_role("link", name="続きを書く")).to_have_count(0)


def test_my_data_on_a_phone_and_a_desk(
    page_phone: Page, page_desktop: Page, prefecture: Prefecture, accessible: Check
) -> None:
    page = page_phone
    log_in(page, prefecture, "演習 太郎")
    page.goto(f"{prefecture.portal}/my-data/")
    accessible(page)
    page.get_by_text("まだ知らないこと").click()
    page.get_by_role("link", name=re.compile("入れる.*審査で使う所得")).click()
    accessible(page)
    page.get_by_label(re.compile("所得")).fill("たくさん")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("数字だけで入れてください")).to_be_visible()
    accessible(page)
    page.get_by_label(re.compile("所得")).fill("3,200,000円")
    page.get_by_role("button", name="保存する").click()
    row = page.locator(".fact-row", has_text="審査で使う所得")
    expect(row).to_contain_text("3,200,000円")
    expect(row).to_contain_text("あなたが入力")
    row.get_by_role("link", name=re.compile("直す")).click()
    page.get_by_label(re.compile("所得")).fill("3300000")
    page.get_by_role("button", name="保存する").click()
    page.locator(".fact-row", has_text="審査で使う所得").get_by_role("link", name=re.compile("直す")).click()
    expect(page.get_by_role("heading", name="これまでの内容")).to_be_visible()
    expect(page.get_by_text("3,200,000円")).to_be_visible()
    page.get_by_role("button", name="この内容を取り消す").click()
    expect(page.locator(".fact-row", has_text="審査で使う所得")).to_have_count(0)

    page.get_by_role("button", name=re.compile("違っている.*住所$")).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/apply/" in page.url
    accessible(page)

    desk = page_desktop
    log_in(desk, prefecture, "演習 太郎")
    desk.goto(f"{prefecture.portal}/my-data/")
    accessible(desk)
    with desk.expect_download() as downloading:
        desk.get_by_role("link", name="すべてダウンロードする").click()
    whole = json.loads(Path(downloading.value.path()).read_text())
    assert {row["key"] for row in whole["facts"]} >= {"name", "address.full", "household.children"}
    desk.get_by_role("button", name="許す", exact=True).click()
    desk.get_by_role("button", name="許すのをやめる").click()
    expect(desk.get_by_text("許していません")).to_be_visible()


def test_acting_for_a_mother_in_law(
    page_phone: Page, page_desktop: Page, prefecture: Prefecture, accessible: Check
) -> None:
    page, other = page_phone, page_desktop
    log_in(page, prefecture, "仮名 美咲")
    page.goto(f"{prefecture.portal}/agents/")
    accessible(page)
    expect(page.get_by_text("親として（18歳になるまで）")).to_be_visible()
    page.get_by_label("いつまで頼みますか").fill((clock.today() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="代理コードを作る").click()
    code = page.locator("[data-code]").inner_text()
    accessible(page)

    log_in(other, prefecture, "例示 健")
    other.goto(f"{prefecture.portal}/agents/")
    other.get_by_label("代理コードを渡されたとき").fill("0000")
    other.get_by_role("button", name="代理人になる").click()
    expect(other.get_by_text("この代理コードは使えません")).to_be_visible()
    accessible(other)
    other.get_by_label("代理コードを渡されたとき").fill(code)
    other.get_by_role("button", name="代理人になる").click()
    other.get_by_role("button", name=re.compile("この人の手続.*仮名 美咲")).click()
    expect(other.get_by_text("仮名 美咲さんの手続")).to_be_visible()
    accessible(other)
    other.get_by_role("button", name="自分の手続に戻る").click()
    page.goto(f"{prefecture.portal}/my-data/")
    expect(page.get_by_text("例示 健（代理）")).to_be_visible()


def test_a_rule_over_everybody(page_desktop: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_desktop
    staff_at(page, prefecture, "ishinomaki-approver", "rules/")
    accessible(page)
    page.get_by_label("対象になる条件").fill("facts.household.children.exists(c, c.birth_dat == today())")
    page.get_by_role("button", name="試算する").click()
    expect(page.get_by_role("alert")).to_contain_text("birth_date")
    accessible(page)
    page.get_by_label("対象になる条件").fill(
        "facts.household.children.exists(c, age_on(c.birth_date, today()) < 18) && facts.tax.resident_exempt"
    )
    page.get_by_label(re.compile("金額")).fill("30000")
    page.get_by_role("button", name="試算する").click()
    expect(page.get_by_text("18歳未満のお子さんがいる")).to_be_visible()
    expect(page.get_by_text("住民税が非課税か（")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("地図"))).to_be_visible()
    accessible(page)


def test_an_agency_by_paper(page_desktop: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_desktop
    staff_at(page, prefecture, "ishinomaki-residents-officer", "agencies/")
    accessible(page)
    page.get_by_label("手続をしてもらう人の名前").fill("例示 健")
    page.get_by_label("その人の生まれた日").fill("1987-07-09")
    page.get_by_label("いつまで").fill((clock.today() + timedelta(days=60)).isoformat())
    page.get_by_role("button", name="代理コードを作る").click()
    expect(page.locator("[data-code]")).to_be_visible()
    accessible(page)
