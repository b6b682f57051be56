"""Everybody as columns: what each resident's own facts say, and the same after changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.kernel.rules import compile_rule
from todoke.kernel.rules.columns import UNKNOWN, Truth, evaluate_columns, values_of
from todoke.registry.people import access
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.keys import KEYS, RULE_NAMES
from todoke.registry.people.models import BatchRead, Household, Resident
from todoke.registry.people.population import (
    NAMES,
    NoSnapshotError,
    Population,
    load,
    reading,
    rebuild,
    refresh,
    snapshot,
)
from todoke.registry.people.population.reading import Rows
from todoke.registry.people.queries import facts_in_batch, for_rules
from todoke.registry.people.types import Reader

READER = Reader("system", "しくみ", "対象になる人を数える")


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path / "population"


def _homes(random: Random, count: int) -> list[Resident]:
    people: list[Resident] = []
    for number in range(count):
        code = random.choice(["04202", "04207", "04100", ""])
        home = Household.objects.create(municipality_code=code, address=f"見本{number}")
        relations = [
            "head",
            *random.sample(["spouse", "child", "child", "child", "parent", "head"], random.randrange(5)),
        ]
        for relation in relations:
            born = date(1950, 1, 1) + timedelta(random.choice([0, 20_000, random.randrange(27_000)]))
            person = resident(f"見本 {len(people)}", born, relation, home)
            person.gender, person.registered = random.choice("0129"), random.random() < 0.9
            person.save()
            people.append(person)
    return people


SAYINGS: dict[str, list[Any]] = {
    "work.public_servant": [True, False, None],
    "income.assessed": [0, 3_200_000, None],
    "work.employer": ["見本商店", "例示工業", None],
    "disaster.damage": ["none", "half", None],
}


def _say(random: Random, person: Resident) -> None:
    key = random.choice(list(SAYINGS))
    today = clock.today()
    learn_facts(
        resident=person,
        said={key: random.choice(SAYINGS[key])},
        source=random.choice(KEYS[key].sources),
        valid_from=random.choice([None, None, today, today + timedelta(days=1)]),
        valid_to=random.choice([None, None, today, today - timedelta(days=1)]),
    )


def _differences(population: Population) -> list[str]:
    """Where a column is not what ``facts_in_batch`` says of the resident."""
    people = list(Resident.objects.all())
    with access.batch(reader=READER, keys=[]):
        truth = {one: for_rules(facts) for one, facts in facts_in_batch(people, list(KEYS)).items()}
    assert population.frame.size == len(people)
    ids = population.ids(np.ones(len(people), bool))
    assert population.rows(ids).tolist() == list(range(len(people)))
    wrong = []
    for name in sorted(NAMES):
        value = evaluate_columns(compile_rule(name, RULE_NAMES).tree, population.frame, clock.today())
        for one, found in zip(ids, values_of(value, len(ids)), strict=True):
            expected: Any = truth[one]
            for part in name.split(".")[1:]:
                expected = expected.get(part) if isinstance(expected, dict) else None
            if _seen(name, expected) != (None if found is UNKNOWN else found):
                wrong.append(f"{name} of {one}: {found!r}, not {expected!r}")
    return wrong


def _seen(name: str, value: Any) -> Any:
    """Of persons the population has less than the register."""
    if name == "facts.household.children" and value is not None:
        return [{part: child[part] for part in ("id", "birth_date", "gender", "order")} for child in value]
    if name == "facts.household.spouse" and value is not None:
        return {part: value[part] for part in ("birth_date", "gender")}
    return value


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_the_population_says_what_each_residents_facts_say(seed: int) -> None:
    random = Random(seed)
    people = _homes(random, 40)
    for _ in range(150):
        _say(random, random.choice(people))
    assert _differences(rebuild(reader=READER)) == []
    assert _differences(load()) == []


@pytest.mark.django_db(transaction=True)
def test_after_changes_a_refresh_says_what_a_rebuild_says() -> None:
    random = Random(7)
    people = _homes(random, 30)
    for _ in range(60):
        _say(random, random.choice(people))
    rebuild(reader=READER)
    for _ in range(6):
        for _ in range(3):
            _say(random, random.choice(people))
        mover, parent = random.sample(people, 2)
        Resident.objects.filter(pk=mover.pk).update(household=parent.household_id, relation="child")
        Household.objects.filter(pk=parent.household_id).update(municipality_code=random.choice(["04321", "04202"]))
        people += _homes(random, 1)
        changed = refresh(reader=READER)
        assert _differences(changed) == []
    assert [f.name for f in (snapshot._folder()).iterdir() if not f.is_dir()] == ["current"]
    assert len(list(snapshot._folder().iterdir())) == 3


@pytest.mark.django_db(transaction=True)
def test_a_refresh_reads_only_who_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    people = _homes(Random(1), 20)
    rebuild(reader=READER)
    read: list[int] = []
    original = reading.people

    def counted(codes: Sequence[str], ids: Sequence[UUID] | None = None) -> Rows:
        read.append(len(ids or ()))
        return original(codes, ids)

    monkeypatch.setattr(reading, "people", counted)
    refresh(reader=READER)
    learn_facts(resident=people[3], said={"work.employer": "見本商店"})
    refresh(reader=READER)
    Household.objects.filter(pk=people[0].household_id).update(municipality_code="04202")
    refresh(reader=READER)
    members = Resident.objects.filter(household=people[0].household_id).count()
    assert read == [0, 1, members]


@pytest.mark.django_db(transaction=True)
def test_who_is_gone_is_gone_and_facts_begin_and_end_with_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    people, today = _homes(Random(2), 10), clock.today()
    learn_facts(resident=people[0], said={"work.employer": "見本商店"}, valid_to=today)
    learn_facts(resident=people[1], said={"income.dependants": 2}, valid_from=today + timedelta(days=1))
    rebuild(reader=READER)
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
    assert _differences(load()) != []
    assert _differences(refresh(reader=READER)) == []
    alone = resident("見本 ひとり")
    refresh(reader=READER)
    alone.delete()
    assert _differences(refresh(reader=READER)) == []


@pytest.mark.django_db(transaction=True)
def test_in_another_database_everybody_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    people = _homes(Random(3), 5)
    rebuild(reader=READER)
    monkeypatch.setattr(reading, "changed_since", lambda *_since: [])
    learn_facts(resident=people[0], said={"work.employer": "見本商店"})
    assert _differences(refresh(reader=READER)) != []
    monkeypatch.setattr(reading, "database", lambda: "another")
    assert _differences(refresh(reader=READER)) == []


@pytest.mark.django_db
def test_rules_over_everybody() -> None:
    home = Household.objects.create(municipality_code="04202", address="見本")
    mother, child = (
        resident("見本 花子", date(1990, 1, 1), "head", home),
        resident("見本 一", date(2020, 1, 1), "child", home),
    )
    stranger = resident("例示 修", date(1940, 1, 1))
    population = rebuild(reader=READER)
    rule = compile_rule(
        'facts.address.municipality == "04202"'
        " && facts.household.children.exists(c, age_on(c.birth_date, today()) < 18)",
        RULE_NAMES,
    )
    value = evaluate_columns(rule.tree, population.frame, date(2026, 11, 24))
    assert isinstance(value, Truth)
    assert population.ids(value.true) == [mother.pk]
    assert set(population.ids(value.false)) == {child.pk, stranger.pk}
    assert population.rows([mother.pk, home.pk]).tolist() == [int(np.flatnonzero(value.true)[0]), -1]


@pytest.mark.django_db
def test_nobody_is_a_population_too(folder: Path) -> None:
    with pytest.raises(NoSnapshotError):
        load()
    assert refresh(reader=READER).frame.size == 0
    assert _differences(load()) == []


@pytest.mark.django_db
def test_what_another_version_wrote_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild(reader=READER)
    monkeypatch.setattr(snapshot, "FORM", ["another"])
    snapshot._loaded.clear()
    with pytest.raises(NoSnapshotError):
        load()
    refresh(reader=READER)
    load()


@pytest.mark.django_db
def test_everybody_can_see_that_they_were_read_and_others_cannot_read_the_files(folder: Path, mother: Resident) -> None:
    rebuild(reader=READER)
    assert BatchRead.objects.get().purpose == READER.purpose
    assert "welfare.receives" not in BatchRead.objects.get().keys
    assert folder.stat().st_mode & 0o077 == 0
    assert all(each.stat().st_mode & 0o077 == 0 for each in folder.iterdir() if each.is_dir())


def test_sensitive_facts_and_names_are_not_in_the_population() -> None:
    assert not [name for name in NAMES if KEYS[name.removeprefix("facts.")].sensitive]
    assert not NAMES & {"facts.name", "facts.address.full", "facts.welfare.receives"}
