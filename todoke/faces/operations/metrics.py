"""Figures in the text form that Prometheus reads."""

import hmac
import os
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUESTS = Counter("todoke_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "todoke_request_seconds",
    "Time until the answer was ready",
    ["route", "method"],
    buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)
LOOPBACK = {"127.0.0.1", "::1"}

JOBS = (
    "SELECT queue_name, status::text, count(*) FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2"
)
OLDEST = (
    "SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0)::float FROM procrastinate_jobs j"
    " JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
    " WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())"
)
DELIVERIES = "SELECT channel, state, count(*) FROM messages_delivery GROUP BY 1, 2"


def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, to this machine itself or to who has the token; for others the page does not exist."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    database = CollectorRegistry()
    database.register(DatabaseFigures())
    text = generate_latest(registry) + generate_latest(database)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    # Behind a proxy on this machine everybody comes from this machine.
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded


class DatabaseFigures(Collector):
    """What the database knows, the same whichever process is asked."""

    def collect(self) -> Iterator[Metric]:
        """A gauge for each question; none of them when the database does not answer."""
        try:
            jobs, oldest, deliveries = _rows(JOBS), _rows(OLDEST), _rows(DELIVERIES)
        except Error:
            return
        yield _gauge("todoke_jobs", "Jobs that wait, run, or failed for good", ["queue", "status"], jobs)
        yield _gauge("todoke_oldest_job_seconds", "How long the oldest job that is due has waited", [], oldest)
        yield _gauge("todoke_deliveries", "Deliveries of messages", ["channel", "state"], deliveries)


def _rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


def _gauge(name: str, meaning: str, labels: list[str], rows: Iterable[tuple[object, ...]]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, meaning, labels=labels)
    for *values, figure in rows:
        gauge.add_metric([str(value) for value in values], float(str(figure)))
    return gauge
