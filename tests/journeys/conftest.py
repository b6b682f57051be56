"""The whole of Todoke, started as `bin/demo` starts it, in a database of its own."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pyotp
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from todoke.faces.demonstration.officers import PASSWORD, code_key
from todoke.faces.demonstration.play import Applicant, Stage

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


WEIGHT = """performance.getEntries()
  .filter(entry => entry.decodedBodySize && entry.initiatorType !== "img")
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


@dataclass(frozen=True)
class Prefecture:
    """The running demonstration: its addresses, and the cards of its people."""

    stage: Stage
    state: Path

    @property
    def portal(self) -> str:
        return self.stage.portal

    def cards(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads((self.state / "cards.json").read_text())
        return found

    def applicant(self, name: str) -> Applicant:
        card = next(card for card in self.cards() if card["name"] == name)
        return Applicant(card["id"], name, f"{card['id'][-6:]}@example.jp")


@pytest.fixture(scope="session")
def prefecture() -> Iterator[Prefecture]:
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS journeys")
        connection.execute("CREATE DATABASE journeys")
    state = Path(tempfile.mkdtemp(prefix="todoke-journeys-"))
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(urlsplit(address)._replace(path="/journeys")),
        "TODOKE_STATE": str(state),
    }
    log = (state / "demo.log").open("w+")
    command = "import sys; from todoke.faces.commands import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", command, "demo", "--no-story", "--residents", "300", "--port", "18000"]
    process = subprocess.Popen(words, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 120
        while "Ctrl-C" not in (said := (state / "demo.log").read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.2)
        portal = re.search(r"(http://localhost:\d+)/  ", said)
        mailbox = re.search(r"メールボックス\s+(http://localhost:\d+)/", said)
        assert portal, said
        assert mailbox, said
        settings.DEMONSTRATION = True
        yield Prefecture(Stage(portal[1], mailbox[1]), state)
    finally:
        process.terminate()
        process.wait(timeout=40)


def staff_at(page: Page, prefecture: Prefecture, login: str, path: str) -> None:
    """An officer, logged in by password and code, at a page of the console. A code works once: it may wait."""
    for _attempt in range(3):
        page.goto(f"{prefecture.portal}/console/login/")
        page.get_by_label("ログイン名").fill(login)
        page.get_by_label("パスワード", exact=True).fill(PASSWORD)
        page.get_by_label("確認コード", exact=True).fill(pyotp.TOTP(code_key(login)).now())
        page.get_by_role("button", name="ログインする", exact=True).click()
        expect(page.locator("summary.who, [role=alert]:not(:empty)").first).to_be_visible()
        if page.locator("summary.who").count():
            break
        page.wait_for_timeout(1000 * (30.5 - time.time() % 30))
    page.goto(f"{prefecture.portal}/console/{path}")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails when axe finds anything against WCAG 2.2 A and AA, or the page scrolls sideways or is heavy."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("tags => axe.run({ runOnly: tags })", tags)
        violations = [
            f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found["violations"]
        ]
        assert violations == [], f"{page.url}: {violations}"
        weight = page.evaluate(WEIGHT)
        assert weight < 100_000, f"{page.url} weighs {weight} bytes without pictures"
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} is {overflow} px too wide"

    return check
