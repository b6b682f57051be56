"""Indicators: ten million uses counted into cells, and a month more brought up to date beside a scan of all of them."""

import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import connection

from todoke.faces.bench.figures import Figure, peak_megabytes
from todoke.loops.improve.actions.figures import refresh_figures
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.counting import count_uses
from todoke.loops.improve.models import Figure as Indicated
from todoke.loops.improve.models import UseCell
from todoke.loops.improve.policies import load_policies

USES = 10_000_000
MONTHS = 36
MONTH_SECONDS = 10
"""The aim: a month's figures in seconds."""

_HAPPENED = """
INSERT INTO improve_use (kind, month, municipality_code, service, attributes, count, value)
SELECT kind, %(month)s::date + make_interval(months => ((n - 1)::bigint * %(months)s / %(uses)s)::int), place, service,
       CASE kind WHEN 'case-received' THEN jsonb_build_object('channel', (ARRAY['online', 'paper', 'agent'])[third])
                 WHEN 'case-decided' THEN jsonb_build_object('outcome', 'granted', 'favourable', third > 1)
                 WHEN 'message-read' THEN jsonb_build_object('purpose', (ARRAY['warning', 'service', 'notice'])[third])
                 WHEN 'reply' THEN jsonb_build_object('answer', (ARRAY['safe', 'moving', 'help'])[third])
                 ELSE '{}' END,
       1, CASE kind WHEN 'case-decided' THEN n %% 30 ELSE 0 END
  FROM (SELECT n, (ARRAY['case-received', 'case-decided', 'message-read', 'reply', 'draft-begun'])[1 + n %% 5] AS kind,
               '04' || 200 + abs(hashint4(n)) %% 35 AS place,
               'service-' || abs(hashint4(n / 3)) %% 70 AS service,
               1 + n / 7 %% 3 AS third
          FROM generate_series(1, %(uses)s) AS n) AS made
"""
_SCAN = """
SELECT kind, month, municipality_code, service, attributes, sum(count), sum(value)
  FROM improve_use GROUP BY 1, 2, 3, 4, 5
"""


def measure(uses: int = USES) -> Iterator[Figure]:
    """All figures, at a tenth and at the whole number of uses."""
    if UseCell.objects.exists():
        raise RuntimeError("this database has counted uses of its own; measure in another one")
    for policy in load_policies(settings.POLICIES).values():
        publish_policy(policy=policy, actor="system")
    for number in sorted({uses // 10, uses}):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE improve_use, improve_usecell, improve_outdated")
        yield from _at(number)


def _at(uses: int) -> Iterator[Figure]:
    happened("2024-04-01", MONTHS, uses)
    scan = _seconds(_scanned)
    counting = _seconds(count_uses)
    yield Figure(
        "indicators.count",
        uses / counting,
        "uses/s",
        50_000,
        "one scan of the same rows",
        uses / scan,
        details={"uses": uses, "cells": UseCell.objects.count(), "seconds": round(counting, 2)},
    )
    first = _seconds(refresh_figures)
    month = uses // MONTHS
    happened("2027-03-01", 1, month)
    counted = _seconds(count_uses)
    figures = _seconds(refresh_figures)
    yield Figure(
        "indicators.month",
        counted + figures,
        "s",
        MONTH_SECONDS,
        "a scan of everything that happened",
        scan,
        less=True,
        details={
            "uses": uses,
            "of_the_month": month,
            "counting_s": round(counted, 2),
            "figures_s": round(figures, 2),
            "all_months_s": round(first, 2),
            "figures": Indicated.objects.count(),
            "peak_mb": round(peak_megabytes()),
        },
    )


def happened(month: str, months: int, uses: int) -> None:
    """Write so many uses down, spread over months, places and services."""
    with connection.cursor() as cursor:
        cursor.execute(_HAPPENED, {"month": month, "months": months, "uses": uses})
        cursor.execute("ANALYZE improve_use")


def _scanned() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SCAN)
        cursor.fetchall()


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
