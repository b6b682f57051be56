"""What the rules of packs come to for one person: whom a service is for, and how much it may give."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from todoke.kernel.rules import BOOL, INT, STR, Names, Rule, Unknown, compile_rule
from todoke.registry.catalogue.types import Pack, Scalar
from todoke.registry.people.keys import RULE_NAMES
from todoke.registry.people.queries import Known, for_rules

_SHAPES = {bool: BOOL, int: INT, str: STR}


def names_of_pack(pack: Pack) -> Names:
    """What the pack's rules over facts may name: the facts that it declares a purpose for, and its parameters."""
    facts = {name: shape for name, shape in RULE_NAMES.items() if name.removeprefix("facts.") in pack.purposes}
    return facts | {f"parameters.{name}": _SHAPES[type(p.values[0][1])] for name, p in pack.parameters.items()}


def parameters_on(pack: Pack, day: date) -> dict[str, Scalar]:
    """The figures in force on a day."""
    found = {name: parameter.on(day) for name, parameter in pack.parameters.items()}
    return {name: value for name, value in found.items() if value is not None}


@lru_cache(maxsize=4096)
def rule_of(pack: Pack, text: str) -> Rule:
    """A rule of the pack, read and checked once. Raises RuleError."""
    return compile_rule(text, names_of_pack(pack), definitions=pack.definitions)


def scope_of(pack: Pack, facts: Known, day: date) -> dict[str, Any]:
    """What the pack's rules see."""
    return {"facts": for_rules(facts), "parameters": parameters_on(pack, day)}


def missing_keys(value: Any) -> list[str]:
    """The keys of facts that an Unknown waits for."""
    names = value.missing if isinstance(value, Unknown) else ()
    return sorted(name.removeprefix("facts.") for name in names if name.startswith("facts."))


def eligibility(pack: Pack, facts: Known, day: date) -> tuple[bool | None, list[str]]:
    """Whether the service is for this person as far as is known, and the facts that could settle it."""
    if pack.eligible is None:
        return None, []
    value = rule_of(pack, pack.eligible).evaluate(scope_of(pack, facts, day), day)
    return (value, []) if isinstance(value, bool) else (None, missing_keys(value))


def amounts_of(pack: Pack, facts: Known, day: date) -> dict[str, int | None]:
    """The pack's amounts in yen; None where a fact is missing."""
    found: dict[str, int | None] = {}
    for amount in pack.amounts:
        value = rule_of(pack, amount.value).evaluate(scope_of(pack, facts, day), day)
        found[amount.id] = value if isinstance(value, int) else None
    return found


def rules_of(pack: Pack) -> Mapping[str, str]:
    """Every rule over facts that the pack has, by where it stands."""
    found = {f"amounts.{amount.id}": amount.value for amount in pack.amounts}
    return found | ({"eligible": pack.eligible} if pack.eligible else {})
