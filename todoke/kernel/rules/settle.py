"""Which missing facts could settle a rule, and which one to ask for next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.kernel.rules.needs import NEVER, NOW, Needs, Sets
from todoke.kernel.rules.person import compile_person
from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Node, path_of
from todoke.kernel.rules.trials import exact_ways


@dataclass(frozen=True)
class Settle:
    """The smallest sets of missing facts that could settle a rule; a rule that is settled needs none.

    Such a set could settle it, with the right values; no set settles every case.
    """

    true: frozenset[str] | None
    """What could make it true; None where nothing can."""

    false: frozenset[str] | None
    """What could make it false; None where nothing can."""


def missing(tree: Node, facts: Mapping[str, Any], today: date) -> Settle:
    """Dotted names as ``path_of`` gives them; a missing member of a list's item counts as the list.

    Exact where each missing fact is only compared with what is known or with other missing facts; elsewhere a set may
    be too small if the same fact stands in conditions that contradict each other.
    """
    true, false = _ways(tree, facts, today)
    return Settle(true[0] if true else None, false[0] if false else None)


def could_be_known(tree: Node, facts: Mapping[str, Any], today: date) -> frozenset[str] | None:
    """The smallest set of missing facts with which the rule could come to any value; None where nothing can help."""
    sets = Needs(facts, today).of(tree, {}).needs
    return sets[0] if sets else None


def next_question(trees: Sequence[Node], facts: Mapping[str, Any], today: date) -> str | None:
    """The missing fact that brings the most of these rules nearest to an answer; None where nothing can be asked.

    A fact that could settle a rule by itself weighs 1 for each way (true, false), one of two facts a quarter, one of
    three a sixteenth. Among equals the first to be mentioned is asked first.
    """
    weights: dict[str, float] = {}
    for tree in trees:
        for ways in _ways(tree, facts, today):
            best: dict[str, float] = {}
            for way in ways:
                for path in way:
                    best[path] = max(best.get(path, 0.0), 4.0 ** (1 - len(way)))
            for path, weight in best.items():
                weights[path] = weights.get(path, 0.0) + weight
    if not weights:
        return None
    mentioned = list(dict.fromkeys(path for tree in trees for path in _paths(tree)))
    places = {path: place for place, path in enumerate(mentioned)}
    return min(weights, key=lambda path: (-weights[path], places.get(path, len(places)), path))


def _paths(node: Node) -> Iterator[str]:
    path = path_of(node)
    if path is not None:
        yield path
        return
    for part in parts_of(node):
        yield from _paths(part)


def _ways(tree: Node, facts: Mapping[str, Any], today: date) -> tuple[Sets, Sets]:
    """The sets that could make the rule true, and those that could make it false."""
    value = compile_person(tree)(facts, today)
    if value is not None:
        return (NOW if value is True else NEVER), (NOW if value is False else NEVER)
    needs = Needs(facts, today)
    root = needs.whole(tree)
    if needs.loose or max(needs.uses.values(), default=0) < 2:
        return root.true, root.false
    return exact_ways(tree, facts, today, needs) or (root.true, root.false)
