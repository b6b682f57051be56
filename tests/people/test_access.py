"""Nobody reads a fact without a row that its subject sees."""

from datetime import date

import psycopg
import pytest
from django.db import connection, transaction

from tests.people.conftest import resident
from todoke.registry.people import access
from todoke.registry.people.access import ReasonNeededError
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.models import BatchRead, Fact, Resident
from todoke.registry.people.queries import facts_of, own_facts
from todoke.registry.people.types import Reader

OFFICER = Reader("officer:7", "石巻市 子ども保育課", "申請の審査", "保育施設利用申込")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _held_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            pytest.skip("this database's role is exempt from row-level security")


def two() -> tuple[Resident, Resident]:
    mother, stranger = resident("見本 花子"), resident("例示 修")
    for one, employer in ((mother, "見本商店"), (stranger, "例示工業")):
        learn_facts(resident=one, said={"work.employer": employer})
    return mother, stranger


def raw_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_fact")
        return int(cursor.fetchone()[0])


def test_a_query_that_announces_nobody_finds_nothing() -> None:
    two()
    assert raw_count() == 0
    assert not Fact.objects.exists()


def test_a_reader_sees_the_facts_of_the_resident_it_announced() -> None:
    mother, stranger = two()
    with transaction.atomic():
        found = facts_of(mother, OFFICER, ["work.employer"])
        assert found["work.employer"].value == "見本商店"
        assert [fact.resident_id for fact in Fact.objects.all()] == [mother.pk]
    assert raw_count() == 0
    entry = mother.access_entries.get()
    assert (entry.actor_name, entry.keys, entry.purpose) == ("石巻市 子ども保育課", ["work.employer"], "申請の審査")
    assert not stranger.access_entries.exists()


def test_a_look_of_the_past_opens_nothing_now() -> None:
    mother, _stranger = two()
    facts_of(mother, OFFICER, ["work.employer"])
    with transaction.atomic():
        assert raw_count() == 0


def test_a_reload_is_the_same_look_and_still_opens_the_door() -> None:
    mother, _stranger = two()
    for _reload in range(2):
        assert facts_of(mother, OFFICER, ["work.employer"])
    assert mother.access_entries.count() == 1


def test_a_look_that_fails_leaves_neither_row_nor_value() -> None:
    mother, _stranger = two()
    with transaction.atomic():
        facts_of(mother, OFFICER, ["work.employer"])
        transaction.set_rollback(True)
    assert not mother.access_entries.exists()


def test_own_data_is_ones_own_alone() -> None:
    mother, stranger = two()
    with access.own(mother):
        assert {fact.resident_id for fact in Fact.objects.all()} == {mother.pk}
    assert own_facts(stranger)["work.employer"].value == "例示工業"
    assert not mother.access_entries.exists()


def test_everybody_can_see_that_everybody_was_read() -> None:
    two()
    reader = Reader("system", "宮城県", "制度の試算。人数だけを数えます")
    with access.batch(reader=reader, keys=["work.employer"]):
        assert raw_count() == 2
    assert raw_count() == 0
    assert BatchRead.objects.get().keys == ["work.employer"]


def test_nobody_writes_into_anothers_facts_unannounced() -> None:
    mother, _stranger = two()
    with pytest.raises(Exception, match="row-level security") as refused, transaction.atomic():
        Fact.objects.create(
            resident=mother, key="work.employer", value="x", source="self", learnt_at="2026-01-01T00:00Z"
        )
    assert isinstance(refused.value.__cause__, psycopg.Error)


def test_an_officer_says_why_before_sensitive_facts_are_read() -> None:
    mother, _stranger = two()
    learn_facts(resident=mother, said={"welfare.receives": True})
    with pytest.raises(ReasonNeededError):
        facts_of(mother, OFFICER, ["welfare.receives"])
    assert not mother.access_entries.exists()
    asked = Reader(OFFICER.actor, OFFICER.name, OFFICER.purpose, OFFICER.what, reason="要件を確かめるため")
    assert facts_of(mother, asked, ["welfare.receives"])["welfare.receives"].value is True
    assert mother.access_entries.get().reason == "要件を確かめるため"


def test_a_fact_of_the_register_is_read_through_the_same_door() -> None:
    mother, _stranger = two()
    assert facts_of(mother, OFFICER, ["birth_date"])["birth_date"].value == date(1992, 5, 14).isoformat()
    assert mother.access_entries.get().keys == ["birth_date"]
