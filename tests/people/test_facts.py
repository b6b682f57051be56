"""What is known, since when, from whom, and until when."""

from datetime import date, timedelta
from threading import Thread

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.registry.people import access, agency, consents, keys
from todoke.registry.people.actions import SourceRefusedError, encrypt_anew, learn_facts, rename_key
from todoke.registry.people.keys import KEYS, as_said, typed, value_in_words
from todoke.registry.people.models import Fact, Resident
from todoke.registry.people.queries import facts_of, for_rules, history_of, own_facts
from todoke.registry.people.types import KnownFact, Reader, Source

pytestmark = pytest.mark.django_db


def employer(mother: Resident, **asked: object) -> object:
    fact = own_facts(mother, **asked).get("work.employer")  # type: ignore[arg-type]
    return fact.value if fact else None


def test_a_correction_keeps_what_was_said_before(mother: Resident) -> None:
    before = clock.now()
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    between = clock.now()
    assert learn_facts(resident=mother, said={"work.employer": "見本商会"}) == ["work.employer"]
    assert employer(mother) == "見本商会"
    assert employer(mother, known_at=between) == "見本商店"
    assert employer(mother, known_at=before) is None
    assert [fact.value for fact in history_of(mother, "work.employer")] == ["見本商会", "見本商店"]


def test_what_held_on_a_day(mother: Resident) -> None:
    today = clock.today()
    learn_facts(resident=mother, said={"work.employer": "いまの店"}, valid_from=today)
    learn_facts(
        resident=mother,
        said={"income.dependants": 2},
        valid_from=today - timedelta(days=400),
        valid_to=today - timedelta(days=35),
    )
    assert "income.dependants" not in own_facts(mother)
    assert own_facts(mother, on=today - timedelta(days=100))["income.dependants"].value == 2
    assert employer(mother, on=today - timedelta(days=1)) is None


def test_what_is_said_twice_is_one_row_and_what_is_taken_back_is_gone(mother: Resident) -> None:
    assert learn_facts(resident=mother, said={"work.employer": "見本商店"}) == ["work.employer"]
    assert learn_facts(resident=mother, said={"work.employer": "見本商店"}) == []
    with access.own(mother):
        assert Fact.objects.count() == 1
    learn_facts(resident=mother, said={"work.employer": None})
    assert employer(mother) is None


def test_a_surer_source_wins_and_the_contradiction_stands_beside_it(mother: Resident) -> None:
    learn_facts(resident=mother, said={"disaster.damage": "total"}, source=Source.OFFICE)
    learn_facts(resident=mother, said={"disaster.damage": "none"})
    fact = own_facts(mother)["disaster.damage"]
    assert (fact.value, fact.source) == ("total", Source.OFFICE)
    assert fact.contradicted_by
    assert fact.contradicted_by.value == "none"


@pytest.mark.parametrize("key", ["name", "birth_date", "household.children"])
def test_what_a_register_keeps_is_not_overwritten(mother: Resident, key: str) -> None:
    with pytest.raises(SourceRefusedError):
        learn_facts(resident=mother, said={key: "x"})


def test_what_was_said_long_ago_is_to_be_confirmed(mother: Resident) -> None:
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    assert not own_facts(mother)["work.employer"].stale
    with access.own(mother):
        Fact.objects.update(learnt_at=clock.now() - timedelta(days=366))
    assert own_facts(mother)["work.employer"].stale
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    assert not own_facts(mother)["work.employer"].stale


def test_sensitive_values_are_not_readable_in_the_database(mother: Resident) -> None:
    learn_facts(resident=mother, said={"disability.certificate": "physical"})
    with access.own(mother), connection.cursor() as cursor:
        cursor.execute("SELECT value::text FROM people_fact")
        assert "physical" not in cursor.fetchone()[0]
    assert own_facts(mother)["disability.certificate"].value == "physical"


def test_a_household_is_typed_once_and_read_by_its_members(db: None) -> None:
    mother = resident("見本 花子")
    father = resident("見本 一郎", date(1990, 11, 3), "spouse", mother.household)
    for name, born in (("見本 そら", date(2025, 9, 2)), ("見本 ひかり", date(2018, 4, 20))):
        resident(name, born, "child", mother.household)
    for parent in (mother, father):
        facts = own_facts(parent)
        assert [child["name"] for child in facts["household.children"].value] == ["見本 ひかり", "見本 そら"]
        assert facts["household.size"].value == 4
        assert [c["order"] for c in for_rules(facts)["household"]["children"]] == [1, 2]


def test_a_household_that_splits_is_two(db: None) -> None:
    mother = resident("見本 花子")
    father = resident("見本 一郎", date(1990, 11, 3), "spouse", mother.household)
    child = resident("見本 そら", date(2025, 9, 2), "child", mother.household)
    elsewhere = resident("例示 健").household
    father.household, father.relation = elsewhere, "head"
    father.save()
    assert own_facts(Resident.objects.get(pk=father.pk))["household.children"].value == []
    facts = own_facts(Resident.objects.get(pk=mother.pk))
    assert [c["id"] for c in facts["household.children"].value] == [str(child.pk)]
    assert "household.spouse" not in facts


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_follow_one_another() -> None:
    mother = resident("見本 花子")

    def write(value: str) -> None:
        learn_facts(resident=mother, said={"work.employer": value})
        connection.close()

    writers = [Thread(target=write, args=(f"店{n}",)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    history = history_of(mother, "work.employer")
    assert len(history) == 6
    assert employer(mother) == history[0].value


def test_a_consent_is_given_once_and_taken_back(mother: Resident) -> None:
    assert consents.standing(mother) == set()
    for _twice in range(2):
        consents.set_consent(resident=mother, purpose="proactive", given=True)
    assert consents.standing(mother) == {"proactive"}
    consents.set_consent(resident=mother, purpose="proactive", given=False)
    assert consents.standing(mother) == set()
    assert mother.consents.count() == 1


@pytest.mark.parametrize("key", [key for key, declared in KEYS.items() if declared.question])
def test_every_question_takes_its_answer_and_says_it_again(key: str) -> None:
    declared = KEYS[key]
    typed_in = {"bool": "yes", "int": "３,200,000円", "str": next(iter(declared.options or {"x": ""}))}[
        declared.shape.kind
    ]
    value = as_said(key, typed_in)
    assert value_in_words(key, value)
    assert typed(declared.shape, value) == value


@given(st.text(max_size=20))
def test_anything_typed_for_a_number_is_a_number_or_an_error(text: str) -> None:
    try:
        said = as_said("income.assessed", text)
    except ValueError as error:
        said = str(error)
    assert said != ""


def test_a_fact_that_cannot_be_its_type_is_not_known() -> None:
    assert for_rules({"birth_date": KnownFact("birth_date", "2026-02-30", Source.REGISTER)}) == {"birth_date": None}


def test_a_key_that_is_renamed_is_found_by_both_names(mother: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    with access.own(mother):
        Fact.objects.update(key="job.employer")
    monkeypatch.setitem(keys.RENAMED, "job.employer", "work.employer")
    assert rename_key(old="job.employer", new="work.employer") == 1
    reader = Reader("service:old", "トドケ（自動）", "申込書に書き写すため")
    facts = facts_of(mother, reader, ["job.employer"])
    assert facts["job.employer"].value == "見本商店"
    assert for_rules(facts) == {"job": {"employer": "見本商店"}}
    learn_facts(resident=mother, said={"job.employer": "見本商会"})
    assert employer(mother) == "見本商会"
    assert "job.employer" not in own_facts(mother)


def test_keys_of_encryption_rotate(mother: Resident, settings: pytest.FixtureRequest) -> None:
    learn_facts(resident=mother, said={"disability.certificate": "physical"})
    old, new = settings.FIELD_KEYS, [Fernet.generate_key().decode()]  # type: ignore[attr-defined]
    settings.FIELD_KEYS = [*new, *old]  # type: ignore[attr-defined]
    assert encrypt_anew() == 1
    settings.FIELD_KEYS = new  # type: ignore[attr-defined]
    assert own_facts(mother)["disability.certificate"].value == "physical"


def test_a_longer_time_and_a_new_one_are_kept_though_the_value_is_the_same(mother: Resident) -> None:
    today = clock.today()
    learn_facts(resident=mother, said={"income.dependants": 2}, valid_to=today + timedelta(days=10))
    learn_facts(resident=mother, said={"income.dependants": 2}, valid_to=today + timedelta(days=400))
    assert own_facts(mother, on=today + timedelta(days=100))["income.dependants"].value == 2
    learn_facts(resident=mother, said={"work.employer": "見本商店"}, valid_to=today - timedelta(days=1))
    assert employer(mother) is None
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    assert employer(mother) == "見本商店"


def test_what_an_agent_says_names_the_agent(mother: Resident, stranger: Resident) -> None:
    token = agency.acting.set(stranger)
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    agency.acting.reset(token)
    assert own_facts(mother)["work.employer"].agent == "例示 修"
    entry = AuditEntry.objects.get(action="facts.say-for")
    assert (entry.actor, entry.subject) == (f"resident:{stranger.pk}", f"resident:{mother.pk}")
