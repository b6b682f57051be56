"""The public overview: as it is answered, as it is made anew, and what it weighs."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from django.conf import settings
from django.test import Client

from todoke.faces.bench.figures import Figure
from todoke.faces.demonstration.policy import load_policy
from todoke.faces.public.progress.pages import forget_pages
from todoke.faces.public.progress.voice import LANGUAGES

ADDRESS = "/progress/"
TIMES = 200
MOST_MILLISECONDS, MOST_BYTES = 50, 100_000
_SHEET = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)"')


def measure() -> Iterator[Figure]:
    """With the demonstration's policy: 35 indicators, 12 of them by municipality."""
    load_policy()
    client = Client(headers={"host": "localhost"})
    _taken(client, 5, anew=True)
    began = process_time()
    anew = _taken(client, TIMES // 4, anew=True)
    between = process_time()
    kept = _taken(client, TIMES, anew=False)
    ended = process_time()
    yield Figure(
        "progress-p95",
        _percentile(kept),
        "ms",
        MOST_MILLISECONDS,
        baseline="made anew for each reader, p95",
        baseline_value=_percentile(anew),
        less=True,
        details={"requests": TIMES, "processor_ms": _each(ended - between, kept)},
    )
    yield Figure(
        "progress-anew-p95",
        _percentile(anew),
        "ms",
        MOST_MILLISECONDS,
        less=True,
        details={"requests": len(anew), "processor_ms": _each(between - began, anew)},
    )
    weights = {language: _weight(client, language) for language in LANGUAGES}
    heaviest = max(weights.values(), key=lambda one: one["all"])
    yield Figure(
        "progress-weight",
        heaviest["all"],
        "bytes",
        MOST_BYTES,
        less=True,
        details={"counted": "HTML and style sheets, not compressed; no font, script or picture is loaded"} | weights,
    )


def _taken(client: Client, times: int, *, anew: bool) -> list[float]:
    """Milliseconds of each answer, through every middleware."""
    found = []
    for _time in range(times):
        if anew:
            forget_pages()
        began = perf_counter()
        answer = client.get(ADDRESS)
        found.append((perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{ADDRESS} answered {answer.status_code}")
    return found


def _each(seconds: float, requests: list[float]) -> float:
    """Milliseconds of the processor for a request: what is left of the figure where the machine is busy."""
    return round(seconds * 1000 / len(requests), 1)


def _percentile(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def _weight(client: Client, language: str) -> dict[str, int]:
    """What a first visit loads."""
    page = client.get(ADDRESS, {"lang": language}).content
    folder = Path(settings.STATICFILES_DIRS[0])
    sheets = [(folder / name).read_bytes() for name in _SHEET.findall(page.decode())]
    parts = [page, *sheets]
    return {
        "html": len(page),
        "sheets": sum(map(len, sheets)),
        "all": sum(map(len, parts)),
        "compressed": sum(len(gzip.compress(part)) for part in parts),
    }
