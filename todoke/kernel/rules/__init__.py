"""The rule language: a subset of CEL with three-valued logic. ``compile_rule`` is the door."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.kernel.rules.check import ANY, BOOL, DATE, INT, STR, Names, Shape, shape_of
from todoke.kernel.rules.cost import LIMIT, refuse_above, with_bounds
from todoke.kernel.rules.definitions import Definition, expand
from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.functions import age_on, end_of_month, first_school_day, fiscal_year_end_of_age, plus_years
from todoke.kernel.rules.interpreter import MAX_STEPS, Unknown, evaluate
from todoke.kernel.rules.tree import Node, canonical, tree_hash

__all__ = [
    "ANY",
    "BOOL",
    "DATE",
    "INT",
    "STR",
    "Definition",
    "Names",
    "Rule",
    "RuleError",
    "Shape",
    "Unknown",
    "age_on",
    "canonical",
    "compile_rule",
    "end_of_month",
    "first_school_day",
    "fiscal_year_end_of_age",
    "plus_years",
]


@dataclass(frozen=True)
class Rule:
    """A rule that was read and checked."""

    text: str
    tree: Node
    hash: str
    gives: str
    """The kind of its value: bool, int, str, date, list, record, or any where nothing is declared."""

    cost: int
    """The most steps that it takes on lists within their bounds."""

    def evaluate(self, facts: Mapping[str, Any], today: date) -> Any:
        """A value, or Unknown with the missing facts."""
        return evaluate(self.tree, facts, today, max(MAX_STEPS, self.cost))

    def holds(self, facts: Mapping[str, Any], today: date) -> bool | None:
        """True, false, or None for not known yet."""
        value = self.evaluate(facts, today)
        return value if isinstance(value, bool) else None


def compile_rule(
    text: str,
    names: Names | Collection[str],
    definitions: Mapping[str, Definition] | None = None,
    limit: int = LIMIT,
) -> Rule:
    """Read ``text``; ``names`` are the facts it may use, dotted (``answers.work``), each with its shape where declared.

    ``definitions`` are rules with names that it may call. Raises RuleError for what cannot be read, for unknown names
    and members (with a suggestion), for values of kinds that do not go together, for words that are none of a choice's
    options, and for a rule that could take more than ``limit`` steps.
    """
    expanded = expand(text, definitions or {})
    declared = names if isinstance(names, Mapping) else dict.fromkeys(names, ANY)
    try:
        shape = shape_of(expanded.tree, declared)
        tree = with_bounds(expanded.tree, declared)
        cost = refuse_above(limit, tree)
    except RuleError as error:
        within = expanded.calls.get((error.line, error.column))
        if within is None:
            raise
        raise RuleError(f"in the definition {within}: {error.problem}", error.line, error.column) from None
    return Rule(text, tree, tree_hash(tree), shape.kind, cost)
