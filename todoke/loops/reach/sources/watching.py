"""The folder and the feeds, watched by one process until it is stopped."""

import signal
import threading
import time
from pathlib import Path

import httpx
import structlog
from django.conf import settings
from django.db import Error, close_old_connections

from todoke.kernel import clock
from todoke.loops.reach.sources.feed import poll_feed, seconds_until_next
from todoke.loops.reach.sources.folder import take_folder

log = structlog.get_logger(__name__)

FOLDER_SECONDS = 0.5
AGENT = "todoke"


def watch(*, once: bool = False) -> int:
    """0 when it is stopped; with ``once`` 1 when a feed did not answer. What fails is tried again at its next turn."""
    stopped = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_anything: stopped.set())
    failed = False
    next_poll = 0.0
    with httpx.Client(headers={"User-Agent": AGENT}) as client:
        while not stopped.is_set():
            _look_into_folder()
            if time.monotonic() >= next_poll:
                went = [_poll(address, client) for address in settings.TELEGRAM_FEEDS]
                failed = not all(went)
                next_poll = time.monotonic() + seconds_until_next(clock.now())
            if once:
                return 1 if failed else 0
            stopped.wait(FOLDER_SECONDS)
    return 0


def _look_into_folder() -> None:
    if not settings.TELEGRAM_FOLDER:
        return
    try:
        take_folder(Path(settings.TELEGRAM_FOLDER))
    except (OSError, Error) as error:
        log.error("folder", problem=str(error))
        close_old_connections()


def _poll(address: str, client: httpx.Client) -> bool:
    try:
        polled = poll_feed(address, client)
    except Error as error:
        log.error("feed", address=address, problem=str(error))
        close_old_connections()
        return False
    if polled.problem:
        log.warning("feed", address=address, problem=polled.problem)
    return not polled.problem
