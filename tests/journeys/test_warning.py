"""A tsunami from the first telegram to the last: the public page, one phone, and the board, at every step."""

import os
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Prefecture, staff_at
from todoke.exchange.messages.tokens import token_of
from todoke.faces.demonstration.drill import Scene, own, scenes
from todoke.faces.demonstration.reach import OFFICER, PUSH_TOKEN

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
TITLES = ["津波注意報", "津波警報", "大津波警報", "大津波警報", "津波警報", "津波注意報"]
OVER = "津波の警報・注意報は解除されました"


@pytest.fixture
def journeys() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/journeys"))
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def _taken_in(prefecture: Prefecture, scene: Scene, database: psycopg.Connection[tuple[object, ...]]) -> int:
    """Pushed as the agency's distributor does; the alert that it makes."""
    headers = {"Authorization": f"Bearer {PUSH_TOKEN}", "X-Telegram-Name": scene.name}
    answer = httpx.post(f"{prefecture.portal}/api/telegrams/", content=scene.body, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    for _tenth in range(300):
        row = database.execute(
            "SELECT a.id FROM reach_alert a JOIN reach_telegram t ON t.id = a.telegram_id"
            " WHERE t.name = %s AND a.written_at IS NOT NULL ORDER BY a.id DESC LIMIT 1",
            [scene.name],
        ).fetchone()
        if row:
            return int(str(row[0]))
        time.sleep(0.1)
    raise AssertionError(f"no alert of {scene.name}")


def _message(database: psycopg.Connection[tuple[object, ...]], alert: int) -> UUID:
    row = database.execute(
        "SELECT m.id FROM messages_message m JOIN messages_wording w ON w.id = m.wording_id"
        " WHERE w.about = %s AND w.variant = 'standard' AND m.language = 'ja' AND m.values <> '' ORDER BY m.id LIMIT 1",
        [f"alert:{alert}"],
    ).fetchone()
    assert row, "nobody was sent to a shelter"
    return UUID(str(row[0]))


def test_a_tsunami_at_every_step(
    chromium: Browser,
    prefecture: Prefecture,
    journeys: psycopg.Connection[tuple[object, ...]],
    accessible: Check,
) -> None:
    phone = chromium.new_page(locale="ja-JP", viewport={"width": 390, "height": 844})
    public = chromium.new_page(locale="ja-JP", viewport={"width": 390, "height": 844})
    desk = chromium.new_page(locale="ja-JP", viewport={"width": 1440, "height": 1000})
    staff_at(desk, prefecture, OFFICER, "situation/")
    link = ""
    for number, scene in enumerate(scenes(own(), drill=False)):
        alert = _taken_in(prefecture, scene, journeys)
        link = link or f"{prefecture.portal}/m/{token_of(_message(journeys, alert))}/"
        phone.goto(link)
        public.goto(f"{prefecture.portal}/now/")
        # Caches may keep it for some seconds.
        public.reload()
        if number == len(TITLES):
            break
        expect(phone.get_by_role("heading", level=1)).to_have_text(TITLES[number])
        expect(phone.get_by_text("あなたの避難先", exact=True)).to_be_visible()
        expect(public.locator("main")).to_contain_text(TITLES[number])
        if number == 1:
            accessible(phone)
            phone.get_by_role("button", name="無事です").click()
            expect(phone.locator("[data-status]")).to_contain_text("「無事です」")
            desk.reload()
            desk.get_by_role("link", name="津波").first.click()
            expect(desk.locator("[data-part=top]")).to_contain_text("津波警報")
            expect(desk.locator("[data-part=figures]")).to_contain_text("無事")
    expect(phone.get_by_role("heading", level=1)).to_have_text(OVER)
    expect(public.locator("main")).not_to_contain_text("津波注意報")
