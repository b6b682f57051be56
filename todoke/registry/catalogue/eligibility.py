"""What the rules of packs come to for one person: whom a service is for, how much it may give, what checks find."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

from todoke.kernel.rules import BOOL, INT, STR, Names, Rule, compile_rule
from todoke.kernel.rules.person import Evaluate, compile_person
from todoke.kernel.rules.settle import could_be_known, missing
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over
from todoke.registry.catalogue.types import Check, Pack, Scalar
from todoke.registry.people.keys import KEYS, current_name

Given: TypeAlias = Mapping[str, Any]
"""A person's facts as ``people.queries.for_rules`` makes them of what is known."""

_SHAPES = {bool: BOOL, int: INT, str: STR}


def names_of_pack(pack: Pack) -> Names:
    """What the pack's rules over facts may name: the facts that it declares a purpose for, and its parameters."""
    facts = {f"facts.{key}": KEYS[key].shape for key in pack.purposes if current_name(key) in KEYS}
    return facts | {f"parameters.{name}": _SHAPES[type(p.values[0][1])] for name, p in pack.parameters.items()}


def parameters_on(pack: Pack, day: date) -> dict[str, Scalar]:
    """The figures in force on a day."""
    found = {name: parameter.on(day) for name, parameter in pack.parameters.items()}
    return {name: value for name, value in found.items() if value is not None}


def with_parameters(node: Node, values: Mapping[str, Scalar]) -> Node:
    """The tree with the figures of a day in the places of ``parameters.…``: for back ends that know facts alone."""
    match node:
        case Member(Name("parameters"), name):
            return Literal(values.get(name))
        case Member(of):
            return replace(node, of=with_parameters(of, values))
        case Items(items):
            return replace(node, items=tuple(with_parameters(item, values) for item in items))
        case Call(_, arguments):
            return replace(node, arguments=tuple(with_parameters(argument, values) for argument in arguments))
        case Over():
            return replace(node, list=with_parameters(node.list, values), body=with_parameters(node.body, values))
    return node


@lru_cache(maxsize=4096)
def rule_of(pack: Pack, text: str) -> Rule:
    """A rule of the pack, read and checked once. Raises RuleError."""
    return compile_rule(text, names_of_pack(pack), definitions=pack.definitions)


def scope_of(pack: Pack, given: Given, day: date) -> dict[str, Any]:
    """What the pack's rules see."""
    return {"facts": given, "parameters": parameters_on(pack, day)}


@lru_cache(maxsize=4096)
def _for_one(pack: Pack, text: str) -> Evaluate:
    return compile_person(rule_of(pack, text).tree)


def holds(pack: Pack, given: Given, day: date) -> bool | None:
    """Whether the service is for this person, as far as is known."""
    if pack.eligible is None:
        return None
    value = _for_one(pack, pack.eligible)(scope_of(pack, given, day), day)
    return value if isinstance(value, bool) else None


def eligibility(pack: Pack, given: Given, day: date) -> tuple[bool | None, list[str]]:
    """Whether the service is for this person as far as is known, and the keys of facts that could settle it."""
    value = holds(pack, given, day)
    if value is not None or pack.eligible is None:
        return value, []
    scope = scope_of(pack, given, day)
    ways = missing(rule_of(pack, pack.eligible).tree, scope, day)
    return None, _keys((ways.true or frozenset()) | (ways.false or frozenset()))


def _keys(names: frozenset[str]) -> list[str]:
    return sorted(name.removeprefix("facts.") for name in names if name.startswith("facts."))


def amounts_of(pack: Pack, given: Given, day: date) -> dict[str, int | None]:
    """The pack's amounts in yen; None where a fact is missing."""
    scope = scope_of(pack, given, day)
    values = {amount.id: _for_one(pack, amount.value)(scope, day) for amount in pack.amounts}
    return {name: value if isinstance(value, int) else None for name, value in values.items()}


def missing_for_amounts(pack: Pack, given: Given, day: date) -> list[str]:
    """The keys of facts with which the pack's amounts could be worked out."""
    scope = scope_of(pack, given, day)
    sets = (could_be_known(rule_of(pack, amount.value).tree, scope, day) for amount in pack.amounts)
    return _keys(frozenset().union(*(names for names in sets if names)))


@lru_cache(maxsize=4096)
def _rule_of_check(text: str) -> Rule:
    return compile_rule(text, ("answers", "facts", "parameters"))


def checked(pack: Pack, answers: Mapping[str, Any], given: Given, day: date) -> Iterator[tuple[Check, bool | None]]:
    """Each check of the pack, and whether these answers raise it; None where that is not known."""
    scope = {"answers": answers, **scope_of(pack, given, day)}
    for check in pack.workflow.checks:
        yield check, _rule_of_check(check.when).holds(scope, day)
