"""A shelter for everyone: nobody too many, nobody forgotten, households together, and hardly further than needed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.loops.reach.assignment import Assigned, Why, assigned, prepare
from todoke.loops.reach.assignment.auction import NOWHERE
from todoke.loops.reach.assignment.geometry import along_a_curve, bearing_to, metres_between
from todoke.loops.reach.assignment.solving import Homes, Sites, solve
from todoke.loops.reach.audience import Audience, select
from todoke.registry.people import population
from todoke.registry.people.models import Household, Resident, Whereabouts
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.shelters import close_shelter, mark_full
from todoke.registry.places.types import Hazard
from todoke.registry.places.zones import draw_zone

READER = Reader("system", "しくみ", "災害のときに知らせる")
DEGREE = 0.01


def homes_of(points: list[tuple[float, float, int, bool]]) -> Homes:
    columns = list(zip(*points, strict=True)) or [(), (), (), ()]
    longitude, latitude, people, needs = columns
    return Homes(np.array(longitude), np.array(latitude), np.array(people, int), np.array(needs, bool))


def sites_of(points: list[tuple[float, float, int, bool]]) -> Sites:
    homes = homes_of(points)
    return Sites(homes.longitude, homes.latitude, homes.people, homes.needs_access)


def taken(index: np.ndarray[Any, Any], homes: Homes, sites: Sites) -> np.ndarray[Any, Any]:
    there = index >= 0
    return np.bincount(index[there], homes.people[there], len(sites))


def cost(index: np.ndarray[Any, Any], homes: Homes, sites: Sites) -> float:
    there = np.flatnonzero(index >= 0)
    way = homes.longitude[there], homes.latitude[there], sites.longitude[index[there]], sites.latitude[index[there]]
    return float(metres_between(*way) @ homes.people[there])


longitudes = st.floats(140.9, 141.1).map(lambda value: round(value, 3))
latitudes = st.floats(38.3, 38.5).map(lambda value: round(value, 3))
HOMES = st.lists(st.tuples(longitudes, latitudes, st.integers(1, 7), st.booleans()), max_size=60)
SITES = st.lists(st.tuples(longitudes, latitudes, st.integers(0, 60), st.booleans()), max_size=8)


@settings(max_examples=300)
@given(HOMES, SITES)
def test_whatever_there_is(households: list[Any], shelters: list[Any]) -> None:
    homes, sites = homes_of(households), sites_of(shelters)
    index = solve(homes, sites)
    assert (taken(index, homes, sites) <= sites.places).all(), "never beyond capacity"
    placed = index >= 0
    assert (sites.accessible[index[placed]] | ~homes.needs_access[placed]).all()
    room = sites.places - taken(index, homes, sites)
    for number in np.flatnonzero(~placed):
        fit = sites.accessible | ~homes.needs_access[number]
        assert not (room[fit] >= homes.people[number]).any(), "who has no place could not have one"
    assert (solve(homes, sites) == index).all(), "the same again"


def test_nobody_where_there_is_nothing() -> None:
    assert solve(homes_of([]), sites_of([(141, 38, 5, True)])).tolist() == []
    assert solve(homes_of([(141, 38, 1, False)]), sites_of([])).tolist() == [NOWHERE]


def town(seed: int, households: int, shelters: int, tightness: float) -> tuple[Homes, Sites]:
    chance = np.random.default_rng(seed)
    people = chance.choice([1, 2, 3, 4, 5], households, p=[0.4, 0.27, 0.17, 0.12, 0.04])
    spread = (chance.normal(141, 0.03, households), chance.normal(38.4, 0.02, households))
    places = chance.integers(50, 150, shelters) * people.sum() * tightness / (100 * shelters)
    where = (chance.normal(141, 0.04, shelters), chance.normal(38.4, 0.03, shelters))
    needs = chance.random(households) < 0.02
    return Homes(*spread, people, needs), Sites(*where, places.astype(int), chance.random(shelters) < 0.7)


@pytest.mark.parametrize("tightness", [1.08, 1.3, 2.0])
def test_near_the_least_sum_there_is(tightness: float) -> None:
    graph = pytest.importorskip("ortools.graph.python.min_cost_flow")
    homes, sites = town(7, 2_000, 20, tightness)
    index = solve(homes, sites)
    assert (index >= 0).all()
    flow = graph.SimpleMinCostFlow()
    for number in range(len(homes)):
        way = homes.longitude[number], homes.latitude[number], sites.longitude, sites.latitude
        metres = np.round(metres_between(*way)).astype(int)
        for shelter in range(len(sites)):
            if sites.accessible[shelter] or not homes.needs_access[number]:
                flow.add_arc_with_capacity_and_unit_cost(
                    len(sites) + number, shelter, int(homes.people[number]), int(metres[shelter])
                )
    total, sink = int(homes.people.sum()), len(sites) + len(homes)
    for shelter in range(len(sites)):
        flow.add_arc_with_capacity_and_unit_cost(shelter, sink, int(sites.places[shelter]), 0)
    for number in range(len(homes)):
        flow.set_node_supply(len(sites) + number, int(homes.people[number]))
    flow.set_node_supply(sink, -total)
    assert flow.solve() == flow.OPTIMAL
    assert cost(index, homes, sites) <= 1.05 * flow.optimal_cost()


def test_neighbours_stand_together() -> None:
    chance = np.random.default_rng(1)
    east, north = chance.random(5000) * 10_000, chance.random(5000) * 10_000
    order = along_a_curve(east, north)
    assert sorted(order.tolist()) == list(range(5000))
    steps = np.hypot(np.diff(east[order]), np.diff(north[order]))
    assert steps.mean() < 200, "of 5,000 in 100 km² the nearest is some 70 m away"
    assert steps.max() < 2_000


def test_distance_and_direction() -> None:
    here = (np.array([141.0]), np.array([38.4]))
    for (longitude, latitude), degrees, metres in (
        ((141.0, 38.5), 0, 11_119),
        ((141.1, 38.4), 90, 8_714),
        ((141.0, 38.3), 180, 11_119),
        ((140.9, 38.4), 270, 8_714),
    ):
        there = (np.array([longitude]), np.array([latitude]))
        assert bearing_to(*here, *there)[0] == degrees
        assert metres_between(*here, *there)[0] == pytest.approx(metres, abs=2)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path


@pytest.fixture
def ishinomaki(transactional_db: None, folder: Path) -> Municipality:
    return Municipality.objects.create(
        code="04202",
        prefecture_code="04",
        name="石巻市",
        name_en="Ishinomaki City",
        boundary=to_wkb(multipolygon(shapely.box(140.5, 38, 141.5, 39))),
    )


MakeShelter = Callable[..., Shelter]


@pytest.fixture
def shelter(ishinomaki: Municipality) -> MakeShelter:
    def make(name: str, east: int, capacity: int | None = 100, **values: Any) -> Shelter:
        return Shelter.objects.create(
            **{
                "code": name,
                "name": name,
                "municipality": ishinomaki,
                "longitude": 141 + east * DEGREE,
                "latitude": 38.4,
                "emergency": True,
                "designated": True,
                "hazards": ["tsunami"],
                "capacity": capacity,
                "features": ["wheelchair"],
                "source": "test",
                "imported_at": clock.now(),
                **values,
            }
        )

    return make


def family(east: float | None, members: int = 1) -> list[Resident]:
    home = Household.objects.create(
        municipality_code="04202",
        address=str(uuid4()),
        longitude=None if east is None else 141 + east * DEGREE,
        latitude=None if east is None else 38.4,
    )
    return [resident(f"見本 {number}", date(1990, 1, 1 + number), "head", home) for number in range(members)]


def found(people: list[Resident], *wheelchairs: Resident, hazard: Hazard = Hazard.TSUNAMI) -> list[str]:
    """Of each the code of the shelter, or why there is none."""
    everybody = population.fresh(reader=READER)
    selection = select(Audience(areas=("04202",), places=("home", "now")), everybody)
    rows = everybody.rows([person.pk for person in people])
    needs = np.isin(selection.rows, everybody.rows([person.pk for person in wheelchairs]))
    one = assigned(hazard, selection, needs)
    at = [int(np.flatnonzero(selection.rows == row)[0]) for row in rows]
    return [told(one, number) for number in at]


def told(one: Assigned, number: int) -> str:
    code = one.codes[int(one.index[number])] if one.index[number] >= 0 else ""
    why = Why(int(one.why[number]))
    return code if why is Why.PLACED else f"{code}{why.name}"


@pytest.mark.parametrize("prepared", [True, False])
def test_the_nearest_with_room(shelter: MakeShelter, prepared: bool) -> None:
    shelter("near", 1, 5)
    shelter("far", 4)
    first, second = family(0, 3), family(0.2, 4)
    if prepared:
        prepare(Hazard.TSUNAMI)
    assert found(first + second) == ["far"] * 3 + ["near"] * 4


def test_fit_for_the_hazard_and_outside_of_its_zones(shelter: MakeShelter) -> None:
    shelter("unfit", 0, hazards=["flood"])
    shelter("in the zone", 1)
    shelter("withdrawn", 1, withdrawn_at=clock.now())
    shelter("good", 3)
    people = family(0)
    prepare(Hazard.TSUNAMI)
    assert found(people) == ["in the zone"]
    west, south, east, north = 141.005, 38.3, 141.015, 38.5
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = {"type": "Polygon", "coordinates": [ring]}
    draw_zone(hazard=Hazard.TSUNAMI, name="津波", geometry=area, actor="officer:1")
    assert found(people) == ["good"], "before it is worked out anew"
    prepare(Hazard.TSUNAMI)
    assert found(people) == ["good"]
    assert found(people, hazard=Hazard.FLOOD) == ["unfit"]
    assert found(people, hazard=Hazard.NUCLEAR) == ["unfit"], "there is no designation for it: every designated one"


def test_those_in_danger_choose_first(shelter: MakeShelter) -> None:
    shelter("near", 2, 2)
    shelter("far", 9, 2)
    in_zone, outside = family(0, 2), family(2, 2)
    ring = [[140.99, 38.3], [141.01, 38.3], [141.01, 38.5], [140.99, 38.5], [140.99, 38.3]]
    area = {"type": "Polygon", "coordinates": [ring]}
    draw_zone(hazard=Hazard.TSUNAMI, name="津波", geometry=area, actor="officer:1")
    prepare(Hazard.TSUNAMI)
    assert found(in_zone + outside) == ["near", "near", "far", "far"]


@pytest.mark.parametrize("deed", [close_shelter, mark_full])
def test_closed_or_full(shelter: MakeShelter, deed: Callable[..., Any]) -> None:
    near, _far = shelter("near", 1), shelter("far", 4)
    one, other = family(0, 3), family(5)
    prepare(Hazard.TSUNAMI)
    assert found(one + other) == ["near"] * 3 + ["far"]
    deed(shelter=near, actor="officer:1", actor_name="石巻市")
    assert found(one + other) == ["far"] * 4
    prepare(Hazard.TSUNAMI)
    assert found(one + other) == ["far"] * 4


def test_who_has_a_shelter_keeps_it(shelter: MakeShelter) -> None:
    near, _middle, _far = shelter("near", 1, 2), shelter("middle", 2, 4), shelter("far", 5)
    first, second = family(0, 2), family(1.4, 4)
    prepare(Hazard.TSUNAMI)
    before = found(first + second)
    assert before == ["near"] * 2 + ["middle"] * 4
    family(1.45, 2)
    close_shelter(shelter=near, actor="officer:1", actor_name="石巻市")
    prepare(Hazard.TSUNAMI)
    assert found(first + second) == ["far"] * 2 + ["middle"] * 4


def test_who_moved_or_is_elsewhere(shelter: MakeShelter) -> None:
    shelter("west", 0)
    shelter("east", 20)
    couple = family(1, 2)
    prepare(Hazard.TSUNAMI)
    Whereabouts.objects.create(
        resident=couple[1], kind="now", longitude=141 + 19 * DEGREE, latitude=38.4, said_at=clock.now()
    )
    assert found(couple) == ["west", "east"]
    Household.objects.update(longitude=141 + 18 * DEGREE)
    assert found(couple) == ["east", "east"]
    prepare(Hazard.TSUNAMI)
    assert found(couple) == ["east", "east"]


def test_a_wheelchair_with_the_family(shelter: MakeShelter) -> None:
    shelter("steps", 1, features=[])
    shelter("flat", 3, 3)
    users, others = family(0, 3), family(0, 1)
    prepare(Hazard.TSUNAMI)
    assert found(users + others, users[2]) == ["flat"] * 3 + ["steps"]
    Shelter.objects.filter(code="flat").update(capacity=2, imported_at=clock.now())
    prepare(Hazard.TSUNAMI)
    assert found(users, users[2])[2] == "stepsNOT_ACCESSIBLE"


def test_who_has_none_is_named(shelter: MakeShelter) -> None:
    shelter("small", 1, 2)
    couple, crowd, lost = family(0, 2), family(3, 3), family(None)
    for _time in range(2):
        assert found(couple + crowd + lost) == ["small"] * 2 + ["NO_ROOM"] * 3 + ["NOWHERE"]
        prepare(Hazard.TSUNAMI)


def test_capacities_that_nobody_published(shelter: MakeShelter) -> None:
    shelter("unknown", 1, None)
    people = family(0, 4)
    prepare(Hazard.TSUNAMI)
    assert found(people) == ["unknown"] * 4
