"""Acting for somebody: by law, by consent, by paper; never longer than agreed."""

from datetime import date, timedelta

import pytest

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError
from todoke.registry.people import agency
from todoke.registry.people.models import Agency, Resident

pytestmark = pytest.mark.django_db


def next_year() -> date:
    return clock.today() + timedelta(days=365)


def granted(person: Resident, agent: Resident) -> Agency:
    _made, code = agency.grant(person=person, granted_by=f"resident:{person.pk}", basis="consent", valid_to=next_year())
    return agency.take_up(agent=agent, code=code)


def test_parents_act_for_children_until_they_are_of_age(mother: Resident) -> None:
    child = resident("見本 そら", date(clock.today().year - 3, 1, 1), "child", mother.household)
    grown = resident("見本 大", date(clock.today().year - 19, 1, 1), "child", mother.household)
    assert [one.person for one in agency.represented_by(mother)] == [child]
    assert agency.may_act_for(mother, str(grown.pk)) is None
    assert agency.represented_by(child) == []


def test_a_code_makes_an_agent_and_only_one(mother: Resident, stranger: Resident) -> None:
    third = resident("雛形 結衣")
    _made, code = agency.grant(person=mother, granted_by="officer:1", basis="paper", valid_to=next_year())
    agency.take_up(agent=stranger, code=code.lower())
    agency.take_up(agent=stranger, code=code)
    assert agency.may_act_for(stranger, str(mother.pk)) == mother
    with pytest.raises(agency.AgencyCodeError):
        agency.take_up(agent=third, code=code)
    assert agency.may_act_for(mother, str(stranger.pk)) is None


@pytest.mark.parametrize("days", [-1, 0, 1100])
def test_an_agency_has_an_end(mother: Resident, days: int) -> None:
    with pytest.raises(agency.AgencyError):
        agency.grant(person=mother, granted_by="x", basis="consent", valid_to=clock.today() + timedelta(days=days))


def test_either_ends_it_and_others_cannot(mother: Resident, stranger: Resident) -> None:
    row = granted(mother, stranger)
    with pytest.raises(NotFoundError):
        agency.end(agency_id=row.pk, by=resident("雛形 結衣"))
    agency.end(agency_id=row.pk, by=stranger)
    assert agency.may_act_for(stranger, str(mother.pk)) is None
    assert agency.standing_agencies(mother) == []


def test_it_ends_by_itself(mother: Resident, stranger: Resident) -> None:
    row = granted(mother, stranger)
    Agency.objects.filter(pk=row.pk).update(valid_to=clock.today() - timedelta(days=1))
    assert agency.represented_by(stranger) == []


def test_nobody_is_their_own_agent(mother: Resident) -> None:
    _made, code = agency.grant(person=mother, granted_by="x", basis="consent", valid_to=next_year())
    with pytest.raises(agency.AgencyCodeError):
        agency.take_up(agent=mother, code=code)


def test_the_person_sees_that_somebody_acted(mother: Resident, stranger: Resident) -> None:
    granted(mother, stranger)
    agency.begin_acting(agent=stranger, person=mother)
    entry = mother.access_entries.get()
    assert entry.actor_name.startswith("例示 修")
    assert entry.purpose == agency.PURPOSE


def test_two_of_one_name_and_birthday_are_not_guessed_between(mother: Resident) -> None:
    assert agency.registered_person(name="見本　花子", birth_date=mother.birth_date) == mother
    resident("見本 花子")
    assert agency.registered_person(name="見本 花子", birth_date=mother.birth_date) is None
