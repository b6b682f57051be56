"""Rules: for one person, over everybody, and a page that asks a hundred of them."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
from django.db import connection, transaction

from todoke.faces.bench.figures import Figure, peak_megabytes, rate, shortest
from todoke.kernel import clock
from todoke.kernel.rules import BOOL, INT, STR, Rule, Shape, compile_rule
from todoke.kernel.rules.columns import Frame, Truth, evaluate_columns
from todoke.kernel.rules.person import compile_person, compile_traced
from todoke.kernel.rules.tree import Node
from todoke.loops.apply.simulation import Question, compiled
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.people import population
from todoke.registry.people.population.reading import HEAD
from todoke.registry.people.types import Reader

READER = Reader("system", "トドケ", "速さを測るため。仮の住民だけ")
R = 'age >= 65 && municipality in ["04202", "04207"] && household.children.exists(c, c.age < 18)'
"""The rule for one person that others' engines are measured with."""

OVER = (
    'age_on(facts.birth_date, today()) >= 40 && facts.address.municipality in ["04202", "04207"]'
    " && facts.household.children.exists(c, age_on(c.birth_date, today()) < 18)"
)
"""The same over facts."""

SERVICES = 100


def measure() -> Iterator[Figure]:
    """All figures, on the residents of this database."""
    yield from one_person()
    began = time.perf_counter()
    everybody = population.rebuild(reader=READER)
    rebuilt = time.perf_counter() - began
    yield from everyone(everybody, rebuilt)
    yield for_me()


def _rule() -> Rule:
    child = Shape("record", members={"age": INT})
    names = {"age": INT, "municipality": STR, "household.children": Shape("list", item=child, bound=20), "x": BOOL}
    return compile_rule(R, names)


def _persons() -> list[dict[str, Any]]:
    """1,024 who differ; of some a fact is missing."""
    found = []
    for number in range(1024):
        children = [{"age": (number * 7 + 5 * n) % 40} for n in range(number % 4)]
        person: dict[str, Any] = {
            "age": (number * 13) % 100,
            "municipality": ("04202", "04207", "04100", "04205")[number % 4],
            "household": {"children": children},
        }
        if number % 11 == 0:
            del person["household"]
        found.append(person)
    return found


def one_person() -> Iterator[Figure]:
    """Evaluations a second of one rule for one person after the other."""
    rule, today, persons = _rule(), clock.today(), _persons()
    known = {"age": 70, "municipality": "04202", "household": {"children": [{"age": 30}, {"age": 12}]}}
    plain, traced = compile_person(rule.tree), compile_traced(rule.tree)

    def of_one(holds: Callable[[Any, date], Any]) -> Callable[[], int]:
        def deed() -> int:
            for _time in range(2000):
                holds(known, today)
            return 2000

        return deed

    def of_many() -> int:
        for person in persons:
            plain(person, today)
        return len(persons)

    google = _google(known)
    yield Figure(
        "rules.person",
        rate(of_one(plain)),
        "evaluations/s",
        3_000_000,
        "cel-expr-python" if google else "the reference interpreter (cel-expr-python is not installed)",
        rate(google) if google else rate(of_one(rule.evaluate)),
        least_ratio=10,
        details={"rule": R, "varied_people": round(rate(of_many))},
    )
    yield Figure(
        "rules.person-trace",
        rate(of_one(traced)),
        "evaluations/s",
        700_000,
        "the reference interpreter",
        rate(of_one(rule.evaluate)),
    )


def _google(known: dict[str, Any]) -> Callable[[], int] | None:
    """Google's engine on the same rule and person, where its package is installed (bin/setup --test)."""
    if importlib.util.find_spec("cel_expr_python") is None:
        return None
    cel: Any = importlib.import_module("cel_expr_python.cel")
    kinds = cel.Type
    names = {"age": kinds.INT, "municipality": kinds.STRING, "household": kinds.DYN}
    expression = cel.NewEnv(variables=names).compile(R)

    def deed() -> int:
        for _time in range(500):
            expression.eval(data=known)
        return 500

    return deed


def everyone(everybody: population.Population, rebuilt: float) -> Iterator[Figure]:
    """One rule, a hundred services, and the child allowance, over all residents."""
    today, frame = clock.today(), everybody.frame
    rule = compiled(Question(OVER), OVER, "bool", today)
    found = _truth(rule, frame, today)
    sql_seconds, sql_true = _by_sql(today)
    yield Figure(
        "rules.everybody",
        1000 * shortest(lambda: evaluate_columns(rule, frame, today)),
        "ms",
        60,
        "PostgreSQL, the same rule, three-valued",
        1000 * sql_seconds,
        less=True,
        least_ratio=10,
        details={
            "residents": frame.size,
            "true": int(found.true.sum()),
            "true_by_sql": sql_true,
            "growth_ms": _growth(rule, frame, today),
        },
    )
    rules = _hundred(today)
    began = time.perf_counter()
    for one in rules:
        evaluate_columns(one, frame, today)
    yield Figure(
        "rules.hundred-services",
        time.perf_counter() - began,
        "s",
        10,
        "generated Python, person by person, from a sample",
        _one_by_one(rules, everybody, today),
        less=True,
        details={"residents": frame.size, "rules": len(rules)},
    )
    yield _child_allowance(everybody, today)
    yield Figure("rules.rebuild", rebuilt, "s", 30, less=True, details={"residents": frame.size})
    yield Figure("rules.memory", peak_megabytes(), "MB", 1000, less=True, details={"residents": frame.size})


def _truth(rule: Node, frame: Frame, today: date) -> Truth:
    found = evaluate_columns(rule, frame, today)
    assert isinstance(found, Truth)  # noqa: S101 - a checked rule
    return found


def _growth(rule: Node, frame: Frame, today: date) -> dict[str, float]:
    sizes = [size for size in (100_000, 500_000, 1_000_000, 2_300_000) if size <= frame.size] or [frame.size]
    parts = {size: frame.part(0, size) for size in sizes}
    times = {size: shortest(lambda part=part: evaluate_columns(rule, part, today)) for size, part in parts.items()}  # type: ignore[misc]
    return {f"{size:,}": round(1000 * seconds, 1) for size, seconds in times.items()}


def _by_sql(today: date) -> tuple[float, int]:
    """As one would write it for PostgreSQL with a third value for what is not known of children."""
    query = """
        SELECT count(*) FROM people_resident r JOIN people_household h ON h.id = r.household_id
        LEFT JOIN LATERAL (
            SELECT bool_or(c.birth_date > %(child)s) AS has FROM people_resident c
            WHERE c.household_id = r.household_id AND c.relation = 'child' AND c.id <> r.id
        ) kids ON r.relation IN ('head', 'spouse')
        WHERE r.birth_date <= %(old)s AND h.municipality_code IN ('04202', '04207') AND kids.has"""
    limits = {"child": _years_before(today, 18), "old": _years_before(today, 40)}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_resident")
        cursor.execute("ANALYZE people_household")

        def deed() -> int:
            cursor.execute(query, limits)
            return int(cursor.fetchone()[0])

        return shortest(deed, 3), deed()


def _years_before(day: date, years: int) -> date:
    """The last birthday of those who are of that age today; it is reached the day before (年齢計算ニ関スル法律)."""
    following = date.fromordinal(day.toordinal() + 1)
    return following.replace(year=following.year - years)


def _hundred(today: date) -> list[Node]:
    """The packs' rules, and like ones with other ages and places, until there are a hundred."""
    rules = []
    for pack in current_packs():
        sensitive = pack.eligible is None or any(key.startswith(("disability", "welfare")) for key in pack.purposes)
        if not sensitive:
            rules.append(compiled(Question(pack.eligible or "", pack=pack), pack.eligible or "", "bool", today))
    for number in range(SERVICES - len(rules)):
        text = (
            f"age_on(facts.birth_date, today()) >= {20 + number % 60}"
            f' && facts.address.municipality in ["04{100 + number % 5}", "0420{2 + number % 8}"]'
            f" && facts.household.children.exists(c, age_on(c.birth_date, today()) < {3 + number % 16})"
        )
        rules.append(compiled(Question(text), text, "bool", today))
    return rules


def _one_by_one(rules: list[Node], everybody: population.Population, today: date) -> float:
    """Seconds for all residents and rules, scaled from a thousand; the facts are Python values already."""
    children = [{"birth_date": date(2015, 4, 2), "gender": "1", "order": 1}]
    facts = {
        "facts": {
            "birth_date": date(1990, 5, 14),
            "address": {"municipality": "04202"},
            "household": {"children": children, "size": 3},
        }
    }
    holds = [compile_person(rule) for rule in rules]
    seconds = shortest(lambda: [one(facts, today) for one in holds for _time in range(1000)], 2)
    return seconds * everybody.frame.size / 1000


def _child_allowance(everybody: population.Population, today: date) -> Figure:
    pack = next(pack for pack in current_packs() if pack.id == "child-allowance")
    text = pack.amounts[0].value
    tree = compiled(Question(text, pack=pack), text, "int", today)
    heads = np.flatnonzero(everybody.arrays["people"]["relation"] == HEAD)
    began = time.perf_counter()
    found = evaluate_columns(tree, everybody.frame, today)
    values = np.where(found.known, np.asarray(found.arrays()[0]), 0)
    total = int(np.broadcast_to(values, everybody.frame.size)[heads].sum())
    seconds = time.perf_counter() - began
    sample = {
        "facts": {"household": {"children": [{"birth_date": date(2015 + n, 4, 2), "order": n + 1} for n in range(3)]}}
    }
    holds = compile_person(tree)
    baseline = shortest(lambda: [holds(sample, today) for _time in range(1000)], 2) * len(heads) / 1000
    return Figure(
        "rules.child-allowance",
        seconds,
        "s",
        1,
        "generated Python, household by household, from a sample",
        baseline,
        less=True,
        details={"households": len(heads), "residents": everybody.frame.size, "yen_a_month": total},
    )


def for_me() -> Figure:
    """The page with a hundred services, by the server's own clock; what it needs is made and taken back again."""
    from django.test import Client

    from todoke.faces.bench.hundred import hundred_services, signed_in_parent

    with transaction.atomic():
        hundred_services()
        client = Client(SERVER_NAME="localhost")
        signed_in_parent(client)
        client.get("/for-me/")
        times = []
        for _time in range(60):
            began = time.perf_counter()
            status = client.get("/for-me/").status_code
            times.append(time.perf_counter() - began)
            if status != 200:
                raise RuntimeError(f"/for-me/ answered {status}")
        transaction.set_rollback(True)
    times.sort()
    details = {"services": SERVICES, "median_ms": round(1000 * times[len(times) // 2], 1)}
    return Figure("rules.for-me", 1000 * times[int(len(times) * 0.95)], "ms (p95)", 100, less=True, details=details)
