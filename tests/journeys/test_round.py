"""A yearly round by hand: opened, reported, sent back, approved, evaluated, met upon and published."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Prefecture, staff_at

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]

PLANNER, HEAD = "miyagi-digital-promotion-officer", "miyagi-digital-promotion-approver"
MEASURE = "県の手続と契約をオンラインに"


def open_report(page: Page, prefecture: Prefecture) -> None:
    page.goto(f"{prefecture.portal}/console/policy/")
    page.get_by_role("row").filter(has_text=MEASURE).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(MEASURE)


def fill_in(page: Page, figure: str) -> None:
    page.get_by_role("textbox", name=re.compile("^やったこと")).fill("電子申請できる手続を増やしました。")
    for field in page.locator(".report-form .with-unit input").all():
        field.fill(figure)
    page.get_by_role("textbox", name=re.compile("^どんな効果があり")).fill("窓口に来なくてよい手続が増えました。")
    page.get_by_role("textbox", name=re.compile("^これからすること")).fill("残りの手続を、件数の多い順に進めます。")


def test_a_whole_round(page_desktop: Page, page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    planner, head = page_desktop, page_phone
    staff_at(planner, prefecture, PLANNER, "policy/")
    accessible(planner)
    planner.get_by_role("button", name="実績報告を始める").click()
    expect(planner.get_by_role("heading", name="あなたを待っているもの")).to_be_visible()
    accessible(planner)

    open_report(planner, prefecture)
    accessible(planner)
    planner.get_by_role("button", name="書きはじめる").click()
    accessible(planner)
    planner.get_by_role("button", name="提出する").click()
    expect(planner.get_by_role("alert")).to_contain_text("直してください")
    accessible(planner)
    fill_in(planner, "61")
    planner.get_by_role("button", name="提出する").click()
    expect(planner.get_by_text("承認待ち").first).to_be_visible()

    staff_at(head, prefecture, HEAD, "policy/")
    accessible(head)
    open_report(head, prefecture)
    accessible(head)
    head.get_by_label("差戻しの理由").fill("数をもう一度確かめてください。")
    head.get_by_role("button", name="差し戻す").click()
    expect(head.get_by_text("書き直しを待っています。")).to_be_visible()

    open_report(planner, prefecture)
    expect(planner.get_by_text("数をもう一度確かめてください。").first).to_be_visible()
    planner.get_by_role("button", name="書き直す").click()
    fill_in(planner, "62")
    planner.get_by_role("button", name="提出する").click()
    expect(planner.get_by_text("承認待ち").first).to_be_visible()

    open_report(head, prefecture)
    head.get_by_role("button", name="承認する").click()
    expect(head.get_by_text("承認され、数値が登録されました。")).to_be_visible()
    accessible(head)

    planner.get_by_role("link", name="評価", exact=True).click()
    accessible(planner)
    planner.get_by_role("button", name="規則で評価する").click()
    expect(planner.get_by_role("heading", name="評価の分布")).to_be_visible()
    accessible(planner)
    planner.get_by_role("row").filter(has_text=MEASURE).get_by_role("link", name="評価を変える").click()
    planner.get_by_role("combobox", name="評価", exact=True).select_option(label="C 少し遅れている")
    planner.get_by_label("理由（県民が読みます）").fill("件数の多い手続が残っています。")
    accessible(planner)
    planner.get_by_role("button", name="評価を変える").click()
    expect(planner.get_by_role("row").filter(has_text=MEASURE)).to_contain_text("件数の多い手続が残っています。")
    planner.get_by_text("意見を書く", exact=True).click()
    planner.get_by_label("立場（氏名は書きません）").fill("大学教授（情報学）")
    planner.get_by_role("textbox", name="意見", exact=True).fill("住民に伝わる言葉で書けています。")
    planner.get_by_role("button", name="意見を残す").click()

    planner.get_by_role("link", name="推進本部会議", exact=True).click()
    planner.get_by_label("議題（1行に1つ）").fill("評価を決める\n遅れている取組の進め方")
    planner.get_by_role("button", name="登録する").click()
    planner.get_by_role("button", name="会議資料を作る").click()
    papers = planner.get_by_role("link", name="会議に出した資料（PDF）")
    content = planner.request.get(f"{prefecture.portal}{papers.get_attribute('href')}").body()
    assert content.startswith(b"%PDF-")
    planner.get_by_label("決定（1行に1つ）").fill("案のとおり決める")
    planner.get_by_label("議事録").fill("遅れている取組の担当課から説明があった。")
    planner.get_by_role("button", name="記録を残す").click()
    accessible(planner)

    planner.get_by_role("link", name="評価", exact=True).click()
    planner.get_by_role("button", name="県民に公表する").click()
    expect(planner.get_by_text("に公表しました。")).to_be_visible()
    accessible(planner)
    for page in (planner, head):
        for path in ("", "evaluation", "meetings/", "teams/", "municipalities/", "paper/", "figures/"):
            if path == "evaluation":
                page.get_by_role("link", name="評価", exact=True).click()
            else:
                page.goto(f"{prefecture.portal}/console/policy/{path}")
            accessible(page)
        page.get_by_role("link", name="数値", exact=True).click()
        page.locator("main table a").first.click()
        accessible(page)


def test_a_municipality_and_its_paper(page_phone: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_phone
    staff_at(page, prefecture, "ishinomaki-officer", "policy/")
    accessible(page)
    page.goto(f"{prefecture.portal}/console/policy/paper/")
    page.locator(".paper input").first.fill("12")
    page.get_by_role("button", name="数を残す").click()
    expect(page.get_by_text("残しました。")).to_be_visible()
    accessible(page)
