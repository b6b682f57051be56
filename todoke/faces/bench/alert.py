"""From a telegram's arrival to the last of its personal messages in the database."""

import time
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import shapely
from django.db import connection, transaction

from todoke.exchange.messages.models import Mailing
from todoke.faces.bench.figures import Figure, peak_megabytes
from todoke.faces.demonstration.drill import bodies_of, scenes
from todoke.kernel import clock
from todoke.loops.reach import assignment
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.models import Alert
from todoke.loops.reach.telegrams.places import MUNICIPALITIES, TSUNAMI_COAST
from todoke.registry.people import population
from todoke.registry.people.jobs import prepare_for_disasters
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Zone
from todoke.registry.places.outlines import municipality_outlines

READER = Reader("system", "トドケ", "速さを測るため。仮の住民だけ")
SHARE = 200 / 2300
"""Of the residents, in the zone."""

COLUMNS = "id, resident_id, wording_id, values, language, municipality_code, created_at, read_at, sender, about"
PLAIN = f"CREATE TEMP TABLE plain AS SELECT {COLUMNS} FROM messages_message WITH NO DATA"  # noqa: S608


def measure() -> Iterator[Figure]:
    """The first alert of a process, and those after it, beside a bare COPY of the same rows."""
    population.rebuild(reader=READER)
    _shore(population.load())
    prepare_for_disasters()
    assignment.prepare("tsunami")
    seconds, alerts = [], []
    for scene in scenes(bodies_of()):
        began = time.perf_counter()
        telegram = receive(body=scene.body, source="drill", name=scene.name).telegram
        take_in(telegram_id=telegram.pk)
        took = time.perf_counter() - began
        for alert in Alert.objects.filter(telegram=telegram, plan="tsunami"):
            seconds.append(took)
            alerts.append(alert)
    first = alerts[0]
    rows, copied = _bare_copy(first)
    changes = {f"{alert.change} {alert.step}": round(took, 3) for alert, took in zip(alerts, seconds, strict=True)}
    yield Figure(
        "alert written",
        min(seconds),
        "s",
        2.0,
        f"a bare COPY of the same {rows:,} rows of ten columns, with a unique index",
        copied,
        less=True,
        least_ratio=0.5,
        details={
            "residents": population.load().frame.size,
            "people": first.people,
            "messages": rows,
            "first_of_the_process_s": round(seconds[0], 3),
            "each_s": changes,
        },
    )
    yield Figure("alert memory", peak_megabytes(), "MB", 2000, less=True)


def _shore(everybody: population.Population) -> None:
    """Zones along the sea, as wide as it takes for the share of all residents, in place of those there are."""
    coast = [code for code in everybody.municipalities if code in set(MUNICIPALITIES[TSUNAMI_COAST, "220"])]
    of, longitude = everybody.arrays["municipality"], everybody.arrays["longitude"]
    numbers = [everybody.municipalities.index(code) for code in coast]
    share = SHARE * everybody.frame.size / np.isin(of, numbers).sum()
    Zone.objects.filter(kind="tsunami", ended_at=None).update(ended_at=clock.now())
    outlines = municipality_outlines()
    for code, number in zip(coast, numbers, strict=True):
        west = float(np.nanquantile(longitude[of == number], 1 - share))
        Zone.objects.create(
            code=f"bench-{code}",
            hazard="tsunami",
            kind="tsunami",
            name="海ぞい",
            boundary=to_wkb(multipolygon(outlines[code].intersection(shapely.box(west, 37, 143, 40)))),
            source="bench",
            demonstration=True,
            imported_at=clock.now() - timedelta(days=1),
        )


def _bare_copy(alert: Alert) -> tuple[int, float]:
    """How many rows, and how long the database takes for the bytes alone; the best of three."""
    mailings = Mailing.objects.filter(wording__about=f"alert:{alert.pk}")
    ranges = [(mailing.message_id(0), mailing.message_id(mailing.count - 1)) for mailing in mailings]
    lines = bytearray()
    best = float("inf")
    with connection.cursor() as cursor:
        for low, high in ranges:
            query = f"COPY (SELECT {COLUMNS} FROM messages_message WHERE id BETWEEN '{low}' AND '{high}') TO STDOUT"  # noqa: S608
            with cursor.copy(query) as copy:
                for block in copy:
                    lines += block
        for _time in range(3):
            cursor.execute("DROP TABLE IF EXISTS plain")
            cursor.execute(PLAIN)
            cursor.execute("CREATE UNIQUE INDEX ON plain (id)")
            began = time.perf_counter()
            with transaction.atomic(), cursor.copy(f"COPY plain ({COLUMNS}) FROM STDIN") as copy:
                copy.write(bytes(lines))
            best = min(best, time.perf_counter() - began)
    return lines.count(b"\n"), best
