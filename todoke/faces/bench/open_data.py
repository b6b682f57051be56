"""Open data on a million rows: a filtered page, and the whole as CSV, both through the real views."""

import gc
import http.client
import os
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from todoke.faces.bench.figures import Figure
from todoke.loops.improve.models import PublishedFile
from todoke.loops.improve.open_data.own import FIGURES
from todoke.loops.improve.open_data.publishing import make_ready

ROWS = 1_000_000
PAGES = 400
PATIENCE = 50.0
"""Milliseconds."""

SHARE = 0.5
"""Of the rate of the database's own COPY TO."""

MEMORY = 20.0
"""Megabytes that a whole CSV may add."""

_FILL = """
INSERT INTO improve_publishedfigure (policy, indicator, title, unit, grain, "on", municipality, municipality_name,
       service, value, hidden, origin, source, note, released_at)
SELECT 'bench', 'indicator-' || i, '指標 ' || i, '件', CASE WHEN m = 0 THEN 'month' ELSE 'quarter' END,
       date '2000-01-31' + 30 * q, CASE WHEN m = 0 THEN '' ELSE lpad((40000 + m * 7)::text, 6, '0') END,
       CASE WHEN m = 0 THEN '' ELSE '市町村' || m END, '',
       CASE WHEN (i * 31 + q * 17 + m * 7) %% 11 > 0
            THEN ((i * 7919 + q * 104729 + m * 1299709) %% 1000003) / 10.0 END,
       (i * 31 + q * 17 + m * 7) %% 11 = 0, (ARRAY['platform', 'report', 'csv'])[1 + (i + q) %% 3], '', '', now()
  FROM generate_series(1, %s) i, generate_series(1, %s) q, generate_series(0, 35) m
"""


def measure() -> Iterator[Figure]:
    """All figures, in the table of released figures; its rows are made up."""
    settings.OPEN_DATA_BURST = 1e9
    settings.ALLOWED_HOSTS = ["*"]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE improve_publishedfigure")
        cursor.execute(_FILL, [250, -(-ROWS // (250 * 36))])
        cursor.execute("ANALYZE improve_publishedfigure")
        cursor.execute("SELECT count(*) FROM improve_publishedfigure")
        rows = int(cursor.fetchone()[0])
    with _datasette() as beside:
        yield pages(rows, beside)
        yield whole(rows, beside)
    yield ready(rows)


def _questions(count: int) -> list[str]:
    """What programs ask for: alike every time, so that two runs can be compared."""
    chance = random.Random(6)  # noqa: S311 - not a secret
    asked = []
    for _number in range(count):
        indicator, place = chance.randint(1, 250), f"{40000 + chance.randint(1, 35) * 7:06}"
        asked.append(
            chance.choice(
                [
                    {"indicator": f"indicator-{indicator}", "municipality": place},
                    {"indicator": f"indicator-{indicator}", "sort": "-value"},
                    {"municipality": place, "sort": "on"},
                    {"municipality": place, "value__gte": str(chance.randint(10, 99_000)), "sort": "value"},
                    {"on__gte": f"20{chance.randint(0, 9):02}-01-01", "origin": "report", "sort": "on"},
                    {"value__gt": "99000", "grain": "quarter"},
                    {"hidden": "true", "indicator": f"indicator-{indicator}"},
                    {"title__contains": f"標 {indicator}", "municipality": place},
                ]
            )
        )
    return [urlencode({**one, "limit": 100}) for one in asked]


def pages(rows: int, beside: "_Datasette | None") -> Figure:
    """One after the other, the first of each question and the ones that follow it; nothing is kept between them."""
    client = Client()
    took = []
    for question in [*_questions(20), *_questions(PAGES)]:
        path = f"/api/data/figures/records?{question}"
        for _turned in range(3):
            began = time.perf_counter()
            response = client.get(path)
            took.append((time.perf_counter() - began) * 1000)
            if response.status_code != 200:
                raise RuntimeError(response.content.decode())
            path = (response.json()["next"] or "").removeprefix(settings.BASE_URL)
            if not path:
                break
    took = took[20:]
    details: dict[str, Any] = {
        "rows": rows,
        "pages": len(took),
        "p50": round(statistics.median(took), 1),
        "p99": round(statistics.quantiles(took, n=100)[98], 1),
        "a_second": round(1000 / statistics.fmean(took)),
    }
    value = statistics.quantiles(took, n=20)[18]
    if beside is None:
        return Figure("open-data.page", value, "ms, p95", PATIENCE, less=True, details=details)
    theirs = beside.pages(_questions(40))
    details["datasette_a_second"] = round(1000 / statistics.fmean(theirs), 1)
    return Figure(
        "open-data.page",
        value,
        "ms, p95",
        PATIENCE,
        "Datasette",
        statistics.quantiles(theirs, n=20)[18],
        True,
        0,
        details,
    )


def whole(rows: int, beside: "_Datasette | None") -> Figure:
    """A stream that is made for its reader, beside COPY TO of the same columns that writes to nowhere."""
    PublishedFile.objects.all().delete()
    client = Client()
    copied, streamed, size, grown = 0.0, 0.0, 0, 0.0
    _drain(client, "/data/figures.csv")
    for _round in range(3):
        seconds, bytes_there = _copy_to()
        copied = max(copied, bytes_there / seconds)
        gc.collect()
        before = _resident()
        began = time.perf_counter()
        size, peak = _drain(client, "/data/figures.csv")
        streamed = max(streamed, size / (time.perf_counter() - began))
        grown = max(grown, peak - before)
    mega = 1024 * 1024
    details: dict[str, Any] = {
        "rows": rows,
        "megabytes": round(size / mega, 1),
        "seconds": round(size / streamed, 2),
        "copy_seconds": round(size / copied, 2),
        "memory_grows_by_megabytes": round(grown, 1),
        "memory_aim": MEMORY,
        "memory_met": grown <= MEMORY,
        "share_of_copy": round(streamed / copied, 2),
    }
    if beside is not None:
        details["datasette_seconds"] = round(beside.whole(), 1)
    return Figure(
        "open-data.csv",
        streamed / mega,
        "MB/s",
        round(copied / mega * SHARE, 1),
        "COPY TO of the database",
        copied / mega,
        least_ratio=SHARE,
        details=details,
    )


def ready(rows: int) -> Figure:
    """Making the three files of a million rows, as a job does after a release; and giving the CSV from there."""
    began = time.perf_counter()
    make_ready(FIGURES)
    seconds = time.perf_counter() - began
    client = Client()
    began = time.perf_counter()
    size, _peak = _drain(client, "/data/figures.csv")
    given = time.perf_counter() - began
    sizes = {row.format: round(row.size / 1024 / 1024, 1) for row in PublishedFile.objects.all()}
    details = {"rows": rows, "megabytes": sizes, "given_megabytes_a_second": round(size / given / 1024 / 1024)}
    return Figure("open-data.files", seconds, "s", 120, less=True, details=details)


def _drain(client: Client, path: str) -> tuple[int, float]:
    """Bytes, and the most memory that was resident while they came, in megabytes."""
    response = client.get(path)
    size, peak = 0, 0.0
    for number, chunk in enumerate(response.streaming_content):  # type: ignore[attr-defined]
        size += len(chunk)
        if number % 100 == 0:
            peak = max(peak, _resident())
    response.close()
    return size, peak


def _resident() -> float:
    try:
        pages_now = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages_now * resource.getpagesize() / 1024 / 1024


def _copy_to() -> tuple[float, int]:
    """Seconds and bytes of the same rows: the server writes them to nowhere, or to us where it may not."""
    listed = ", ".join(
        f"to_char({column.name} AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+09:00\"')"
        if column.type == "moment"
        else f'"{column.name}"'
        for column in FIGURES.columns
    )
    statement = f"COPY (SELECT {listed} FROM improve_publishedfigure ORDER BY id) TO"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        size = 0
        with cursor.copy(f"{statement} STDOUT (FORMAT csv)") as copy:
            for line in copy:
                size += len(line)
        cursor.execute("SELECT pg_has_role('pg_write_server_files', 'member')")
        if cursor.fetchone()[0]:
            began = time.perf_counter()
            cursor.execute(f"{statement} '/dev/null' (FORMAT csv)")
            return time.perf_counter() - began, size
        began = time.perf_counter()
        with cursor.copy(f"{statement} STDOUT (FORMAT csv)") as copy:
            for _line in copy:
                pass
        return time.perf_counter() - began, size


class _Datasette:
    """Datasette on the same rows, in a process of its own; the best known server of a table of this kind."""

    def __init__(self, program: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="todoke-datasette-")
        self._port = 18999
        self._fill()
        words = [program, "serve", f"{self._folder}/open.db", "--port", str(self._port), "--setting", "max_csv_mb", "0"]
        words += ["--setting", "sql_time_limit_ms", "60000", "--setting", "suggest_facets", "off"]
        self._process = subprocess.Popen(  # noqa: S603 - the program that was found
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                self._get("/-/versions.json")
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError("Datasette does not answer")

    def _fill(self) -> None:
        names = [column.name for column in FIGURES.columns]
        listed = ", ".join(f'"{name}"' for name in names)
        with sqlite3.connect(f"{self._folder}/open.db") as there, connection.chunked_cursor() as cursor:
            there.execute(f"CREATE TABLE figures (id integer primary key, {listed})")
            cursor.execute(f"SELECT id, {listed} FROM improve_publishedfigure")  # noqa: S608 - our own names
            marks = ", ".join("?" for _ in range(len(names) + 1))
            while found := cursor.fetchmany(20_000):
                lines = [[_plain(value) for value in row] for row in found]
                there.executemany(f"INSERT INTO figures VALUES ({marks})", lines)  # noqa: S608 - marks alone
            for name in ("indicator", "municipality", "on", "service", "value"):
                there.execute(f'CREATE INDEX "by_{name}" ON figures ("{name}", id)')
            there.execute("ANALYZE")

    def pages(self, questions: list[str]) -> list[float]:
        """Milliseconds of each, asked over HTTP."""
        took = []
        for question in questions:
            asked = question.replace("limit=", "_size=").replace("sort=-", "_sort_desc=").replace("sort=", "_sort=")
            began = time.perf_counter()
            self._get(f"/open/figures.json?{asked}")
            took.append((time.perf_counter() - began) * 1000)
        return took

    def whole(self) -> float:
        """Seconds."""
        began = time.perf_counter()
        self._get("/open/figures.csv?_stream=on")
        return time.perf_counter() - began

    def _get(self, path: str) -> None:
        asked = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        asked.request("GET", path)
        response = asked.getresponse()
        while response.read(1024 * 1024):
            pass
        asked.close()

    def end(self) -> None:
        """Nothing of it stays."""
        self._process.terminate()
        self._process.wait(timeout=20)
        shutil.rmtree(self._folder, ignore_errors=True)


def _plain(value: object) -> object:
    """As SQLite has it."""
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, int | str) else str(value)


@contextmanager
def _datasette() -> Iterator[_Datasette | None]:
    """Beside us where it is installed: on the path, next to this Python, or where DATASETTE says."""
    near = Path(sys.executable).with_name("datasette")
    program = os.environ.get("DATASETTE") or shutil.which("datasette") or (str(near) if near.exists() else "")
    if not program:
        yield None
        return
    started = _Datasette(program)
    try:
        yield started
    finally:
        started.end()
