"""Who is in an audience: what a slow, plain search over the tables finds, also for who changed a moment ago."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import shapely
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.loops.reach.audience import Audience, AudienceError, Because, count, select
from todoke.registry.people import population
from todoke.registry.people.models import BatchRead, Helper, Household, Resident, Whereabouts
from todoke.registry.people.population import Everybody, zones
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import from_wkb, multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Zone

READER = Reader("system", "しくみ", "災害のときに知らせる")
WEST, EAST = shapely.box(141, 38, 142, 39), shapely.box(142, 38, 143, 39)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path / "population"


@pytest.fixture
def prefecture(transactional_db: None) -> None:
    for code, area in (("04202", WEST), ("04205", EAST)):
        Municipality.objects.create(
            code=code, prefecture_code="04", name=code, name_en=code, boundary=to_wkb(multipolygon(area))
        )


def zone(code: str, area: shapely.Geometry) -> Zone:
    return Zone.objects.create(
        code=code,
        hazard="tsunami",
        kind="tsunami",
        name=code,
        boundary=to_wkb(multipolygon(area)),
        source="test",
        imported_at=clock.now(),
    )


def home(longitude: float | None, latitude: float | None, code: str = "04202") -> Household:
    return Household.objects.create(municipality_code=code, address="見本", longitude=longitude, latitude=latitude)


def person(at: Household, born: date = date(1990, 1, 1)) -> Resident:
    return resident("見本 花子", born, "head", at)


def at(who: Resident, kind: str, longitude: float, latitude: float, hours: int | None = None) -> Whereabouts:
    until = clock.now() + timedelta(hours=hours) if hours is not None else None
    return Whereabouts.objects.create(
        resident=who, kind=kind, longitude=longitude, latitude=latitude, said_at=clock.now(), until=until
    )


def helps(helper: Resident, whom: Resident, *, agreed: bool = True) -> Helper:
    now = clock.now()
    return Helper.objects.create(
        person=whom,
        helper=helper,
        name=helper.name,
        relation="neighbour",
        asked_at=now,
        agreed_at=now if agreed else None,
    )


def found(audience: Audience, everybody: Everybody | None = None) -> dict[UUID, int]:
    selection = select(audience, everybody or population.fresh(reader=READER))
    ids = selection.everybody.ids(selection.rows)
    assert len(set(ids)) == len(ids)
    assert (selection.municipality[1:] >= selection.municipality[:-1]).all()
    return dict(zip(ids, selection.because.tolist(), strict=True))


def slowly(audience: Audience) -> dict[UUID, int]:
    """The same, person by person."""
    shapes = [from_wkb(each) for each in audience.polygons]
    shapes += [from_wkb(row.boundary) for row in Zone.objects.filter(code__in=audience.zones, ended_at=None)]
    outlines = {row.code: from_wkb(row.boundary) for row in Municipality.objects.exclude(boundary=None) if row.boundary}
    both = audience.within and bool(audience.areas) and bool(audience.zones or audience.polygons)

    def means(longitude: float | None, latitude: float | None, area: str) -> bool:
        in_area = area in audience.areas
        placed = longitude is not None and latitude is not None
        in_shape = placed and any(shape.intersects(shapely.Point(longitude, latitude)) for shape in shapes)
        return (in_area and in_shape) if both else (in_area or in_shape)

    because: dict[UUID, int] = {}
    people = {one.pk: one for one in Resident.objects.select_related("household").exclude(left_because="died")}
    for one in people.values():
        lives = one.household
        if "home" in audience.places and means(lives.longitude, lives.latitude, lives.municipality_code):
            because[one.pk] = because.get(one.pk, 0) | Because.HOME
        unplaced = lives.longitude is None and audience.unplaced and "home" in audience.places
        outline = outlines.get(lives.municipality_code)
        reached = unplaced and outline and any(shape.intersects(outline) for shape in shapes)
        if reached and (not both or lives.municipality_code in audience.areas):
            because[one.pk] = because.get(one.pk, 0) | Because.UNPLACED
    for place in Whereabouts.objects.filter(ended_at=None, kind__in=audience.places):
        if (place.until is None or place.until > clock.now()) and place.resident_id in people:
            point = shapely.Point(place.longitude, place.latitude)
            area = next((code for code, outline in outlines.items() if outline.intersects(point)), "")
            if means(place.longitude, place.latitude, area):
                why = Because.NOW if place.kind == "now" else Because.REGISTERED
                because[place.resident_id] = because.get(place.resident_id, 0) | why
    if audience.rule:
        because = {pk: why for pk, why in because.items() if people[pk].birth_date < date(1970, 1, 1)}
    if audience.households:
        homes = {people[pk].household_id for pk in because}
        for one in people.values():
            if one.household_id in homes and one.pk not in because:
                because[one.pk] = Because.HOUSEHOLD
    if audience.helpers:
        for row in Helper.objects.filter(person__in=list(because), ended_at=None).exclude(agreed_at=None):
            if row.helper_id in people:
                because[row.helper_id] = because.get(row.helper_id, 0) | Because.HELPER
    return {pk: why for pk, why in because.items() if pk not in audience.exclude}


def _point(random: Random) -> tuple[float, float]:
    """Often on a line of the grid, where boundaries are."""
    return 141 + random.randrange(21) / 10, 38 + random.randrange(11) / 10


def _people(random: Random, many: int) -> list[Resident]:
    made: list[Resident] = []
    for _home in range(many):
        longitude, latitude = _point(random) if random.random() < 0.85 else (None, None)
        lives = home(longitude, latitude, random.choice(["04202", "04205", ""]))
        made += [person(lives, date(random.randrange(1930, 2020), 1, 1)) for _one in range(random.randrange(1, 4))]
    return made


def _around(random: Random, people: Sequence[Resident]) -> None:
    who, whom = random.sample(people, 2)
    Whereabouts.objects.filter(resident=who, kind="now").update(ended_at=clock.now())
    at(who, random.choice(["work", "school", "now"]), *_point(random), hours=random.choice([None, 5, -1]))
    if not Helper.objects.filter(person=whom, helper=who, ended_at=None).exists():
        helps(who, whom, agreed=random.random() < 0.8)


def _audiences(random: Random) -> list[Audience]:
    areas, codes = (("04202",), ("04202", "04205"), ("04205", "04999")), (("z1",), ("z1", "z2"), ("z1", "gone"))
    drawn = tuple(to_wkb(shapely.box(141 + x, 38.2, 141.5 + x, 38.5)) for x in (0.1, 0.7))
    made = []
    for number in range(12):
        made.append(
            Audience(
                areas=random.choice(areas) if number % 3 or number == 6 else (),
                zones=random.choice(codes) if number % 2 or number == 6 else (),
                polygons=drawn if number % 4 == 0 else (),
                within=random.random() < 0.5,
                places=random.choice([("home",), ("home", "now"), ("work", "school"), ("home", "work", "now")]),
                unplaced=random.random() < 0.5,
                rule="facts.birth_date < date('1970-01-01')" if random.random() < 0.3 else "",
                households=random.random() < 0.4,
                helpers=random.random() < 0.5,
            )
        )
    return made


def _change(random: Random, people: list[Resident]) -> None:
    for _time in range(4):
        _around(random, people)
    mover, host, dead, gone = random.sample(people, 4)
    Resident.objects.filter(pk=mover.pk).update(household=host.household_id)
    Resident.objects.filter(pk=dead.pk).update(left_because="died")
    longitude, latitude = _point(random)
    Household.objects.filter(pk=host.household_id).update(
        municipality_code="04205", longitude=longitude, latitude=latitude
    )
    gone.delete()
    people.remove(gone)
    people += _people(random, 2)


@pytest.mark.parametrize("seed", range(4))
def test_an_audience_is_who_a_plain_search_finds_also_after_changes(seed: int, prefecture: None) -> None:
    random = Random(seed)
    people = _people(random, 40)
    for _time in range(20):
        _around(random, people)
    zone("z1", shapely.box(141.2, 38.1, 141.8, 38.6))
    zone("z2", shapely.Polygon([(141.9, 38), (142.6, 38), (142.2, 38.9)]))
    population.rebuild(reader=READER)
    for turn in range(4):
        everybody = population.fresh(reader=READER)
        for audience in _audiences(random):
            assert found(audience, everybody) == slowly(audience), audience
        if turn == 1:
            population.refresh(reader=READER)
        if turn == 2:
            Zone.objects.filter(code="z1").update(boundary=to_wkb(multipolygon(shapely.box(141.4, 38.2, 142.4, 38.4))))
        _change(random, people)


def test_who_stands_on_the_boundary_is_in(prefecture: None) -> None:
    inside, edge, corner, out = (person(home(x, y)) for x, y in [(0.5, 0.5), (0, 0.5), (1, 1), (1.0000001, 1)])
    area = to_wkb(shapely.box(0, 0, 1, 1))
    assert set(found(Audience(polygons=(area,)))) == {inside.pk, edge.pk, corner.pk}
    assert out.pk in found(Audience(polygons=(to_wkb(shapely.box(0, 0, 2, 2)),)))


def test_everybody_may_be_asked_by_a_rule_alone_and_only_the_certain_are_in(prefecture: None) -> None:
    old, young = person(home(141, 38), date(1940, 1, 1)), person(home(None, None, ""), date(2010, 1, 1))
    assert set(found(Audience(rule="age_on(facts.birth_date, today()) >= 65"))) == {old.pk}
    assert found(Audience(rule="facts.income.assessed < 10")) == {}
    assert set(found(Audience(rule="true"))) == {old.pk, young.pk}
    for wrong in ("facts.name == 'x'", "1 +", "age_on(facts.birth_date, today())"):
        with pytest.raises(AudienceError):
            found(Audience(rule=wrong))


def test_an_audience_of_nobody_is_refused_and_an_area_without_people_is_empty(prefecture: None) -> None:
    with pytest.raises(AudienceError):
        Audience()
    with pytest.raises(AudienceError):
        Audience(areas=("04202",), places=("moon",))
    assert found(Audience(areas=("04999",), zones=("none",))) == {}


def test_an_audience_is_the_same_after_a_journey_as_json() -> None:
    audience = Audience(
        areas=("04202",),
        zones=("z1",),
        polygons=(to_wkb(shapely.box(141.123456789, 38, 142, 39)),),
        within=True,
        places=("home", "now"),
        rule="true",
        helpers=True,
        exclude=(UUID(int=7),),
    )
    assert Audience.from_json(audience.as_json()).as_json() == audience.as_json()
    for wrong in ({"polygons": [{"type": "Point", "coordinates": [1, 2]}]}, {"polygons": ["00"]}, {"who": 1}, {}):
        with pytest.raises(AudienceError):
            Audience.from_json(wrong)


def test_who_moved_died_or_went_abroad_is_right_at_once_and_everybody_sees_that_they_were_read(
    prefecture: None,
) -> None:
    zone("z1", shapely.box(141.2, 38.1, 141.8, 38.6))
    stays, moves_in, moves_out, dies, abroad = (person(home(x, 38.3)) for x in (141.5, 141.9, 141.6, 141.7, 141.4))
    population.rebuild(reader=READER)
    Household.objects.filter(pk=moves_in.household_id).update(longitude=141.3)
    Resident.objects.filter(pk=moves_out.pk).update(household=home(142.5, 38.3, "04205").pk)
    Resident.objects.filter(pk=dies.pk).update(left_because="died")
    Resident.objects.filter(pk=abroad.pk).update(household=home(None, None, "").pk, left_because="abroad")
    newcomer = person(home(141.55, 38.2))
    before = BatchRead.objects.count()
    assert set(found(Audience(zones=("z1",)))) == {stays.pk, moves_in.pk, newcomer.pk}
    assert BatchRead.objects.count() == before + 1
    numbers = count(Audience(zones=("z1",)), population.fresh(reader=READER))
    assert (numbers.people, numbers.by_municipality, numbers.by_reason) == (3, {"04202": 3}, {"home": 3})


def test_where_they_are_now_comes_before_home_in_their_position(prefecture: None) -> None:
    one, other = person(home(141.5, 38.5)), person(home(None, None))
    at(one, "now", 142.5, 38.25, hours=1)
    at(other, "work", 142.25, 38.5)
    selection = select(Audience(areas=("04205",), places=("now", "work")), population.fresh(reader=READER))
    where = dict(zip(selection.everybody.ids(selection.rows), selection.at.tolist(), strict=True))
    assert where == {one.pk: [142.5, 38.25], other.pk: [142.25, 38.5]}
    assert {tuple(selection.reason(n)) for n in range(2)} == {("now",), ("registered",)}


def test_a_helper_is_told_whom_they_help(prefecture: None) -> None:
    weak, strong = person(home(141.5, 38.5)), person(home(142.5, 38.5, "04205"))
    helps(strong, weak)
    selection = select(Audience(areas=("04202",), helpers=True), population.fresh(reader=READER))
    ids = selection.everybody.ids(selection.rows)
    whom = selection.helped[ids.index(strong.pk)]
    assert selection.everybody.ids(selection.helped[[ids.index(strong.pk)]]) == [weak.pk]
    assert whom >= 0
    assert selection.helped[ids.index(weak.pk)] == -1


def test_zones_are_worked_out_once_and_follow_moves(prefecture: None, monkeypatch: pytest.MonkeyPatch) -> None:
    row = zone("z1", shapely.box(141.2, 38.1, 141.8, 38.6))
    lives, moves = person(home(141.5, 38.3)), person(home(141.6, 38.3))
    assert zones.prepare(population.rebuild(reader=READER)) == 1
    worked: list[int] = []
    original = zones.residents_inside
    monkeypatch.setattr(zones, "residents_inside", lambda *given: worked.append(1) or original(*given))
    Household.objects.filter(pk=moves.household_id).update(longitude=142.6)
    newcomer = person(home(141.55, 38.2))
    for everybody in (population.fresh(reader=READER), population.as_of(population.refresh(reader=READER))):
        assert set(found(Audience(zones=("z1",)), everybody)) == {lives.pk, newcomer.pk}
    assert worked == []
    Zone.objects.filter(pk=row.pk).update(ended_at=clock.now())
    assert found(Audience(zones=("z1",))) == {}


def test_who_came_after_a_snapshot_of_nobody_is_found(prefecture: None) -> None:
    zone("z1", shapely.box(141.2, 38.1, 141.8, 38.6))
    population.rebuild(reader=READER)
    one = person(home(141.5, 38.3))
    at(person(home(142.5, 38.3)), "now", 141.5, 38.2)
    found_now = found(Audience(zones=("z1",), places=("home", "now")))
    assert found_now[one.pk] == Because.HOME
    assert len(found_now) == 2
