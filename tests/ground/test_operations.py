"""Probes, figures and logs."""

import json
import logging

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from todoke.faces.operations.requests import trace_of
from todoke.kernel.logs import _without_values

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_alive_without_a_database(client: Client) -> None:
    """Without the fixture ``db``, a query would raise."""
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_migrated(client: Client, db: None) -> None:
    assert client.get("/readyz").status_code == 200


def test_not_ready_when_a_migration_is_missing(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'kernel'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "migrations")


def test_not_ready_while_draining(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("TODOKE_RUN_FOLDER", str(folder))
    assert client.get("/readyz").status_code == 200
    (folder / "draining").touch()
    assert client.get("/readyz").json()["status"] == "draining"


def test_a_trace_is_taken_over_or_made(client: Client) -> None:
    taken = client.get("/healthz", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    assert taken.headers["X-Trace-Id"] == TRACE
    made = client.get("/healthz").headers["X-Trace-Id"]
    assert len(made) == 32
    assert made != TRACE


@pytest.mark.parametrize("header", ["", "x", f"00-{'0' * 32}-b7ad6b7169203331-01", f"ff-{TRACE}-b7ad6b7169203331-01"])
def test_a_wrong_traceparent_is_not_taken_over(header: str) -> None:
    request = RequestFactory().get("/", headers={"traceparent": header})
    assert trace_of(request) not in header or not header


def test_figures_are_for_this_machine_or_the_token(client: Client, db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-token"
    assert "todoke_requests_total" in client.get("/metrics").content.decode()
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404
    wrong = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer another"})
    assert wrong.status_code == 404
    right = client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer a-token"})
    assert right.status_code == 200
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_count_jobs(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('a', 'b', 'failed')")
    assert 'todoke_jobs{queue="a",status="failed"} 1.0' in client.get("/metrics").content.decode()


def test_a_request_is_logged_without_its_query(client: Client, db: None, capfd: pytest.CaptureFixture[str]) -> None:
    from todoke.kernel.logs import configure

    configure({"level": "INFO", "form": "json"})
    client.get("/?name=himitsu", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    line = next(line for line in lines if line["event"] == "request")
    assert (line["method"], line["route"], line["trace_id"]) == ("GET", "/", TRACE)
    assert "himitsu" not in json.dumps(lines)
    logging.getLogger().handlers.clear()
    configure({"level": "INFO"})


def test_values_of_rows_do_not_reach_the_log() -> None:
    event = {"exception": "IntegrityError: duplicate key\nDETAIL:  Key (email)=(a@example.jp) already exists."}
    assert "example.jp" not in _without_values(None, "", event)["exception"]
