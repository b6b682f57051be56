"""Check-in: ten readers at once over HTTP beside bare inserts of the same rows, and the merge of a million scans."""

import re
import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx
from django.db import connection
from django.db.models import Count

from todoke.exchange.passes.actions.passes import code_of, pass_of
from todoke.exchange.passes.actions.readers import enrol_reader, take_up_reader
from todoke.exchange.passes.merge import merge
from todoke.exchange.passes.models import Scan
from todoke.exchange.passes.presence import derived_anew
from todoke.exchange.passes.queries import headcounts
from todoke.exchange.passes.types import Kind, ScanRecord
from todoke.faces.bench.figures import Figure, shortest
from todoke.faces.commands.processes import Processes
from todoke.kernel import clock
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.models import Shelter

READERS, SHELTERS, FAMILIES = 10, 3, 600
PEOPLE_A_SECOND = 60
"""The aim: 206,000 people who flee are all checked in within an hour."""

MERGED = 1_000_000


def measure() -> Iterator[Figure]:
    """All figures, on the residents of this database."""
    yield from at_the_door()
    yield merged()


def at_the_door() -> Iterator[Figure]:
    """Families found by their code and checked in, by ten readers at three shelters, two server processes."""
    families = _families()
    tokens = _tokens()
    with TemporaryDirectory(prefix="todoke-bench-") as logs:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        before = _cpu_of_children()
        processes = Processes(Path(logs))
        processes.todoke("web", "serve", "--port", str(port), "--processes", "2")
        try:
            processes.await_answer("web", f"{address}/healthz")
            shares = [(address, token, families[number::READERS]) for number, token in enumerate(tokens)]
            _at_a_door(address, tokens[0], families[:5])
            began = time.perf_counter()
            with ThreadPoolExecutor(READERS) as pool:
                found = [one for times in pool.map(lambda share: _at_a_door(*share), shares) for one in times]
            seconds = time.perf_counter() - began
        finally:
            processes.stop()
    cpu = _cpu_of_children() - before
    people = sum(count.people for count in headcounts().values())
    kept = derived_anew(keep=False)
    if kept.wrong_presences or kept.wrong_tallies or people != kept.people:
        raise RuntimeError(f"what is kept is not what the scans say: {kept}")
    rows = people / seconds
    details = {
        "readers": READERS,
        "families": len(families),
        "people": people,
        "server_cpu_ms_a_family": _rounded(1000 * cpu / len(families)),
        "families_a_second": _rounded(len(families) / seconds),
    }
    yield Figure(
        "checkin.people",
        rows,
        "people/s",
        PEOPLE_A_SECOND,
        "bare inserts, a transaction each",
        _bare(families),
        details=details,
    )
    finds, sends = sorted(one[0] for one in found), sorted(one[1] for one in found)
    both = sorted(sum(one) for one in found)
    yield Figure(
        "checkin.family",
        both[int(len(both) * 0.95)],
        "ms (p95)",
        1000,
        less=True,
        details={
            "ten_at_once": True,
            "median_ms": _rounded(both[len(both) // 2]),
            "find_median_ms": _rounded(finds[len(finds) // 2]),
            "check_in_median_ms": _rounded(sends[len(sends) // 2]),
            "taps": {"person": 0, "family": 1},
        },
    )


def _cpu_of_children() -> float:
    """Seconds of the processes that have ended: the server's, its start among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rounded(value: float) -> float:
    return round(value, 1)


def _families() -> list[tuple[str, int]]:
    """The code of a member, and how many they are."""
    households = Household.objects.annotate(n=Count("members")).filter(n__gt=1).order_by("pk")[:FAMILIES]
    heads = Resident.objects.filter(household__in=list(households), relation="head").annotate(
        n=Count("household__members")
    )
    return [(code_of(pass_of(head)), head.n) for head in heads]


def _tokens() -> list[str]:
    shelters = list(Shelter.objects.order_by("pk")[:SHELTERS])
    if not shelters:
        raise RuntimeError("no shelter is here: todoke load-demo")
    tokens = []
    for number in range(READERS):
        _reader, secret = enrol_reader(shelter=shelters[number % len(shelters)], label=f"{number}", by="system")
        tokens.append(take_up_reader(secret=secret, operator="bench")[1])
    return tokens


def _at_a_door(address: str, token: str, families: list[tuple[str, int]]) -> list[tuple[float, float]]:
    """Milliseconds to find and to check in, of each family; what the page's script does."""
    times = []
    with httpx.Client(base_url=address, timeout=30, cookies={"todoke-reader": token}) as client:
        page = client.get("/reader/").text
        csrf = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        for code, size in families:
            began = time.perf_counter()
            panel = client.post(
                "/reader/find/", data={"q": code, "csrfmiddlewaretoken": csrf}, headers={"X-Part": "result"}
            )
            middle = time.perf_counter()
            members = re.findall(r'name="residents" value="([^"]+)"', panel.text)
            now = datetime.now(UTC).isoformat()
            entry = {"nonce": str(uuid4()), "at": now, "kind": "in", "how": "code", "residents": members}
            body = {"sent_at": now, "waiting": 1, "entries": [entry]}
            answer = client.post("/reader/scans/", json=body, headers={"X-CSRFToken": csrf})
            ended = time.perf_counter()
            if len(members) != size or answer.json()["results"][0]["state"] != "new":
                raise RuntimeError(f"a family of {size} was not checked in: {answer.text[:200]}")
            times.append((1000 * (middle - began), 1000 * (ended - middle)))
    return times


def _bare(families: list[tuple[str, int]]) -> float:
    """Rows a second of scans alone, one connection, a transaction for each family."""
    sizes = [size for _code, size in families[:300]]
    shelter = Shelter.objects.order_by("pk").first()
    resident = Resident.objects.order_by("pk").first()
    assert shelter and resident  # noqa: PT018, S101 - the benchmark made sure
    now = clock.now()
    connection.cursor().execute("CREATE TEMP TABLE bare (LIKE passes_scan INCLUDING ALL)")
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for size in sizes:
            rows = [(uuid4(), uuid4(), shelter.pk, resident.pk, now, now) for _one in range(size)]
            values = ", ".join(["(%s, %s, %s, 'in', 'code', %s, 1, false, %s, %s, 'reader:1', '')"] * size)
            cursor.execute(
                "INSERT INTO bare (nonce, entry, shelter_id, kind, how, resident_id, people, private, at, received_at,"  # noqa: S608
                f" by, by_name) VALUES {values}",
                [value for row in rows for value in row],
            )
    return sum(sizes) / (time.perf_counter() - began)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def merged() -> Figure:
    """A million scans of 300,000 people at 500 shelters, a tenth of them sent twice, in no order."""
    chance = Random(5)  # noqa: S311 - made-up data
    start = datetime(2026, 11, 27, tzinfo=UTC)
    people = [str(UUID(int=chance.getrandbits(128))) for _one in range(MERGED * 3 // 10)]
    scans = []
    for _scan in range(MERGED * 9 // 10):
        at = start + timedelta(seconds=chance.random() * 86_400)
        kind = Kind.OUT if chance.random() < 0.2 else Kind.IN
        late = timedelta(seconds=chance.random() * 600)
        shelter = str(chance.randrange(500))
        scans.append(
            ScanRecord(
                UUID(int=chance.getrandbits(128)), chance.choice(people), shelter, kind, at, at + late, at + late
            )
        )
    scans += chance.sample(scans, MERGED // 10)
    chance.shuffle(scans)
    return Figure(
        "checkin.merge",
        shortest(lambda: merge(scans), 3),
        "s",
        5,
        "a sort of the same scans by time",
        shortest(lambda: sorted(scans, key=lambda scan: scan.at), 3),
        less=True,
        details={"scans": len(scans), "people": len(people), "shelters": 500, "rows": Scan.objects.count()},
    )
