"""The story of the first journey, by hand of a browser, at the width of a phone and of a desk."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Prefecture, staff_at
from todoke.faces.demonstration.play import photo, wait_for_mails

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]


def log_in(page: Page, prefecture: Prefecture, name: str) -> None:
    page.goto(f"{prefecture.portal}/")
    page.get_by_role("link", name="マイナンバーカードでログイン").click()
    page.locator(f"button[value='{prefecture.applicant(name).card}']").click()
    expect(page.locator(".over")).to_contain_text(name)


def staff_log_in(page: Page, prefecture: Prefecture, login: str) -> None:
    staff_at(page, prefecture, login, "")
    expect(page.get_by_role("heading", name=re.compile("わたしの担当"))).to_be_visible()


def next_page(page: Page) -> None:
    page.get_by_role("button", name="保存して次へ", exact=True).last.click()


def choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=re.compile(f"^{question}")).get_by_label(answer, exact=True).check()


def apply(page: Page, prefecture: Prefecture, check: Check, folder: Path) -> str:
    page.goto(f"{prefecture.portal}/services/?q=保育園")
    check(page)
    page.get_by_role("link", name="保育施設利用申込").click()
    check(page)
    page.get_by_role("button", name="始める").click()
    expect(page.locator("dd", has_text="石巻市").first).to_be_visible()
    page.get_by_label(re.compile("電話番号")).fill("12")
    page.get_by_label("母", exact=True).check()
    next_page(page)
    expect(page.get_by_role("alert")).to_contain_text("1か所、直してください")
    check(page)
    page.get_by_label(re.compile("電話番号")).fill("０２２５－００－００００")
    next_page(page)
    for question in ("アレルギーはありますか", "病気や障害のため"):
        for group in page.get_by_role("group", name=re.compile(f"^{question}")).all():
            group.get_by_label("いいえ", exact=True).check()
    check(page)
    next_page(page)
    page.get_by_label("働いている", exact=True).check()
    expect(page.get_by_label(re.compile("^勤め先"))).to_be_visible()
    page.get_by_label(re.compile("^勤め先")).fill("見本商店 株式会社")
    page.get_by_label(re.compile("^1か月に働く時間")).fill("140")
    page.get_by_label(re.compile("^勤務の始まり")).fill("0900")
    page.get_by_label(re.compile("^勤務の終わり")).fill("1700")
    choose(page, "日をまたぎますか", "いいえ")
    choose(page, "お子さんの、もう1人の保護者", "いいえ")
    expect(page.locator("[data-saved]")).to_contain_text("自動で保存しました")
    check(page)
    return page.url


def finish(page: Page, check: Check, folder: Path) -> str:
    next_page(page)
    for part, value in (("年", "2027"), ("月", "4"), ("日", "1")):
        page.get_by_role("group", name=re.compile("^使い始めたい日")).get_by_label(part, exact=True).fill(value)
    page.get_by_label(re.compile("^保育標準時間")).check()
    page.get_by_label(re.compile("^第1希望")).fill("試験町こども園")
    choose(page, "きょうだいが通っている", "いいえ")
    next_page(page)
    paper = folder / "就労証明書.jpg"
    paper.write_bytes(photo("CERTIFICATE"))
    page.get_by_label(re.compile("^あなたの理由が分かる書類")).set_input_files(paper)
    choose(page, "保育料を決めるため", "はい")
    check(page)
    next_page(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("確かめて、出してください")
    check(page)
    page.get_by_role("button", name="この内容で出す").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("受け付けました")
    check(page)
    return page.locator("strong.tabular").first.inner_text()


def story(
    page: Page, other: Page, staff: Page, prefecture: Prefecture, check: Check, folder: Path, name: str, officers: str
) -> None:
    log_in(page, prefecture, name)
    check(page)
    page.goto(f"{prefecture.portal}/my-data/")
    page.get_by_label("メールアドレス").fill(prefecture.applicant(name).email)
    page.get_by_role("button", name="保存する").click()
    check(page)
    apply(page, prefecture, check, folder)

    log_in(other, prefecture, name)
    other.get_by_role("link", name="続きを書く").click()
    expect(other.get_by_label(re.compile("^1か月に働く時間"))).to_have_value("140")
    receipt = finish(other, check, folder)

    staff_log_in(staff, prefecture, f"{officers}-officer")
    staff.goto(f"{prefecture.portal}/console/?view=open&q={receipt}")
    check(staff)
    staff.locator("tbody .name a").click()
    check(staff)
    staff.get_by_label("直してほしい項目").select_option(label="あなたの理由が分かる書類")
    staff.get_by_label("申請者に届く文面").fill("右下の証明日が読めませんでした。")
    staff.get_by_role("button", name=re.compile("補正を求める")).click()
    expect(staff.locator(".case-head")).to_contain_text("補正待ち")

    page.goto(f"{prefecture.portal}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("やることが")
    check(page)
    page.get_by_role("link", name="役所からの連絡を見る").first.click()
    check(page)
    page.get_by_role("button", name="直して出す").click()
    better = folder / "撮り直し.jpg"
    better.write_bytes(photo("CERTIFICATE 2"))
    page.get_by_label(re.compile("^あなたの理由が分かる書類")).set_input_files(better)
    next_page(page)
    page.get_by_role("button", name="この内容で出す").click()

    staff.goto(f"{prefecture.portal}/console/cases/{receipt}/")
    expect(staff.get_by_role("heading", name="申請から変わったところ")).to_be_visible()
    staff.get_by_label(re.compile("^認定し、利用調整へ進める")).check()
    staff.get_by_role("button", name=re.compile("決定案を出す")).click()
    expect(staff.get_by_text("あなたが起案しました。")).to_be_visible()
    check(staff)
    staff.locator("summary.who").click()
    staff.get_by_role("button", name="ログアウトする").click()
    staff.wait_for_url("**/console/login/**")
    staff_log_in(staff, prefecture, f"{officers}-approver")
    staff.goto(f"{prefecture.portal}/console/cases/{receipt}/")
    expect(staff.get_by_role("heading", name="送られる通知書")).to_be_visible()
    check(staff)
    staff.get_by_role("button", name=re.compile("承認して施行する")).click()
    expect(staff.locator(".case-head")).to_contain_text("決定済み")

    page.goto(f"{prefecture.portal}/inbox/")
    page.get_by_role("link", name=re.compile("結果が出ました")).first.click()
    check(page)
    page.get_by_role("link", name="申請のようすを見る").click()
    page.get_by_role("link", name="決定と理由を読む").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("認定し、利用調整へ進める")
    expect(page.locator(".letter")).to_contain_text("審査請求をすることができます")
    check(page)
    assert wait_for_mails(prefecture.stage, prefecture.applicant(name).email, 4) == 4
    page.goto(f"{prefecture.portal}/my-data/")
    expect(page.get_by_text("申請の審査").first).to_be_visible()


def test_story_on_phone_and_desktop(
    page_phone: Page, page_desktop: Page, chromium: object, prefecture: Prefecture, accessible: Check, tmp_path: Path
) -> None:
    staff = page_desktop.context.browser.new_context(locale="ja-JP", viewport={"width": 1440, "height": 900}).new_page()
    story(page_phone, page_desktop, staff, prefecture, accessible, tmp_path, "見本 花子", "ishinomaki")
    staff.context.close()


def test_disclosure_without_an_account(
    page_phone: Page, page_desktop: Page, prefecture: Prefecture, accessible: Check
) -> None:
    page = page_phone
    page.goto(f"{prefecture.portal}/services/records-disclosure/")
    page.get_by_role("button", name="始める").click()
    page.get_by_label("個人", exact=True).check()
    page.get_by_label(re.compile("^名前")).fill("例示 修")
    page.get_by_label("郵便番号").fill("986-0861")
    page.get_by_label("郵便番号").blur()
    expect(page.get_by_label(re.compile("^都道府県から"))).to_have_value(re.compile("石巻市"))
    accessible(page)
    next_page(page)
    page.get_by_label(re.compile("^どのような文書")).fill("2025年度に県道の橋の点検をした結果の分かる文書")
    page.get_by_label("データで受け取る", exact=True).check()
    next_page(page)
    page.get_by_role("button", name="この内容で出す").click()
    number, secret = page.locator("[data-receipt]").inner_text(), page.locator("[data-secret]").inner_text()
    accessible(page)

    page_desktop.goto(f"{prefecture.portal}/follow/")
    accessible(page_desktop)
    page_desktop.get_by_label("受付番号").fill(number)
    page_desktop.get_by_label("合言葉").fill(secret.replace("-", " ").lower())
    page_desktop.get_by_role("button", name="見る", exact=True).click()
    expect(page_desktop.get_by_role("heading", level=1)).to_contain_text("役所が確かめています")
    accessible(page_desktop)


def test_typing_while_new_questions_are_on_their_way(page_phone: Page, prefecture: Prefecture) -> None:
    page = page_phone
    held: list[Route] = []
    page.route("**/questions/", lambda route: held.append(route))
    page.goto(f"{prefecture.portal}/services/records-disclosure/")
    page.get_by_role("button", name="始める").click()
    with page.expect_request("**/questions/"):
        page.get_by_label("法人や団体", exact=True).check()
    code = page.get_by_label("郵便番号")
    code.press_sequentially("986-0861")
    held[0].continue_()
    expect(page.get_by_label(re.compile("^団体の名前"))).to_be_visible()
    expect(code).to_have_value("986-0861")
    expect(code).to_be_focused()
    expect(page.get_by_label(re.compile("^都道府県から"))).to_have_value(re.compile("石巻市"))


def test_form_without_scripts(chromium: object, page_desktop: Page, prefecture: Prefecture) -> None:
    context = page_desktop.context.browser.new_context(java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{prefecture.portal}/services/records-disclosure/")
    page.get_by_role("button", name="始める").click()
    page.get_by_label("法人や団体", exact=True).check()
    page.get_by_label(re.compile("^名前")).fill("例示 修")
    page.get_by_label("郵便番号").fill("9860861")
    page.get_by_label(re.compile("^都道府県から")).fill("宮城県石巻市蛇田1")
    next_page(page)
    expect(page.get_by_label(re.compile("^団体の名前"))).to_be_visible()
    page.get_by_label(re.compile("^団体の名前")).fill("見本の会")
    next_page(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("見たい文書")
    context.close()


def test_dark_and_english(page_desktop: Page, prefecture: Prefecture, accessible: Check) -> None:
    page = page_desktop
    page.emulate_media(color_scheme="dark")
    for path in ("/", "/services/childcare-place/", "/help/", "/follow/", "/console/login/", "/nowhere/"):
        page.goto(f"{prefecture.portal}{path}")
        accessible(page)
    page.context.add_cookies([{"name": "todoke-language", "value": "en", "url": prefecture.portal}])
    services = ("/services/", "/services/childcare-place/", "/services/records-disclosure/")
    for path in ("/", *services, "/follow/", "/privacy/"):
        page.goto(f"{prefecture.portal}{path}")
        accessible(page)
        page.eval_on_selector_all("[lang=ja]", "all => all.forEach(one => one.remove())")
        left = re.findall(r"[ぁ-んァ-ヶ一-龠]+", page.locator("main").inner_text())
        assert left == [], f"{path} speaks Japanese in English: {left}"
