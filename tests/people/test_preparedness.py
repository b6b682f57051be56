"""What residents need in a disaster, who helps them, where they are, and what the register says of them."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import clock, events
from todoke.kernel.models import AuditEntry
from todoke.registry.people import access, helpers, needs, population, register, whereabouts
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.agency import acting
from todoke.registry.people.models import BatchRead, Fact, Helper, Resident
from todoke.registry.people.types import Reader, Source

READER = Reader("system", "しくみ", "災害のときに知らせる")


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path / "population"


def _needs(people: list[Resident]) -> dict[str, list[bool]]:
    everybody = population.fresh(reader=READER)
    rows = everybody.rows([one.pk for one in people])
    return {need: mask.tolist() for need, mask in needs.needs_of(rows, everybody, reader=READER).items()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("few", [0, 5_000])
def test_needs_of_many_are_what_the_surest_source_says(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "FEW", few)
    deaf, healed, blind, none = (resident(f"見本 {n}") for n in range(4))
    learn_facts(resident=deaf, said={"needs.hearing": True, "needs.dialysis": False})
    learn_facts(resident=healed, said={"needs.walking": True})
    learn_facts(resident=healed, said={"needs.walking": None, "needs.wheelchair": True})
    learn_facts(resident=healed, said={"needs.wheelchair": False}, source=Source.OFFICE)
    learn_facts(resident=blind, said={"needs.sight": False})
    learn_facts(resident=blind, said={"needs.sight": True}, source=Source.OFFICE)
    before = BatchRead.objects.count()
    found = _needs([blind, none, deaf, healed])
    assert found["hearing"] == [False, False, True, False]
    assert found["sight"] == [True, False, False, False]
    assert not any(any(found[need]) for need in ("wheelchair", "walking", "electricity", "dialysis"))
    assert BatchRead.objects.count() == before + 2
    assert "needs.hearing" in BatchRead.objects.latest("id").keys


@pytest.mark.django_db(transaction=True)
def test_needs_that_were_prepared_follow_every_change(folder: Path) -> None:
    people = [resident(f"見本 {n}") for n in range(6)]
    learn_facts(resident=people[0], said={"needs.hearing": True})
    learn_facts(resident=people[1], said={"needs.sight": True})
    needs.prepare(population.rebuild(reader=READER), reader=READER)
    assert all(b"true" not in path.read_bytes() for path in folder.glob("*/needs.sealed"))
    learn_facts(resident=people[1], said={"needs.sight": False})
    learn_facts(resident=people[2], said={"needs.walking": True})
    people[3].delete()
    del people[3]
    expected = [True, False, False, False, False], [False, False, True, False, False]
    for _time in range(2):
        found = _needs(people)
        assert (found["hearing"], found["walking"], any(found["sight"])) == (*expected, False)
        population.refresh(reader=READER)
        register.move(residents=[people[0]], municipality_code="04205", address="見本")


@pytest.mark.django_db(transaction=True)
def test_needs_are_kept_sealed_and_are_not_in_the_population() -> None:
    one = resident("見本 花子")
    learn_facts(resident=one, said={"needs.electricity": True})
    assert not any(name.startswith("facts.needs.e") for name in population.NAMES)
    with access.own(one):
        assert list(Fact.objects.values_list("value", flat=True)[0]) == ["sealed"]
    nobody = needs.needs_of(np.zeros(0, np.int64), population.fresh(reader=READER), reader=READER)
    assert nobody["sight"].tolist() == []


@pytest.mark.django_db
def test_who_is_handed_the_code_agrees_to_help_and_either_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    person, neighbour, stranger = resident("見本 花子"), resident("例示 修"), resident("仮名 葵")
    told: list[str] = []
    monkeypatch.setattr(events, "tell", lambda event, **_what: told.append(event))
    row, code = helpers.ask_helper(person=person, by="resident:x", name="隣の修さん", relation="neighbour")
    assert helpers.helpers_of([person.pk]) == {}
    with pytest.raises(helpers.HelperCodeError):
        helpers.agree_to_help(helper=person, code=code)
    helpers.agree_to_help(helper=neighbour, code=code)
    helpers.agree_to_help(helper=neighbour, code=code.lower())
    with pytest.raises(helpers.HelperCodeError):
        helpers.agree_to_help(helper=stranger, code=code)
    assert [one.helper for one in helpers.helpers_of([person.pk, stranger.pk])[person.pk]] == [neighbour]
    assert [one.person for one in helpers.helped_by(neighbour)] == [person]
    with pytest.raises(helpers.NotFoundError):
        helpers.end_help(helper_id=row.pk, by=stranger)
    helpers.end_help(helper_id=row.pk, by=neighbour)
    assert helpers.helpers_of([person.pk]) == {}
    assert told == ["helper-asked", "helper-agreed", "helper-ended"]
    assert AuditEntry.objects.filter(action__startswith="helper.").count() == 3


@pytest.mark.django_db
def test_of_who_is_no_resident_here_the_person_says_that_they_agreed() -> None:
    person = resident("見本 花子")
    row, _code = helpers.ask_helper(
        person=person, by="resident:x", name="見本町自治会", relation="volunteer", phone="022"
    )
    helpers.note_agreement(helper_id=row.pk, person=person, by="resident:x")
    assert helpers.helpers_of([person.pk])[person.pk][0].phone == "022"
    with pytest.raises(helpers.HelperError):
        helpers.ask_helper(person=person, by="resident:x", name=" ", relation="family")
    member = resident("見本 一", date(1990, 1, 1), "spouse", person.household)
    helpers.ask_helper(person=person, by="resident:x", name=member.name, relation="family", helper=member)
    with pytest.raises(helpers.HelperTwiceError):
        helpers.ask_helper(person=person, by="resident:x", name=member.name, relation="family", helper=member)
    asked = helpers.helped_by(member).get()
    with pytest.raises(helpers.HelperCodeError):
        helpers.agree_to_help(helper=person, helper_id=asked.pk)
    assert helpers.agree_to_help(helper=member, helper_id=asked.pk).agreed_at


@pytest.mark.django_db
def test_somebody_is_at_one_place_now_and_not_for_ever() -> None:
    one = resident("見本 花子")
    until = clock.now() + timedelta(hours=3)
    whereabouts.add_whereabouts(resident=one, kind="work", longitude=141.0, latitude=38.3, name="勤め先")
    whereabouts.say_where_i_am(resident=one, longitude=141.1, latitude=38.3, until=until)
    now = whereabouts.say_where_i_am(resident=one, longitude=141.2, latitude=38.3, until=until)
    assert [(row.kind, row.longitude) for row in whereabouts.whereabouts_of(one)] == [("work", 141.0), ("now", 141.2)]
    whereabouts.end_whereabouts(whereabouts_id=now.pk, resident=one)
    assert [row.kind for row in whereabouts.whereabouts_of(one)] == ["work"]
    with pytest.raises(whereabouts.StayError):
        whereabouts.say_where_i_am(resident=one, longitude=141, latitude=38, until=until + timedelta(days=15))
    for longitude, kind in ((float("nan"), "work"), (200.0, "work"), (141.0, "now")):
        with pytest.raises(whereabouts.PlaceError):
            whereabouts.add_whereabouts(resident=one, kind=kind, longitude=longitude, latitude=38)
    with pytest.raises(whereabouts.NotFoundError):
        whereabouts.end_whereabouts(whereabouts_id=now.pk, resident=resident("例示 修"))


@pytest.mark.django_db
def test_who_died_lives_nowhere_and_helps_nobody() -> None:
    person, helper = resident("見本 花子"), resident("例示 修")
    child = resident("見本 一", date(2020, 1, 1), "child", person.household)
    _row, code = helpers.ask_helper(person=person, by="x", name="修", relation="neighbour")
    helpers.agree_to_help(helper=helper, code=code)
    whereabouts.add_whereabouts(resident=helper, kind="work", longitude=141, latitude=38)
    register.leave(resident=helper, because="died", on=clock.today())
    assert helpers.helpers_of([person.pk]) == {}
    assert not whereabouts.whereabouts_of(helper)
    home = register.move(
        residents=[person, child], municipality_code="04205", address="宮城県気仙沼市見本1", longitude=141.5
    )
    assert set(home.members.all()) == {person, child}
    with pytest.raises(ValueError, match="lost"):
        register.leave(resident=person, because="lost", on=clock.today())


@pytest.mark.django_db
def test_what_an_agent_says_of_needs_carries_their_name() -> None:
    father, daughter = resident("見本 一郎", date(1940, 1, 1)), resident("見本 花子")
    token = acting.set(daughter)
    try:
        learn_facts(resident=father, said={"needs.no_phone": True})
    finally:
        acting.reset(token)
    assert Helper.objects.count() == 0
    assert AuditEntry.objects.get(action="facts.say-for").subject == f"resident:{father.pk}"


@pytest.mark.django_db
def test_a_helper_who_is_asked_twice_is_one() -> None:
    person = resident("見本 花子")
    helpers.ask_helper(person=person, by="resident:1", name="例示 修", relation="neighbour")
    with pytest.raises(helpers.HelperTwiceError):
        helpers.ask_helper(person=person, by="resident:1", name="例示 修", relation="neighbour")
    assert Helper.objects.filter(person=person, ended_at=None).count() == 1
