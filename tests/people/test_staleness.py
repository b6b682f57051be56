"""An old answer is marked and still used: by one person's facts, by SQL and by columns alike."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from django.db import connection
from psycopg.sql import SQL
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import clock
from todoke.kernel.rules import compile_rule
from todoke.kernel.rules.columns import UNKNOWN, evaluate_columns, values_of
from todoke.kernel.rules.sql import SqlValue
from todoke.registry.people import access, population
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.in_sql import TABLES, facts_in_sql
from todoke.registry.people.keys import KEYS, RULE_NAMES
from todoke.registry.people.models import Fact, Resident
from todoke.registry.people.queries import facts_in_batch, facts_of, history_of, own_facts
from todoke.registry.people.types import Reader, Source

pytestmark = pytest.mark.django_db

READER = Reader("system", "しくみ", "対象になる人を数える")
SAYINGS: dict[str, list[Any]] = {
    "work.public_servant": [True, False, None],
    "income.assessed": [0, 3_200_000, None],
    "work.employer": ["見本商店", "例示工業", None],
    "disaster.damage": ["none", "half", None],
}


def learnt_ago(person: Resident, days: int) -> None:
    """What is newest of them was learnt so many days ago."""
    with access.own(person):
        newest = Fact.objects.filter(resident=person).latest("id")
        Fact.objects.filter(pk=newest.pk).update(learnt_at=clock.now() - timedelta(days=days))


@pytest.mark.parametrize("source", [Source.SELF, Source.OFFICE])
def test_what_was_said_or_found_long_ago_is_to_be_confirmed(mother: Resident, source: Source) -> None:
    learn_facts(resident=mother, said={"disaster.damage": "half"}, source=source)
    for days, stale in ((365, False), (366, True)):
        learnt_ago(mother, days)
        fact = own_facts(mother)["disaster.damage"]
        assert (fact.value, fact.stale) == ("half", stale)
        assert history_of(mother, "disaster.damage")[0].stale is stale


def test_what_a_register_keeps_is_never_stale(mother: Resident) -> None:
    assert not any(fact.stale for fact in own_facts(mother).values())


def test_a_past_day_measures_from_that_day(mother: Resident) -> None:
    learn_facts(resident=mother, said={"work.employer": "見本商店"})
    learnt_ago(mother, 400)
    today = clock.today()
    assert own_facts(mother)["work.employer"].stale
    assert not own_facts(mother, on=today - timedelta(days=35))["work.employer"].stale
    assert own_facts(mother, on=today - timedelta(days=34))["work.employer"].stale
    assert facts_of(mother, READER, ["work.employer"], on=today + timedelta(days=9))["work.employer"].stale
    assert not facts_of(mother, READER, ["work.employer"], on=today - timedelta(days=300))["work.employer"].stale


def _random_facts(random: Random) -> list[Resident]:
    people = [resident(f"見本 {number}", date(1980, 1, 1) + timedelta(number)) for number in range(20)]
    for person in people:
        for _time in range(random.randrange(9)):
            key = random.choice(list(SAYINGS))
            value, source = random.choice(SAYINGS[key]), random.choice(KEYS[key].sources)
            if learn_facts(resident=person, said={key: value}, source=source):
                learnt_ago(person, random.choice([0, 1, 364, 365, 366, 367, 800]))
    return people


def _of_sql(key: str) -> Mapping[Any, Any]:
    value = facts_in_sql(clock.today())[f"facts.{key}"]
    assert isinstance(value, SqlValue)
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT r.id, {} FROM {}").format(value.sql, TABLES))
        return dict(cursor.fetchall())


def _of_columns(everybody: population.Population, key: str) -> Mapping[Any, Any]:
    tree = compile_rule(f"facts.{key}", RULE_NAMES).tree
    found = values_of(evaluate_columns(tree, everybody.frame, clock.today()), everybody.frame.size)
    ids = everybody.ids(np.ones(everybody.frame.size, bool))
    return {one: None if value is UNKNOWN else value for one, value in zip(ids, found, strict=True)}


@pytest.mark.parametrize("seed", range(4))
def test_facts_sql_and_columns_take_old_answers_alike(seed: int, settings: Settings, tmp_path: Path) -> None:
    settings.STATE = tmp_path
    people = _random_facts(Random(seed))
    everybody = population.rebuild(reader=READER)
    old = 0
    with access.batch(reader=READER, keys=list(SAYINGS)):
        known = facts_in_batch(people, list(SAYINGS))
        for key in SAYINGS:
            in_sql, in_columns = _of_sql(key), _of_columns(everybody, key)
            for person in people:
                fact = known[person.pk].get(key)
                value = fact.value if fact else None
                assert (in_sql[person.pk], in_columns[person.pk]) == (value, value)
                if fact and fact.since:
                    assert fact.stale is ((clock.today() - fact.since).days > 365)
                    old += fact.stale
    assert old > 5
