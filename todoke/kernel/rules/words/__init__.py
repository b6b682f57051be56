"""A rule in words, a line for each of its parts, with what it comes to for one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from todoke.kernel.rules.check import Names
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Node, Over
from todoke.kernel.rules.words.clauses import Clauses, joins, unwrapped
from todoke.kernel.rules.words.names import Label, Say, Scope, Unit, facts_in, in_japanese, size_of

__all__ = ["Label", "Reason", "Say", "Unit", "explain"]


@dataclass(frozen=True)
class Reason:
    """One part of a rule."""

    text: str
    """In the language that is active, without a full stop."""

    value: bool | None
    """Whether that text is true; None for not known."""

    facts: tuple[str, ...]
    """The facts that it rests on, as dotted paths; for members of a list's items, the list."""

    node: int
    """The part's place in the tree, in preorder from 0."""


def explain(
    tree: Node,
    facts: Mapping[str, Any],
    today: date,
    label: Label,
    say: Say | None = None,
    unit: Unit | None = None,
    names: Names | None = None,
) -> list[Reason]:
    """The parts that must all hold, in the order of the rule; a rule without ``&&`` is one part.

    A rule that gives no truth but an amount or a day is one part that says how that is worked out.

    ``names``, as for ``compile_rule``, tell what kinds of values facts have that are not known yet.
    ``facts`` as for ``evaluate``. What is denied is written as its contrary, and the value is that of the text: for
    ``!(age < 18)`` 「年齢が18歳以上」 and True for a person of 20.
    """
    words = Clauses(facts, today, label, say, unit, names)
    return [
        Reason(
            _sentence(words, part, positive=positive), _truth(words, part, positive=positive), tuple(facts_in(part)), at
        )
        for part, positive, at in _parts(tree, 0, positive=True)
    ]


def _parts(node: Node, at: int, *, positive: bool) -> list[tuple[Node, bool, int]]:
    if joins(node, positive=positive) != "and":
        return [(node, positive, at)]
    inner, positive_inside = unwrapped(node, positive=positive)
    at += size_of(node) - size_of(inner)
    found, at = [], at + 1
    for part in parts_of(inner):
        found += _parts(part, at, positive=positive_inside)
        at += size_of(part)
    return found


def _truth(words: Clauses, node: Node, *, positive: bool) -> bool | None:
    value = words.value(node)
    return value is positive if isinstance(value, bool) else None


def _sentence(words: Clauses, node: Node, *, positive: bool) -> str:
    inner, wanted = unwrapped(node, positive=positive)
    if words.kind(node, Scope()) in {"int", "str", "date", "list"}:
        text = words.noun(node, Scope())
    else:
        text = words.clause(node, Scope(), positive=positive).text
    if isinstance(inner, Call) and inner.function == "_?_:_":
        text = text[1:-1]
    if isinstance(inner, Over):
        text = _counted(words, inner, text, positive=wanted)
    return text if in_japanese() else text[:1].upper() + text[1:]


def _counted(words: Clauses, node: Over, text: str, *, positive: bool) -> str:
    """With how many items there are of those that the text says there are."""
    items, wanted = words.value(node.list), node.macro == "exists"
    if not isinstance(items, list | tuple) or wanted is not positive:
        return text
    count = sum(evaluate(node.body, {**words.facts, node.variable: item}, words.today) is wanted for item in items)
    if not count:
        return text
    people = words.are_people(node.list, Scope())
    return (_("{text}（{count}人）") if people else _("{text}（{count}件）")).format(text=text, count=count)
