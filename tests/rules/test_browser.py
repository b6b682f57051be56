"""The browser's back end gives the interpreter's values, as long as whole numbers stay within 2^53 - 1."""

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.rules.browser.pairs import Rules, facts_of
from tests.rules.oracle.generate import FACTS, pairs
from todoke.kernel.rules import Unknown, compile_rule, functions, interpreter
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.python_source import numbered
from todoke.kernel.rules.tree import Literal, Node, canonical

ROOT = Path(__file__).resolve().parents[2]
RULES_JS = ROOT / "todoke/faces/static/todoke/rules.js"
RUNNER = Path(__file__).parent / "browser" / "run.mjs"
NODE = ROOT / ".venv/bin/node"
TODAY = date(2026, 11, 24)
EXACT = 2**53 - 1

RULES, PEOPLE = 5_000, 20
"""100,000 pairs."""


@dataclass(frozen=True)
class Batch:
    """A rule and the facts of several people."""

    tree: Node
    people: list[Any]
    today: date = TODAY


def as_json(value: Any) -> Any:
    """With a tag on dates, as the runner reads and writes them; not known is null."""
    match value:
        case date():
            return {"$day": value.isoformat()}
        case dict():
            return {name: as_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [as_json(inner) for inner in value]
        case Unknown():
            return None
    return value


def lines_of(given: Iterable[Batch]) -> str:
    """What the runner reads."""
    return "\n".join(
        json.dumps({"tree": canonical(batch.tree), "cases": as_json(batch.people), "today": str(batch.today)})
        for batch in given
    )


def run(lines: str, source: str, folder: Path) -> list[list[Any]]:
    """What ``source`` gives for each rule and each of its people, in one process without code from strings."""
    script = folder / "rules.mjs"
    script.write_text(source)
    done = subprocess.run(
        [NODE, "--disallow-code-generation-from-strings", RUNNER, script],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def batches(seed: int, rules: int, people: int) -> list[Batch]:
    random_ = random.Random(seed)
    made = Rules(random_)
    return [
        Batch(made.rule() if at % 3 else made.value(), [facts_of(random_) for _ in range(people)])
        for at in range(rules)
    ]


def limit_to_exact(patch: pytest.MonkeyPatch) -> None:
    """The interpreter with the browser's whole numbers: a result beyond is not known."""
    patch.setattr(interpreter, "_INT_MIN", -EXACT)
    patch.setattr(interpreter, "_INT_MAX", EXACT)


@pytest.fixture
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_to_exact(monkeypatch)


def same(left: Any, right: Any) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def wanted_of(given: list[Batch]) -> list[list[Any]]:
    return [[as_json(evaluate(batch.tree, facts, batch.today)) for facts in batch.people] for batch in given]


def first_difference(found: list[list[Any]], wanted: list[list[Any]], given: list[Batch]) -> Any:
    for values, wants, batch in zip(found, wanted, given, strict=True):
        if same(values, wants):
            continue
        for value, want, facts in zip(values, wants, batch.people, strict=True):
            if not same(value, want):
                return {"browser": value, "interpreter": want, "tree": canonical(batch.tree), "facts": facts}
    return None


@pytest.mark.usefixtures("_exact")
def test_random_rules_come_to_the_same(tmp_path: Path) -> None:
    given = batches(1, RULES, PEOPLE)
    found = run(lines_of(given), RULES_JS.read_text(), tmp_path)
    assert first_difference(found, wanted_of(given), given) is None
    kinds = {type(value).__name__ for values in found for value in values}
    assert kinds == {"bool", "int", "str", "dict", "list", "NoneType"}
    counts = Counter(json.dumps(value) for values in found for value in values)
    assert min(counts["true"], counts["false"], counts["null"]) > 0.1 * RULES * PEOPLE


def without_large(value: Any) -> Any:
    """Facts without numbers that a browser cannot hold."""
    match value:
        case dict():
            return {name: without_large(inner) for name, inner in value.items() if not is_large(inner)}
        case list():
            return [without_large(inner) for inner in value if not is_large(inner)]
    return value


def is_large(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > EXACT


@pytest.mark.usefixtures("_exact")
def test_the_rules_that_all_back_ends_are_asked_come_to_the_same(tmp_path: Path) -> None:
    asked = [(compile_rule(text, FACTS).tree, cases) for text, cases in pairs(3, 2_000, 10)]
    given = [
        Batch(tree, without_large(list(cases.rows)), cases.today)
        for tree, cases in asked
        if not any(isinstance(node, Literal) and is_large(node.value) for node in numbered(tree))
    ]
    assert len(given) > 1_800
    assert first_difference(run(lines_of(given), RULES_JS.read_text(), tmp_path), wanted_of(given), given) is None


PLANTED = [
    ("Math.trunc(left / right)", "Math.floor(left / right)"),
    ("[...value].length", "value.length"),
    ("unit < 0xe000 ? unit + 0x2000 : unit - 0x800", "unit"),
    ("following(day)", "day"),
    ("anniversary <= 401", "anniversary < 401"),
    ('case "known": return (run) => first(run) !== undefined', 'case "known": return (run) => !open(first(run))'),
    ("variables.lastIndexOf", "variables.indexOf"),
    ("(difference) => difference <= 0", "(difference) => difference < 0"),
    (" || year % 400 === 0", ""),
    ("year + 400, ", "year, "),
    ("whole.endsWith(part)", "whole.startsWith(part)"),
    ("=== 28\n    ? 28 :", "=== 28\n    ? 29 :"),
    ("items.length > most", "items.length >= most"),
    ("whole[name] ?? undefined", "whole[name] ?? 0"),
    ("return inherited &&", "return false &&"),
    ("left === FAILED || right === FAILED ? FAILED : undefined", "undefined"),
    ('_||_": return logic(parts, true)', '_||_": return logic(parts, false)'),
]


@dataclass(frozen=True)
class Sample:
    """Rules, what the runner reads of them, and what they come to."""

    given: list[Batch]
    lines: str
    wanted: list[list[Any]]


@pytest.fixture(scope="module")
def sample() -> Sample:
    with pytest.MonkeyPatch.context() as patch:
        limit_to_exact(patch)
        given = batches(2, 3_000, 8)
        return Sample(given, lines_of(given), wanted_of(given))


@pytest.mark.parametrize(("right", "wrong"), PLANTED)
def test_a_planted_mistake_is_found(right: str, wrong: str, sample: Sample, tmp_path: Path) -> None:
    source = RULES_JS.read_text()
    assert source.count(right) == 1
    found = run(sample.lines, source.replace(right, wrong), tmp_path)
    assert first_difference(found, sample.wanted, sample.given) is not None


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("9007199254740991 == n", True),
        ("9007199254740991 + 1 > 0", None),
        ("0 - 9007199254740991 - 1 < 0", None),
        ("9007199254740993 > 0", None),
        ("n * n > 0", None),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("'\U00020bb7' > '\uf8ff'", True),
        ("size('届け\U00020bb7')", 3),
        ("known(1 / 0)", True),
        ("null == null", True),
        ("toString == 1", None),
        ("'toString' in [c.x]", None),
        ("plus_years(date('2024-02-29'), 1)", {"$day": "2025-02-28"}),
        ("fiscal_year_end_of_age(date('2010-04-01'), 18)", {"$day": "2028-03-31"}),
        ("fiscal_year_end_of_age(date('2010-04-02'), 18)", {"$day": "2029-03-31"}),
        ("end_of_month(date('2028-02-01'))", {"$day": "2028-02-29"}),
        ("days_between(date('0001-01-01'), today())", 739943),
        ("[1, 2, 3].sum()", 6),
        ("[].sum()", 0),
    ],
)
def test_its_values(rule: str, value: Any, tmp_path: Path) -> None:
    [[found]] = run(lines_of([Batch(parse(rule), [{"n": EXACT, "c": {}}])]), RULES_JS.read_text(), tmp_path)
    assert same(found, value)


def test_facts_that_are_declared_dates_become_days(tmp_path: Path) -> None:
    script = tmp_path / "rules.mjs"
    script.write_text(RULES_JS.read_text())
    tree = canonical(parse("birth_date < begin && household.children.all(c, c.birth_date > birth_date)"))
    facts = {
        "birth_date": "1990-01-01",
        "begin": "2026-04-01",
        "household": {"children": [{"birth_date": "2020-01-01"}]},
    }
    code = f"""
        import {{ compile, withDays }} from {json.dumps(script.as_uri())};
        const rule = compile({json.dumps(tree)});
        const facts = {json.dumps(facts)};
        const paths = ["birth_date", "begin", "household.children.birth_date", "absent.date"];
        console.log(JSON.stringify([
            rule(withDays(facts, paths), "2026-11-24"),
            rule(withDays(facts, ["birth_date"]), "2026-11-24"),
            facts.birth_date,
            withDays({{ a: "2026-02-30", b: "2026-03-01" }}, ["a", "b"]),
        ]));
    """
    done = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [True, None, "1990-01-01", {"a": "2026-02-30", "b": "2026-03-01"}]


def test_it_refuses_parts_that_it_does_not_know(tmp_path: Path) -> None:
    script = tmp_path / "rules.mjs"
    script.write_text(RULES_JS.read_text())
    for tree in ({"call": "matches", "on": []}, {"call": "constructor", "on": []}, {"over": "exists_one"}, {}):
        code = f"import {{ compile }} from {json.dumps(script.as_uri())}; compile({json.dumps(tree)})"
        done = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Error: no" in done.stderr


def test_it_asks_for_no_code_from_strings() -> None:
    source = RULES_JS.read_text()
    assert "eval(" not in source
    assert "Function(" not in source
    assert "import " not in source


def test_every_function_is_there() -> None:
    source = RULES_JS.read_text()
    for name in functions.FUNCTIONS:
        assert f'"{name}":' in source or f"\n  {name}" in source, name
