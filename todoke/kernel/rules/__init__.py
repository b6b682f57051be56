"""The rule language: a subset of CEL with three-valued logic. ``compile_rule`` is the door."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.interpreter import Unknown, age_on, evaluate, first_school_day
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.tree import Call, Items, Member, Name, Node, Over, canonical, path_of, tree_hash

__all__ = ["Rule", "RuleError", "Unknown", "age_on", "canonical", "compile_rule", "first_school_day"]


@dataclass(frozen=True)
class Rule:
    """A rule that was read and checked."""

    text: str
    tree: Node
    hash: str

    def evaluate(self, facts: Mapping[str, Any], today: date) -> Any:
        """A value, or Unknown with the missing facts."""
        return evaluate(self.tree, facts, today)

    def holds(self, facts: Mapping[str, Any], today: date) -> bool | None:
        """True, false, or None for not known yet."""
        value = self.evaluate(facts, today)
        return value if isinstance(value, bool) else None


def compile_rule(text: str, names: Collection[str]) -> Rule:
    """Read ``text``; ``names`` are the facts it may use, dotted (``answers.work``, ``facts.birth_date``).

    Raises RuleError for what cannot be read and for unknown names, with a suggestion.
    """
    tree = parse(text)
    _check_names(tree, names, frozenset())
    return Rule(text, tree, tree_hash(tree))


def _check_names(node: Node, names: Collection[str], variables: frozenset[str]) -> None:
    path = path_of(node)
    if path is not None:
        if path.split(".")[0] in variables:
            return
        parts = path.split(".")
        if not any(".".join(parts[:n]) in names for n in range(1, len(parts) + 1)):
            near = difflib.get_close_matches(path, names, 1, 0.6)
            hint = f"; did you mean {near[0]}?" if near else ""
            assert isinstance(node, Name | Member)
            raise RuleError(f"unknown name {path}{hint}", node.line, node.column)
        return
    match node:
        case Member(of, _):
            _check_names(of, names, variables)
        case Items(items):
            for item in items:
                _check_names(item, names, variables)
        case Call(_, arguments):
            for argument in arguments:
                _check_names(argument, names, variables)
        case Over(_, source, variable, body):
            _check_names(source, names, variables)
            _check_names(body, names, variables | {variable})
