"""All that can work a rule out. A back end is a function of (tree, cases) to a value per row, None for not known."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.rules.oracle.generate import FACTS, Cases, pairs
from tests.rules.oracle.google import TooDeepError, google
from todoke.kernel.rules import Unknown, compile_rule
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.person import compile_person, compile_traced, numbered
from todoke.kernel.rules.tree import Call, Node, Over

BackEnd = Callable[[Node, Cases], list[Any]]


def interpreter(tree: Node, cases: Cases) -> list[Any]:
    """The slow truth."""
    values = [evaluate(tree, row, cases.today) for row in cases.rows]
    return [None if isinstance(value, Unknown) else value for value in values]


def person(tree: Node, cases: Cases) -> list[Any]:
    """Generated Python."""
    rule = compile_person(tree)
    return [rule(row, cases.today) for row in cases.rows]


def traced(tree: Node, cases: Cases) -> list[Any]:
    """Generated Python that logs what each node came to."""
    rule = compile_traced(tree)
    return [rule(row, cases.today)[0] for row in cases.rows]


BACK_ENDS: list[tuple[str, BackEnd]] = [
    ("google", google),
    ("interpreter", interpreter),
    ("person", person),
    ("traced", traced),
]
"""The first is the oracle that the others are measured by."""


@dataclass
class Findings:
    """What a comparison came to."""

    pairs: int = 0
    rules: int = 0
    skipped: int = 0
    """Rules too deep for Google's parser."""

    kinds: Counter[str] = field(default_factory=Counter)
    """How often the oracle gave a value of each kind; ``NoneType`` is not known."""

    functions: Counter[str] = field(default_factory=Counter)
    """In how many rules each function, operator and macro stood."""

    differences: list[str] = field(default_factory=list)


def compare(seed: int, rules: int, rows: int, back_ends: Sequence[tuple[str, BackEnd]], most: int = 10) -> Findings:
    """Work random rules out with all ``back_ends``; stops after ``most`` differences from the first of them."""
    found = Findings()
    for text, cases in pairs(seed, rules, rows):
        tree = compile_rule(text, FACTS).tree
        try:
            values = [back_end(tree, cases) for _name, back_end in back_ends]
        except TooDeepError:
            found.skipped += 1
            continue
        found.rules += 1
        found.pairs += len(cases.rows)
        found.kinds.update(type(value).__name__ for value in values[0])
        found.functions.update({node.function for node in numbered(tree) if isinstance(node, Call)})
        found.functions.update({node.macro for node in numbered(tree) if isinstance(node, Over)})
        for number, row in enumerate(cases.rows):
            given = {name: of[number] for (name, _back_end), of in zip(back_ends, values, strict=True)}
            if not all(alike(value, values[0][number]) for value in given.values()):
                found.differences.append(f"{text}\n  facts {row}\n  on {cases.today}: {given}")
                if len(found.differences) >= most:
                    return found
    return found


def alike(left: Any, right: Any) -> bool:
    """Equal, and of one kind all the way down (true is not 1)."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return bool(left == right)
