"""The parts of a rule that are true or false, each with the rule in which it is taken for true, or for false."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from todoke.kernel.rules.check import Names, Shape, shape_of
from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Node, Over, path_of

Put = Callable[[Node], Node]
"""Gives the whole rule with another part in one place."""


@dataclass(frozen=True)
class Condition:
    """A part of a rule that gives a truth value."""

    node: Node
    whole: Put
    loops: tuple[Over, ...] = ()
    """Those around it, the outermost first."""

    def taken_for(self, value: bool) -> Node:
        """The rule with ``value`` in the place of the part."""
        return self.whole(Literal(value))

    def everywhere(self) -> Node:
        """The part alone; inside loops, a list of what it is for each of their items."""
        node = self.node
        for loop in reversed(self.loops):
            node = replace(loop, macro="map", body=node)
        return node


def has_constant(node: Node) -> bool:
    """Whether a number, a text or another constant stands anywhere in it."""
    return isinstance(node, Literal) or any(map(has_constant, parts_of(node)))


def conditions(tree: Node, names: Names) -> Iterator[Condition]:
    """All of them, the outermost first, also inside loops, lists and choices; ``tree`` was checked with ``names``."""
    yield from _below(tree, lambda node: node, (), {}, names)


def _below(
    node: Node, put: Put, loops: tuple[Over, ...], variables: Mapping[str, Shape], names: Names
) -> Iterator[Condition]:
    if shape_of(node, names, variables).kind == "bool":
        yield Condition(node, put, loops)
    match node:
        case Member(of) if path_of(node) is None:
            yield from _below(of, lambda new: put(replace(node, of=new)), loops, variables, names)
        case Items(parts):
            for place, part in enumerate(parts):
                yield from _below(part, _at(place, parts, node, put), loops, variables, names)
        case Call(_, parts):
            for place, part in enumerate(parts):
                yield from _below(part, _at(place, parts, node, put), loops, variables, names)
        case Over(_, source, variable, body):
            yield from _below(source, lambda new: put(replace(node, list=new)), loops, variables, names)
            item = shape_of(source, names, variables).item or Shape()
            inner = {**variables, variable: item}
            yield from _below(body, lambda new: put(replace(node, body=new)), (*loops, node), inner, names)


def _at(place: int, parts: tuple[Node, ...], node: Items | Call, put: Put) -> Put:
    def whole(new: Node) -> Node:
        changed = (*parts[:place], new, *parts[place + 1 :])
        return put(replace(node, items=changed) if isinstance(node, Items) else replace(node, arguments=changed))

    return whole
