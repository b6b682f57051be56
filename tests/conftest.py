"""The database and the browser that tests use: real ones, started for this run and gone after it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import hypothesis
import pytest
from django.conf import settings

from todoke.kernel.postgres import SYSTEM_FOLDER, Cluster
from todoke.kernel.postgres.account import Account, account_for_server
from todoke.kernel.postgres.binaries import bundled, reachable_by

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = {"pg15": Path("/usr/lib/postgresql/15/bin")}
CHROMIUM = Path("/usr/bin/chromium")
STARTED = pytest.StashKey[Cluster]()

# Playwright keeps an event loop in the thread of the tests; Django would take it for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


# No test asserts a time: the first example of a run also loads what the others find loaded.
hypothesis.settings.register_profile("todoke", deadline=None)
hypothesis.settings.load_profile("todoke")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["embedded", "pg15", "given"],
        default="embedded",
        help="PostgreSQL to test with: the embedded one, Debian's PostgreSQL 15, or that of DATABASE_URL",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("--database")
    if config.option.collectonly or wanted == "given":
        return
    cluster = temporary_cluster(PROGRAMS.get(wanted))
    config.stash[STARTED] = cluster
    address = cluster.start()
    os.environ["DATABASE_URL"] = settings.DATABASE_URL = address
    socket = parse_qs(urlsplit(address).query)["host"][0]
    settings.DATABASES["default"].update(
        NAME=cluster.name, USER="todoke", PASSWORD="", HOST=socket, PORT="", OPTIONS={}
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(STARTED, None)
    if cluster:
        remove(cluster)


def temporary_cluster(programs: Path | None = None, *, carefree: bool = True) -> Cluster:
    """A cluster in a temporary folder of its own, not started; ``programs`` default to the embedded ones."""
    account = account_for_server()
    if programs is None:
        programs = reachable_by(account, SYSTEM_FOLDER) if account else bundled()
    account = account or Account.mine()
    folder = Path(tempfile.mkdtemp(prefix="todoke-test-"))
    account.own(folder)
    return Cluster(folder, programs, account, carefree=carefree)


def remove(cluster: Cluster) -> None:
    """Stop it and leave nothing behind."""
    cluster.destroy()
    shutil.rmtree(cluster.folder, ignore_errors=True)
    cluster.folder.with_name(f"{cluster.folder.name}.lock").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A headless Chromium, as Debian ships it."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def page_phone(chromium: "Browser") -> Iterator["Page"]:
    """A page of a phone, in Japanese, with nothing remembered from before."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="ja-JP", timezone_id="Asia/Tokyo", is_mobile=True, has_touch=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def page_desktop(chromium: "Browser") -> Iterator["Page"]:
    """A page of a desktop computer, in Japanese, with nothing remembered from before."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP", timezone_id="Asia/Tokyo")
    yield context.new_page()
    context.close()
