"""What can be read, and how what cannot is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.kernel.rules import BOOL, INT, STR, RuleError, Shape, canonical, compile_rule

REASON = Shape("str", options=frozenset({"work", "birth"}))
CHILDREN = Shape("list", item=Shape("record", members={"birth_date": STR, "allergy": BOOL}))
NAMES = {
    "answers.reason": REASON,
    "answers.hours": INT,
    "answers.agreed": BOOL,
    "answers.words": Shape("list", item=STR),
    "answers.children": CHILDREN,
    "facts.address.municipality": STR,
}


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("answers.reson == 'work'", "1:9: unknown name answers.reson; did you mean answers.reason?"),
        ("answers.reason == 'wrok'", "1:16: 'wrok' is no option; did you mean work?"),
        ("answers.reason in ['work', 'brith']", "1:16: 'brith' is no option; did you mean birth?"),
        ("answers.hours < '64'", "1:15: a int and a str are never alike"),
        ("answers.hours && answers.agreed", "1:9: a int where bool is needed"),
        ("answers.children.exists(c, c.alergy)", "1:30: a record has no alergy; did you mean allergy?"),
        ("answers.children.filter(c, c.allergy).all(d, d.age > 3)", "1:48: a record has no age"),
        ("answers.hours.exists(c, true)", "1:9: a int where list is needed"),
        ("facts.address.town == 'x'", "1:15: unknown name facts.address.town"),
        ("date(answers.hours) == today()", "1:14: a int where date or str is needed"),
        ("answers.hours ==\n  )", "2:3: unexpected ')'"),
        ("answers.hours = 3", "1:15: unexpected '='"),
        ("size(1, 2) == 1", "1:1: no function size with 2 arguments"),
        ("'a\\q'", "1:1: unknown escape \\q"),
        ("9223372036854775808", "1:1: a number beyond 64 bits"),
        ("", "1:1: unexpected 'end'"),
        ("answers.hours.sum() > 3", "1:9: a int where list is needed"),
        ("answers.words.sum() > 3", "1:9: a str where int is needed"),
        ("end_of_month(answers.hours) == today()", "1:22: a int where date is needed"),
        ("plus_years(today(), answers.agreed) == today()", "1:29: a bool where int is needed"),
        ("fiscal_year_end_of_age(today()) == today()", "1:1: no function fiscal_year_end_of_age with 1 arguments"),
        ("answers.hours > 1.5", "1:17: a rule counts in whole numbers"),
        ("answers.hours > 1e3", "1:17: a rule counts in whole numbers"),
        ("answers.words[0] == ''", "1:14: a rule has no indexes; write exists"),
        ("answers.agreed && {'a': 1} == {}", "1:19: a rule has no maps"),
        ("has(answers.hours)", "1:1: no function has with 1 arguments; known(x) tells"),
        ("timestamp('2026-04-01T00:00:00Z') > today()", "1:1: no function timestamp with 1 arguments; write date("),
        ("duration('1h') > 1", "1:1: no function duration with 1 arguments; write days_between"),
        ("int(answers.reason) > 1", "1:1: no function int with 1 arguments; facts have their kinds"),
        ("answers.words.exists_one(w, w == '')", "1:15: no method exists_one with 2 arguments; write size("),
        ("answers.reason.matches('w.*')", "1:16: no method matches with 1 arguments; write matches_any"),
        ("answers.`hours` > 1", "1:9: expected name, found 'hours'"),
        ("'\\ud800'", "1:1: unknown escape \\ud800"),
    ],
)
def test_a_mistake_is_named_with_its_place(rule: str, problem: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, NAMES)
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    ("rule", "gives"),
    [
        ("answers.reason == 'work' && answers.hours >= 64", "bool"),
        ("answers.children.exists(c, date(c.birth_date) > date('2024-04-01'))", "bool"),
        ("size(answers.children.filter(c, c.allergy))", "int"),
        ("answers.agreed ? 1 : 2", "int"),
        ("answers.children.map(c, c.birth_date)", "list"),
        ("known(answers.hours)", "bool"),
        ("today()", "date"),
        ("answers.children.map(c, 2).sum()", "int"),
        ("fiscal_year_end_of_age(today(), 18)", "date"),
        ("plus_years(end_of_month(today()), 1)", "date"),
    ],
)
def test_a_rule_knows_what_it_gives(rule: str, gives: str) -> None:
    assert compile_rule(rule, NAMES).gives == gives


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (r"'\\ \" \' \` \?'", "\\ \" ' ` ?"),
        (r"'\n\t\r\a\b\f\v'", "\n\t\r\a\b\f\v"),
        (r"'\x41\u5c4a\U00020bb7\101'", "A届𠮷A"),
        (r"r'\n'", r"\n"),
        ("'''two\n\"lines\"'''", 'two\n"lines"'),
        ('"""it\'s"""', "it's"),
        ('R"""\\"""', "\\"),
        ('""', ""),
        ("0xFF", 255),
        ("-0x8000000000000000", -(2**63)),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_constants_are_written_as_in_cel(rule: str, value: object) -> None:
    assert canonical(compile_rule(rule, []).tree) == {"is": value}


@pytest.mark.parametrize(
    "rule",
    ["(" * 61 + "1" + ")" * 61, "1" + " + 1" * 900, "!" * 61 + "true", "a" + ".b" * 900, "a" + ".filter(c, true)" * 61],
)
def test_deep_rules_are_refused_and_do_not_exhaust_the_stack(rule: str) -> None:
    with pytest.raises(RuleError, match="deep"):
        compile_rule(rule, ["a"])


def test_a_long_chain_of_alternatives_is_not_deep() -> None:
    rule = compile_rule(" || ".join(["a.b == 1"] * 200), ["a.b"])
    assert rule.gives == "bool"


def test_a_rule_of_more_than_4000_signs_is_refused() -> None:
    with pytest.raises(RuleError, match="4000"):
        compile_rule(" " * 4000 + "1", [])


def test_the_hash_does_not_depend_on_spaces_comments_or_brackets() -> None:
    plain, spaced = "a.x == 1 && a.y", "(a.x==1) // why\n && ( a.y )"
    assert compile_rule(plain, ["a"]).hash == compile_rule(spaced, ["a"]).hash
    assert compile_rule(plain, ["a"]).hash != compile_rule("a.x == 2 && a.y", ["a"]).hash


def test_the_stored_tree_tells_true_from_one() -> None:
    assert compile_rule("true", []).hash != compile_rule("1", []).hash
    assert canonical(compile_rule("!a", ["a"]).tree) == {"call": "!_", "on": [{"name": "a"}]}


@settings(max_examples=300)
@given(st.text(alphabet="ab.xc()[]!&|=<>+-*/%?:,'\"\\ 01\n²", max_size=60) | st.text(max_size=30))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        rule = compile_rule(text, ["a", "b"])
    except RuleError as error:
        place = error.line, error.column
    else:
        place = 1, len(rule.hash)
    assert min(place) >= 1
