"""From a telegram's arrival to the last of its personal messages in the database."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from threading import Thread

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils import timezone

from todoke.exchange.messages.models import Mailing
from todoke.faces.bench.figures import Figure, peak_megabytes
from todoke.faces.demonstration.drill import bodies_of, scenes
from todoke.kernel import clock
from todoke.loops.reach import assignment
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.actions.writing import write_rest
from todoke.loops.reach.models import Alert
from todoke.loops.reach.telegrams.jma import NAMESPACE
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
    for hazard in ("tsunami", "earthquake"):
        assignment.prepare(hazard)
    seconds, alerts, names = [], [], []
    for scene in scenes(bodies_of()):
        began = time.perf_counter()
        telegram = receive(body=scene.body, source="drill", name=scene.name).telegram
        take_in(telegram_id=telegram.pk)
        took = time.perf_counter() - began
        for alert in Alert.objects.filter(telegram=telegram, plan="tsunami"):
            seconds.append(took)
            alerts.append(alert)
            names.append(scene.name)
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
    yield from beside_everybody(names[0], min(seconds))
    yield Figure("alert memory", peak_megabytes(), "MB", 2000, less=True)


def beside_everybody(name: str, alone: float) -> Iterator[Figure]:
    """A tsunami's telegram that arrives while everybody in the prefecture is told of an earthquake."""
    began = time.perf_counter()
    quake = receive(body=_quake(), source="drill", name="quake").telegram
    take_in(telegram_id=quake.pk)
    decided = time.perf_counter() - began
    alert = Alert.objects.get(telegram=quake, plan="earthquake")
    parts: list[float] = [time.perf_counter()]
    writing = Thread(target=_write, args=(alert.pk, parts))
    writing.start()
    while len(parts) < 2 and writing.is_alive():
        time.sleep(0.01)
    scene = next(one for one in scenes(bodies_of()) if one.name == name)
    arrived = time.perf_counter()
    telegram = receive(body=scene.body, source="drill", name=scene.name).telegram
    take_in(telegram_id=telegram.pk)
    waited = time.perf_counter() - arrived
    writing.join()
    alert.refresh_from_db()
    lengths = [after - before for before, after in pairwise(parts)]
    yield Figure(
        "alert beside everybody's",
        waited,
        "s",
        4.0,
        "the same telegram alone",
        alone,
        less=True,
        details={
            "everybody": alert.people,
            "everybody_decided_s": round(decided, 3),
            "everybody_written_s": round(time.perf_counter() - began, 3),
            "parts": len(lengths),
            "first_part_s": round(lengths[0], 3) if lengths else None,
            "longest_of_the_others_s": round(max(lengths[1:], default=0), 3),
        },
    )


def _write(alert: int, parts: list[float]) -> None:
    """What the job does, without giving way: the worst that can be."""

    def note() -> bool:
        parts.append(time.perf_counter())
        return False

    write_rest(alert_id=alert, gives_way=note)
    connection.close()


def _quake() -> bytes:
    """震度速報 of intensity 6弱 in all of Miyagi, as a drill of this minute."""
    now = timezone.localtime().replace(microsecond=0)
    areas = "".join(
        f"<Area><Name>{name}</Name><Code>{code}</Code><MaxInt>6-</MaxInt></Area>"
        for name, code in (("宮城県北部", "220"), ("宮城県南部", "221"), ("宮城県中部", "222"))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="{NAMESPACE}"><Control><Title>震度速報</Title><DateTime>{now.isoformat()}</DateTime><Status>訓練</Status>
<EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="{NAMESPACE}informationBasis1/"><Title>震度速報</Title><ReportDateTime>{now.isoformat()}</ReportDateTime>
<EventID>{now:%Y%m%d%H%M%S}</EventID><InfoType>発表</InfoType><InfoKind>震度速報</InfoKind>
<InfoKindVersion>1.0_1</InfoKindVersion><Headline><Text/></Headline></Head>
<Body xmlns="{NAMESPACE}body/seismology1/"><Intensity><Observation><MaxInt>6-</MaxInt><Pref><Name>宮城県</Name>
<Code>04</Code><MaxInt>6-</MaxInt>{areas}</Pref></Observation></Intensity></Body></Report>""".encode()


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
