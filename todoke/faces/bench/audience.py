"""Audiences: the residents of a zone, of many areas drawn just now, and of those who moved a moment ago."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection

from todoke.faces.bench.figures import Figure, shortest
from todoke.kernel import clock
from todoke.kernel.rules.columns import Frame
from todoke.loops.reach.audience import Audience, select
from todoke.registry.people import population
from todoke.registry.people.population import zones
from todoke.registry.people.population.reading import HELPERS, WHEREABOUTS, Rows
from todoke.registry.people.population.shaping import arrays_of
from todoke.registry.people.population.snapshot import surroundings
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Zone

READER = Reader("system", "トドケ", "速さを測るため。仮の住民だけ")
POLYGONS, CORNERS = 50, 500
SHARE = 206 / 2300
"""Of the residents, in all areas together."""

CHANGED = 1_000
TREE = "shapely's STRtree over all points, built before"
SIZES = (100_000, 1_000_000, 2_300_000)


class WrongAnswerError(Exception):
    """An audience that differs from the search that it is measured with."""


def measure() -> Iterator[Figure]:
    """All figures, on the residents of this database, whose homes are strewn first."""
    strew()
    everybody = population.rebuild(reader=READER)
    random = np.random.default_rng(11)
    areas, corners = _areas(everybody, random)
    yield drawn(everybody, areas, corners)
    yield zone(everybody, areas)
    yield fresh(areas)


def strew() -> None:
    """No two households of the demonstration at one point: a kilometre round where they live."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.11)")
        cursor.execute(
            "UPDATE people_household SET longitude = longitude + (random() + random() - 1) * 0.012,"
            " latitude = latitude + (random() + random() - 1) * 0.01"
        )
        cursor.execute("VACUUM ANALYZE people_household")
        cursor.execute("ANALYZE people_resident")


def _areas(everybody: population.Population, random: np.random.Generator) -> tuple[list[Any], Rows]:
    """Areas with many corners round homes, wide enough for the share; and homes that are corners of them."""
    longitude, latitude = everybody.arrays["east.longitude"], everybody.arrays["east.latitude"]
    middles = random.integers(0, len(longitude), POLYGONS)
    waves = 1 + 0.3 * np.sin(np.linspace(0, 14 * np.pi, CORNERS)) + random.uniform(-0.1, 0.1, (POLYGONS, CORNERS))
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    low, high = 0.0001, 0.5
    for _time in range(14):
        reach = (low + high) / 2
        found = [_star(longitude[m], latitude[m], reach * w, angles) for m, w in zip(middles, waves, strict=True)]
        many = len(select(_of(found), everybody))
        low, high = (reach, high) if many < SHARE * everybody.frame.size else (low, reach)
    corners, areas = [], []
    for middle, area in zip(middles, found, strict=True):
        ring = shapely.get_coordinates(area)[:-1]
        near = np.flatnonzero(np.hypot(longitude - longitude[middle], latitude - latitude[middle]) < 3 * reach)
        away = np.hypot(longitude[near] - ring[0, 0], latitude[near] - ring[0, 1])
        home = near[np.argmin(away)]
        ring[0] = longitude[home], latitude[home]
        area = shapely.Polygon(ring)
        areas.append(area if area.is_valid else multipolygon(area))
        corners.append(home)
    return areas, everybody.arrays["east.home"][np.array(corners)]


def _star(x: float, y: float, reach: Rows, angles: Rows) -> Any:
    return shapely.Polygon(np.stack([x + reach * np.cos(angles), y + 0.8 * reach * np.sin(angles)], axis=1))


def _of(areas: Sequence[Any]) -> Audience:
    return Audience(polygons=tuple(map(to_wkb, areas)))


def _points(everybody: population.Population) -> Any:
    return shapely.points(everybody.arrays["longitude"], everybody.arrays["latitude"])


def drawn(everybody: population.Population, areas: Sequence[Any], corners: Rows) -> Figure:
    """Areas that nobody prepared: read from WKB, prepared, and searched."""

    def deed() -> Any:
        _forget_prepared()
        return select(_of(areas), everybody)

    seconds = shortest(deed)
    rows = np.sort(deed().rows)
    began = time.perf_counter()
    tree = shapely.STRtree(_points(everybody))
    built = time.perf_counter() - began
    _check(rows, np.unique(tree.query(areas, predicate="intersects")[1]), "STRtree")
    first = everybody.arrays["home.first"]
    _check(np.isin(first[corners], rows), np.ones(len(corners), bool), "homes that are corners")
    details = {
        "residents": everybody.frame.size,
        "hit": len(rows),
        "polygons": POLYGONS,
        "corners": CORNERS,
        "homes_on_corners": len(corners),
        "strtree_build_ms": round(1000 * built),
        "growth_ms": _growth(everybody, areas),
        "postgis_ms": _postgis(everybody, areas, rows),
    }
    baseline = 1000 * shortest(lambda: np.unique(tree.query(areas, predicate="intersects")[1]), 3)
    name = "shapely's STRtree over all points, built before"
    return Figure(
        "audience.drawn", 1000 * seconds, "ms", 120, name, baseline, less=True, least_ratio=1, details=details
    )


def _forget_prepared() -> None:
    from todoke.loops.reach.audience.selecting import outline

    outline.cache_clear()


def _check(rows: Rows, expected: Rows, name: str) -> None:
    if rows.shape != expected.shape or (rows != expected).any():
        raise WrongAnswerError(f"{len(rows)} rows, {name} has {len(expected)}")


def _growth(everybody: population.Population, areas: Sequence[Any]) -> dict[str, float]:
    """The same areas over fewer residents of all municipalities."""
    times = {}
    for size in sorted({min(size, everybody.frame.size) for size in SIZES}):
        part = everybody if size == everybody.frame.size else _part(everybody, size)

        def deed(part: population.Population = part) -> None:
            _forget_prepared()
            select(_of(areas), part)

        times[f"{size:,}"] = round(1000 * shortest(deed, 3), 1)
    return times


def _part(everybody: population.Population, size: int) -> population.Population:
    people = everybody.arrays["people"]
    homes = np.random.default_rng(5).permutation(len(everybody.arrays["home.id"]))
    place = np.empty(len(homes), np.int64)
    place[homes] = np.arange(len(homes))
    chosen = place[everybody.arrays["home"]] < len(homes) * size // len(people)
    arrays = arrays_of(people[chosen])
    arrays |= surroundings(np.zeros(0, WHEREABOUTS), np.zeros(0, HELPERS), arrays, everybody.municipalities)
    return population.Population(
        Frame(len(arrays["people"]), {}),
        everybody.taken_at,
        everybody.day,
        arrays,
        everybody.municipalities,
        everybody.folder,
        everybody.database,
        everybody.horizon,
    )


def _postgis(everybody: population.Population, areas: Sequence[Any], rows: Rows) -> float | None:
    """With GiST and subdivided areas; None where it is not installed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        cursor.execute("CREATE TEMP TABLE spots (n int4, at geometry(point))")
        with cursor.copy("COPY spots FROM STDIN") as copy:
            for number, wkb in enumerate(shapely.to_wkb(_points(everybody), hex=True)):
                copy.write(f"{number}\t{wkb}\n")
        cursor.execute("CREATE INDEX ON spots USING gist (at)")
        cursor.execute("CREATE TEMP TABLE areas (area geometry)")
        for area in areas:
            cursor.execute("INSERT INTO areas SELECT ST_Subdivide(ST_GeomFromWKB(%s), 64)", [shapely.to_wkb(area)])
        cursor.execute("ANALYZE spots")

        def deed() -> list[int]:
            cursor.execute("SELECT DISTINCT n FROM spots JOIN areas ON ST_Intersects(area, at)")
            return [n for (n,) in cursor.fetchall()]

        seconds = shortest(deed, 3)
        _check(rows, np.sort(np.array(deed())), "PostGIS")
        return round(1000 * seconds)


def zone(everybody: population.Population, areas: Sequence[Any]) -> Figure:
    """A zone that was imported before."""
    boundary = multipolygon(shapely.union_all(areas))
    row = {"hazard": "tsunami", "kind": "drawn", "name": "bench", "source": "bench", "demonstration": True}
    row |= {"boundary": to_wkb(boundary), "imported_at": clock.now()}
    Zone.objects.update_or_create(code="bench", defaults=row)
    began = time.perf_counter()
    zones.prepare(everybody)
    prepared = time.perf_counter() - began
    audience = Audience(zones=("bench",))
    rows = np.sort(select(audience, everybody).rows)
    tree = shapely.STRtree(_points(everybody))
    _check(rows, np.unique(tree.query(boundary, predicate="intersects")), "STRtree")
    details = {"residents": everybody.frame.size, "hit": len(rows), "prepare_ms": round(1000 * prepared)}
    return Figure(
        "audience.zone",
        1000 * shortest(lambda: select(audience, everybody), 9),
        "ms",
        10,
        TREE,
        1000 * shortest(lambda: np.unique(tree.query(boundary, predicate="intersects")), 3),
        less=True,
        details=details,
    )


def fresh(areas: Sequence[Any]) -> Figure:
    """A thousand who moved since the snapshot, each into another household of the prefecture or to another place."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH movers AS (
                SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM people_resident ORDER BY n LIMIT %(n)s
            ), homes AS (
                SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM people_household ORDER BY n LIMIT %(n)s
            )
            UPDATE people_resident r SET household_id = homes.id
            FROM movers JOIN homes USING (n) WHERE r.id = movers.id
            """,
            {"n": CHANGED},
        )
        moved = cursor.rowcount
    seconds = shortest(lambda: population.fresh(reader=READER), 5)
    now = population.fresh(reader=READER)
    drawn = select(_of(areas), now)
    in_zone = select(Audience(zones=("bench",)), now)
    began = time.perf_counter()
    anew = population.refresh(reader=READER)
    refreshed = time.perf_counter() - began
    for selection, audience in ((drawn, _of(areas)), (in_zone, Audience(zones=("bench",)))):
        after = select(audience, anew)
        mine, theirs = selection.everybody.id_bytes(selection.rows), after.everybody.id_bytes(after.rows)
        _check(np.sort(mine), np.sort(theirs), "the snapshot after it")
    return Figure(
        "audience.fresh",
        1000 * seconds,
        "ms",
        150,
        "a new snapshot, written",
        1000 * refreshed,
        less=True,
        details={
            "residents": now.base.frame.size,
            "moved": moved,
            "read_anew": now.extra.frame.size,
            "zone_ms": round(1000 * shortest(lambda: select(Audience(zones=("bench",)), now), 5), 1),
        },
    )
