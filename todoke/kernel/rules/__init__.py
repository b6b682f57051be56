"""The rule language: a subset of CEL with three-valued logic. ``compile_rule`` is the door."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.kernel.rules.check import ANY, BOOL, DATE, INT, STR, Names, Shape, shape_of
from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.interpreter import Unknown, age_on, evaluate, first_school_day
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.tree import Node, canonical, tree_hash

__all__ = [
    "ANY",
    "BOOL",
    "DATE",
    "INT",
    "STR",
    "Names",
    "Rule",
    "RuleError",
    "Shape",
    "Unknown",
    "age_on",
    "canonical",
    "compile_rule",
    "first_school_day",
]


@dataclass(frozen=True)
class Rule:
    """A rule that was read and checked."""

    text: str
    tree: Node
    hash: str
    gives: str
    """The kind of its value: bool, int, str, date, list, record, or any where nothing is declared."""

    def evaluate(self, facts: Mapping[str, Any], today: date) -> Any:
        """A value, or Unknown with the missing facts."""
        return evaluate(self.tree, facts, today)

    def holds(self, facts: Mapping[str, Any], today: date) -> bool | None:
        """True, false, or None for not known yet."""
        value = self.evaluate(facts, today)
        return value if isinstance(value, bool) else None


def compile_rule(text: str, names: Names | Collection[str]) -> Rule:
    """Read ``text``; ``names`` are the facts it may use, dotted (``answers.work``), each with its shape where declared.

    Raises RuleError for what cannot be read, for unknown names and members (with a suggestion), for values of kinds
    that do not go together, and for words that are none of a choice's options.
    """
    tree = parse(text)
    declared = names if isinstance(names, Mapping) else dict.fromkeys(names, ANY)
    return Rule(text, tree, tree_hash(tree), shape_of(tree, declared).kind)
