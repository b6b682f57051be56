"""A system that publishes figures as JSON, in a server of its own: right, wrong, huge, slow to be understood."""

import json
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from pytest_django.fixtures import Settings

from tests.improve.conftest import FOLDER
from todoke.kernel.models import AuditEntry
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.fetching import fetch_figures
from todoke.loops.improve.models import Figure
from todoke.loops.improve.policies import load_policy, policy_from


class Statistics:
    """A stand-in for a statistics system: what it answers can be set."""

    def __init__(self) -> None:
        self.answer, self.status = b"[]", 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/count.json"


@pytest.fixture
def statistics(db: None, settings: Settings) -> Iterator[Statistics]:
    content = json.loads(json.dumps(load_policy(FOLDER).content))
    content["indicators"][3]["source"] = {"kind": "http"}
    publish_policy(policy=policy_from(content), actor="system")
    served = Statistics()
    settings.INDICATOR_SOURCES = {"data-sets": served.address}
    yield served
    served.server.shutdown()


def fetched() -> int:
    with httpx.Client() as client:
        return fetch_figures(client)


def test_figures_are_taken_with_where_they_came_from_and_corrected(statistics: Statistics) -> None:
    statistics.answer = b'{"on": "2026-06-30", "value": 1010.5}'
    assert fetched() == 1
    figure = Figure.objects.get(indicator="data-sets")
    assert (figure.value, figure.origin, figure.detail) == (Decimal("1010.5"), "http", statistics.address)
    statistics.answer = b'[{"on": "2026-06-30", "value": 1012}, {"on": "2999-06-30", "value": 1}]'
    fetched()
    assert [row.value for row in Figure.objects.filter(indicator="data-sets", current=True)] == [1012]
    assert Figure.objects.filter(indicator="data-sets").count() == 2


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b'{"on": "tomorrow", "value": 1}', b'{"on": "2026-06-30", "value": NaN}', b"[[[]]]", b"[" * 100_000,
     b'{"on": "2026-06-30", "value": -4}', b'{"on": "2026-06-30", "value": true}', b" " * 2_000_000],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_in_the_trail(statistics: Statistics, answer: bytes) -> None:
    statistics.answer = answer
    assert fetched() == 0
    assert AuditEntry.objects.get(action="figure-source-failed").detail["problem"]
    assert not Figure.objects.exists()


def test_a_source_that_is_down_is_said(statistics: Statistics) -> None:
    statistics.status = 503
    assert fetched() == 0
    assert "503" in AuditEntry.objects.get(action="figure-source-failed").detail["problem"]
