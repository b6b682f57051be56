"""Proving a pack: every rule reads, every question can be reached, every example comes out (todoke packs check)."""

import itertools
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from todoke.capabilities.forms.answers import rule_holds, scope
from todoke.capabilities.forms.shapes import item_shapes, names_of
from todoke.capabilities.forms.types import Form, Question, form_of
from todoke.capabilities.forms.validation import QUIET
from todoke.capabilities.workflow.section import EVENTS, LETTER_PLACEHOLDERS, PLACEHOLDERS
from todoke.kernel.rules import Names, RuleError, compile_rule
from todoke.kernel.rules.tree import tree_hash
from todoke.loops.apply.matching import conjuncts_of
from todoke.loops.apply.trying import CASE, CaseError, Tried, try_case
from todoke.registry.catalogue.eligibility import names_of_pack, rule_of
from todoke.registry.catalogue.loader import PackError, line_of, read_yaml
from todoke.registry.catalogue.types import Pack
from todoke.registry.people.keys import KEYS, RULE_NAMES
from todoke.registry.people.types import Source

FEWEST_EXAMPLES = 8

_WORDS = {"type": "array", "items": {"type": "string"}}
EXAMPLES: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["title", "expect"],
        "properties": {
            **CASE,
            "expect": {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    "eligibility": {"type": ["boolean", "null"]},
                    "amounts": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
                    **dict.fromkeys(("missing", "pages", "errors", "findings", "shows", "hides"), _WORDS),
                },
                "additionalProperties": False,
            },
            "outcome": {"type": "string"},
        },
        "additionalProperties": False,
    },
}
"""The JSON Schema of examples.yaml."""


def problems_of(pack: Pack, folder: Path) -> tuple[list[str], int]:
    """Everything wrong with a pack that passed the schema, each with file and line; and how many examples came out.

    Examples are run once the rest is right.
    """
    _content, lines = read_yaml(folder / "service.yaml")
    problems = [
        f"{pack.id}/service.yaml:{line_of(lines, place)}: {problem}" for place, problem in _service_problems(pack)
    ]
    problems += [f"{pack.id}/messages.yaml: {problem}" for problem in _message_problems(pack)]
    if problems:
        return problems, 0
    return _example_problems(pack, folder)


Place = tuple[str | int, ...]


def _service_problems(pack: Pack) -> Iterator[tuple[Place, str]]:
    form = form_of(pack.form)
    ids = [question.id for question in form.questions()]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield ("form",), f"question {repeated} stands twice"
    for unknown in sorted(set(pack.purposes) - set(KEYS)):
        yield ("facts", unknown), f"no fact {unknown} is declared"
    names = {**names_of(form), **{n: RULE_NAMES[n] for n in map("facts.{}".format, pack.purposes) if n in RULE_NAMES}}
    for p, page in enumerate(form.pages):
        yield from _rule_problem(("form", "pages", p, "show_if"), page.show_if, names)
        for q, question in enumerate(page.questions):
            place: Place = ("form", "pages", p, "questions", q)
            yield from _rule_problem((*place, "show_if"), question.show_if, names)
            yield from _rule_problem((*place, "valid_if"), question.valid_if, names)
            yield from _question_problems(place, question, pack)
            inner_names = {**names, **{f"item.{key}": shape for key, shape in item_shapes(question).items()}}
            yield from _rule_problem((*place, "only"), question.settings.get("only"), inner_names)
            for i, inner in enumerate(question.questions):
                yield from _rule_problem((*place, "questions", i, "show_if"), inner.show_if, inner_names)
                yield from _rule_problem((*place, "questions", i, "valid_if"), inner.valid_if, inner_names)
    yield from _fact_rule_problems(pack)
    figures = {name: shape for name, shape in names_of_pack(pack).items() if name.startswith("parameters.")}
    for c, check in enumerate(pack.workflow.checks):
        yield from _rule_problem(("workflow", "checks", c, "when"), check.when, {**names, **figures})
        if check.question not in ids:
            yield ("workflow", "checks", c), f"check {check.id} stands at question {check.question}, which is not asked"
    for o, outcome in enumerate(pack.workflow.outcomes):
        for unknown in _placeholders(outcome.letter) - LETTER_PLACEHOLDERS:
            yield ("workflow", "outcomes", o, "letter"), f"unknown placeholder {{{unknown}}}"
        for key, asked in outcome.learns.items():
            if key not in KEYS or Source.OFFICE not in KEYS[key].sources or asked not in ids:
                yield ("workflow", "outcomes", o, "learns"), f"{outcome.id} cannot learn {key} from {asked}"
    if not any(outcome.favourable for outcome in pack.workflow.outcomes):
        yield ("workflow", "outcomes"), "no outcome is favourable"
    for unreached in _never_shown(form):
        yield ("form",), f"question {unreached} can never be reached"


def _fact_rule_problems(pack: Pack) -> Iterator[tuple[Place, str]]:
    wanted: list[tuple[Place, str, str]] = [(("eligible",), pack.eligible, "bool")] if pack.eligible else []
    wanted += [(("amounts", a, "value"), amount.value, "int") for a, amount in enumerate(pack.amounts)]
    for place, text, kind in wanted:
        try:
            gives = rule_of(pack, text).gives
        except RuleError as error:
            yield place, f"{text!r} at {error}"
        else:
            if gives not in {kind, "any"}:
                yield place, f"{text!r} gives a {gives}, and must give a {kind}"
    parts = (
        {tree_hash(part) for part in conjuncts_of(rule_of(pack, pack.eligible or "").tree)} if _reads(pack) else set()
    )
    for text in pack.reasons if parts else ():
        if not any(_hash_of(pack, text) == part for part in parts):
            yield ("reasons",), f"{text!r} is no part of eligible, so its sentence is never said"
    for name, parameter in pack.parameters.items():
        if len({type(value) for _since, value in parameter.values}) > 1:
            yield ("parameters", name), f"the values of {name} are of several kinds"


def _reads(pack: Pack) -> bool:
    return pack.eligible is not None and _hash_of(pack, pack.eligible) is not None


def _hash_of(pack: Pack, text: str) -> str | None:
    try:
        return rule_of(pack, text).hash
    except RuleError:
        return None


def _question_problems(place: Place, question: Question, pack: Pack) -> Iterator[tuple[Place, str]]:
    if question.type in {"choice", "choices"} and not question.options:
        yield place, f"question {question.id} has no options"
    if question.type == "group" and not question.questions:
        yield place, f"group {question.id} has no questions"
    if question.fact and question.fact not in pack.purposes:
        yield place, f"question {question.id} reads {question.fact}, for which the pack declares no purpose"


def _rule_problem(place: Place, rule: str | None, names: Names) -> Iterator[tuple[Place, str]]:
    if rule is None:
        return
    try:
        gives = compile_rule(rule, names).gives
    except RuleError as error:
        yield place, f"{rule!r} at {error}"
    else:
        if gives not in {"bool", "any"}:
            yield place, f"{rule!r} gives a {gives}, and must be true or false"


def _placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def _message_problems(pack: Pack) -> Iterator[str]:
    for event in EVENTS:
        if event not in pack.messages:
            yield f"no message for {event}"
    for event, languages in pack.messages.items():
        if event not in EVENTS:
            yield f"{event} is no event; they are {', '.join(EVENTS)}"
        for language, message in languages.items():
            for unknown in _placeholders(message["subject"] + message["body"]) - PLACEHOLDERS:
                yield f"{event}.{language}: unknown placeholder {{{unknown}}}"


def _candidates(question: Question) -> list[Any]:
    """Answers that a rule could ask about."""
    if question.type == "yes_no":
        return [True, False]
    if question.type == "choice":
        return [option.id for option in question.options]
    if question.type == "choices":
        return [[option.id] for option in question.options]
    if question.type in {"number", "decimal"}:
        low, high = question.settings.get("min", 0), question.settings.get("max", 1000)
        return [low, (low + high) // 2, high]
    return []


def _never_shown(form: Form) -> list[str]:
    """Questions that no combination of choices leads to; each rule is tried over the choices that it names."""
    asked = {question.id: question for question in form.questions()}
    unreached = []
    for page in form.pages:
        for question in page.questions:
            rules = [rule for rule in (page.show_if, question.show_if) if rule]
            named = [q for q in asked.values() if any(f"answers.{q.id}" in rule for rule in rules) and _candidates(q)]
            if rules and named and not _some_holds(rules, named):
                unreached.append(question.id)
            for inner in question.questions:
                named_there = [q for q in question.questions if inner.show_if and f"item.{q.id}" in inner.show_if]
                beside = [q for q in named_there if _candidates(q)]
                if (
                    beside == named_there
                    and beside
                    and not any(
                        rule_holds(inner.show_if, {"item": dict(zip([q.id for q in beside], values, strict=True))})
                        for values in itertools.product(*map(_candidates, beside))
                    )
                ):
                    unreached.append(f"{question.id}.{inner.id}")
    return unreached


def _some_holds(rules: list[str], named: list[Question]) -> bool:
    for values in itertools.product(*map(_candidates, named)):
        names = scope(dict(zip([q.id for q in named], values, strict=True)), {})
        if all(rule_holds(rule, names) for rule in rules):
            return True
    return False


def _example_problems(pack: Pack, folder: Path) -> tuple[list[str], int]:
    """Runs examples.yaml; together the examples show every question, raise every check and meet every outcome."""
    try:
        examples, lines = read_yaml(folder / "examples.yaml")
    except PackError as error:
        return error.problems, 0
    malformed = [
        f"{pack.id}/examples.yaml:{line_of(lines, tuple(e.instance_path))}: {e.message}"
        for e in jsonschema_rs.validator_for(EXAMPLES).iter_errors(examples)
    ]
    if malformed:
        return malformed, 0
    problems, passed = [], 0
    shown: set[str] = set()
    raised: set[str] = set()
    outcomes: set[str] = set()
    for number, example in enumerate(examples):
        where = f"{pack.id}/examples.yaml:{line_of(lines, (number,))}: {example['title']}"
        try:
            tried = try_case(pack, example)
        except CaseError as error:
            problems += [f"{where}: {problem}" for problem in str(error).splitlines()]
            continue
        shown |= set(tried.questions)
        raised |= set(tried.findings)
        wrong = list(_differences(example.get("expect", {}), tried))
        if outcome := example.get("outcome"):
            outcomes.add(outcome)
            wrong += _outcome_problems(pack, outcome, tried)
        problems += [f"{where}: {difference}" for difference in wrong]
        passed += not wrong
    if passed < FEWEST_EXAMPLES:
        problems.append(f"{pack.id}/examples.yaml:1: {passed} examples come out; a pack has at least {FEWEST_EXAMPLES}")
    form = form_of(pack.form)
    problems += [
        f"{pack.id}/examples.yaml:1: no example {what}"
        for missing, what in (
            ({q.id for q in form.questions() if q.type not in QUIET} - shown, "shows question {}"),
            ({c.id for c in pack.workflow.checks} - raised, "raises check {}"),
            ({o.id for o in pack.workflow.outcomes} - outcomes, "ends in outcome {}"),
        )
        for what in (what.format(name) for name in sorted(missing))
    ]
    return problems, passed


def _outcome_problems(pack: Pack, outcome: str, tried: Tried) -> list[str]:
    """A case that a decision ends can be handed in."""
    if outcome not in {o.id for o in pack.workflow.outcomes}:
        return [f"{outcome} is no outcome"]
    return [f"cannot be decided, since it cannot be handed in: {', '.join(tried.errors)}"] if tried.errors else []


def _differences(expect: Mapping[str, Any], tried: Tried) -> Iterator[str]:
    if "eligibility" in expect and expect["eligibility"] is not tried.eligibility:
        yield f"eligibility: expected {expect['eligibility']}, got {tried.eligibility}"
    for name, amount in expect.get("amounts", {}).items():
        if tried.amounts.get(name, "no such amount") != amount:
            yield f"amount {name}: expected {amount}, got {tried.amounts.get(name, 'no such amount')}"
    for name in ("pages", "errors", "findings", "missing"):
        if name in expect and (got := getattr(tried, name)) != sorted(expect[name]) and got != expect[name]:
            yield f"{name}: expected {expect[name]}, got {got}"
    for question in expect.get("shows", []):
        if question not in tried.questions:
            yield f"does not show {question}"
    for question in expect.get("hides", []):
        if question in tried.questions:
            yield f"shows {question}"


def asked_twice(packs: Mapping[str, Pack]) -> list[str]:
    """Questions that two packs ask in the same words and bind to no fact: what was given once is asked again."""
    seen: dict[str, str] = {}
    problems = []
    for pack in packs.values():
        if pack.login == "none":
            continue
        for question in form_of(pack.form).questions():
            if question.fact or question.type in QUIET:
                continue
            label = question.label["ja"]
            if label in seen and seen[label] != pack.id:
                problems.append(
                    f"{pack.id}: {question.id} ({label}) is asked by {seen[label]} too, and bound to no fact"
                )
            seen.setdefault(label, pack.id)
    return problems
