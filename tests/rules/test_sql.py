"""What SQL finds is what the interpreter says is certainly true, of random rules and facts with gaps, on PostgreSQL."""

import json
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.rules.test_columns import OWN, SHARED, TODAY, Facts, Rules, bounded
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.sql import Mapped, SqlError, SqlList, SqlValue, where_clause
from todoke.kernel.rules.tree import Call, Literal, Name, Node

pytestmark = pytest.mark.django_db

TABLE = """
CREATE TEMPORARY TABLE person (
    id int, n bigint, m bigint, b boolean, s text, d date, pq bigint, town text, size bigint, head_age bigint,
    head_tag text, xs jsonb, kids jsonb, tags jsonb, days jsonb
) ON COMMIT DROP
"""
KID = {"age": "int", "born": "date", "ok": "bool", "tag": "str"}
TYPES = {"int": SQL("bigint"), "date": SQL("date"), "bool": SQL("boolean"), "str": SQL("text")}


def _column(kind: str, name: str) -> SqlValue:
    return SqlValue(kind, Identifier("person", name))


def _records(column: str, members: dict[str, str]) -> SqlList:
    fields = SQL(", ").join(SQL("{} {}").format(Identifier(name), TYPES[kind]) for name, kind in members.items())
    place = Identifier("person", column)
    rows = SQL("SELECT * FROM jsonb_to_recordset({}) AS item({})").format(place, fields)
    return SqlList(rows, members, SQL("{} IS NOT NULL").format(place))


def _values(column: str, kind: str) -> SqlList:
    place = Identifier("person", column)
    rows = SQL("SELECT own.item::{} AS item FROM jsonb_array_elements_text({}) AS own(item)").format(TYPES[kind], place)
    return SqlList(rows, {"item": kind}, SQL("{} IS NOT NULL").format(place))


MAPPING: Mapped = {
    **{
        name: _column(kind, name)
        for name, kind in {"n": "int", "m": "int", "b": "bool", "s": "str", "d": "date"}.items()
    },
    "p.q": _column("int", "pq"),
    "home.town": _column("str", "town"),
    "home.size": _column("int", "size"),
    "home.head.age": _column("int", "head_age"),
    "home.head.tag": _column("str", "head_tag"),
    "xs": _values("xs", "int"),
    "home.kids": _records("kids", KID),
    "home.tags": _values("tags", "str"),
    "home.days": _values("days", "date"),
    "absent": SqlValue("bool", SQL("NULL::boolean")),
}


def _row(number: int, person: dict[str, Any]) -> list[Any]:
    home = person.get("home", {})
    head = home.get("head", {})
    lists = [person.get("xs"), home.get("kids"), home.get("tags"), home.get("days")]
    return [
        *(number, person.get("n"), person.get("m"), person.get("b"), person.get("s"), person.get("d")),
        *(person.get("p", {}).get("q"), home.get("town"), home.get("size"), head.get("age"), head.get("tag")),
        *(None if each is None else json.dumps(each, default=date.isoformat) for each in lists),
    ]


def _fill(random: Random, size: int) -> list[dict[str, Any]]:
    facts = Facts(random)
    people = [facts.of(OWN) | facts.of(SHARED) for _ in range(size)]
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        places = ", ".join(["%s"] * 15)
        cursor.executemany(f"INSERT INTO person VALUES ({places})", [_row(n, p) for n, p in enumerate(people)])
    return people


def _found(tree: Node) -> set[int]:
    condition, parameters = where_clause(tree, MAPPING, TODAY)
    query = SQL("SELECT id FROM person WHERE {}").format(condition)
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("seed", range(3))
def test_sql_finds_exactly_who_is_certainly_meant(seed: int) -> None:
    random = Random(seed)
    people = _fill(random, 60)
    said = met = 0
    for _ in range(600):
        rule = Rules(random).of("bool", random.choice([1, 2, 3]))
        tree = bounded(parse(rule), random)
        expected = {number for number, person in enumerate(people) if evaluate(tree, person, TODAY) is True}
        try:
            found = _found(tree)
        except SqlError:
            continue
        assert (rule, found) == (rule, expected)
        said, met = said + 1, met + bool(expected) * (len(expected) < 60)
    assert said > 150
    assert met > 60


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("b && n", "a int where bool is needed"),
        ("n < 1 && nowhere == 1", "1:10: SQL cannot say nowhere"),
        ("xs == [1]", "SQL cannot say xs"),
        ("n > m ? true : s == date(s)", "SQL cannot say this as a value"),
        ("(n > 1 ? n : s) == 1", "a int or a str"),
        ("home.kids.map(k, k.age).exists(a, a.born == d)", "SQL cannot say a.born"),
        ("known(n + 1)", "whether this is known"),
    ],
)
def test_what_sql_cannot_say_is_refused(rule: str, problem: str) -> None:
    with pytest.raises(SqlError, match=problem):
        where_clause(parse(rule), MAPPING, TODAY)


def test_truths_that_contain_themselves_do_not_grow_without_end() -> None:
    rule = "b"
    for _ in range(14):
        rule = f"({rule} == b)"
    with pytest.raises(SqlError, match="more than 5,000 parts"):
        where_clause(parse(rule), MAPPING, TODAY)


def test_words_of_a_rule_are_parameters_and_never_part_of_the_query() -> None:
    condition, parameters = where_clause(parse('s == "\'; DROP TABLE person; --" && n == 3'), MAPPING, TODAY)
    assert "DROP" not in condition.as_string(None)
    assert set(parameters.values()) == {"'; DROP TABLE person; --", 3}
    with pytest.raises(SqlError, match="code 0"):
        where_clause(Call("_==_", (Name("s"), Literal("\0"))), MAPPING, TODAY)


def test_a_list_that_is_not_known_has_no_items_and_no_lack_of_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("INSERT INTO person (id, kids) VALUES (0, NULL), (1, '[]'), (2, '[{\"age\": 1}, {}]')")
    assert _found(parse("home.kids.all(k, k.age > 0)")) == {1}
    assert _found(parse("!home.kids.exists(k, k.age > 0)")) == {1}
    assert _found(parse("home.kids.exists(k, k.age > 0)")) == {2}
    assert _found(parse("!home.kids.all(k, k.age > 1)")) == {2}
    assert _found(parse("size(home.kids) >= 0")) == {1, 2}
    assert _found(parse("size(home.kids.filter(k, k.age > 0)) >= 0")) == {1}
