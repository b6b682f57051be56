"""Rules with names: a call of a defined name is replaced in the tree by its body."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import count

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.lexer import tokens
from todoke.kernel.rules.parser import FUNCTIONS, MACROS, METHODS, WORDS, parse, refuse_depth
from todoke.kernel.rules.tree import Call, Items, Member, Name, Node, Over

MAX_NODES = 5_000
"""Nodes of a rule once its definitions are put in: definitions that call each other can double at every step."""


@dataclass(frozen=True)
class Definition:
    """A rule with parameters, written ``name(first, second)`` where it is used."""

    parameters: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Expanded:
    """A tree without calls of defined names."""

    tree: Node
    calls: Mapping[tuple[int, int], str]
    """Where a definition was put in (line, column): its nodes all stand at the place of the call."""


@dataclass(frozen=True)
class _Body:
    parameters: tuple[str, ...]
    tree: Node
    free: frozenset[str]
    """Names of facts that it uses."""


@dataclass(frozen=True)
class _Value:
    """An argument to be put in for a parameter."""

    tree: Node
    size: int
    free: frozenset[str]


def expand(text: str, definitions: Mapping[str, Definition]) -> Expanded:
    """The tree of ``text`` with all definitions put in; definitions may use one another, in any order, but no circle.

    No variable catches a name that was meant for something else: variables of macros get new names where they would.
    Raises RuleError, with the name of the definition where the problem lies in one.
    """
    for name, definition in definitions.items():
        _refuse_names(name, definition)
    arguments = {name: len(definition.parameters) for name, definition in definitions.items()}
    bodies: dict[str, _Body] = {}
    for name, parsed in _those_used_first(definitions, arguments):
        definition = definitions[name]
        try:
            tree = _Expansion(definitions, bodies).of(parsed)
            refuse_depth(tree)
        except RuleError as error:
            raise RuleError(f"in the definition {name}: {error.problem}", error.line, error.column) from None
        bodies[name] = _Body(definition.parameters, tree, _free(tree) - set(definition.parameters))
    expansion = _Expansion(definitions, bodies)
    tree = expansion.of(parse(text, arguments))
    refuse_depth(tree)
    return Expanded(tree, expansion.calls)


def _those_used_first(
    definitions: Mapping[str, Definition], arguments: Mapping[str, int]
) -> Iterator[tuple[str, Node]]:
    parsed: dict[str, Node] = {}
    for name, definition in definitions.items():
        try:
            parsed[name] = parse(definition.text, arguments)
        except RuleError as error:
            raise RuleError(f"in the definition {name}: {error.problem}", error.line, error.column) from None
    uses = {name: _called(tree) & set(definitions) for name, tree in parsed.items()}
    try:
        order = list(TopologicalSorter(uses).static_order())
    except CycleError as circle:
        raise RuleError(f"the definitions {', '.join(sorted(set(circle.args[1])))} use one another", 1, 1) from None
    return ((name, parsed[name]) for name in order)


def _called(node: Node) -> set[str]:
    match node:
        case Member(of, _):
            return _called(of)
        case Items(parts):
            return set().union(*map(_called, parts))
        case Call(function, parts):
            return {function}.union(*map(_called, parts))
        case Over(_, source, _, body):
            return _called(source) | _called(body)
    return set()


def _refuse_names(name: str, definition: Definition) -> None:
    taken = {*FUNCTIONS, *METHODS, *MACROS, *WORDS, "in"}
    for word in (name, *definition.parameters):
        if [token.kind for token in tokens(word)] != ["name", "end"] or word in {*WORDS, "in"}:
            raise RuleError(f"in the definition {name}: {word!r} is no name", 1, 1)
    if name in taken:
        raise RuleError(f"in the definition {name}: the language has a {name} of its own", 1, 1)
    if len(set(definition.parameters)) < len(definition.parameters):
        raise RuleError(f"in the definition {name}: two parameters have one name", 1, 1)


def _free(node: Node) -> frozenset[str]:
    """Names that no macro of the tree explains."""
    match node:
        case Name(name):
            return frozenset({name})
        case Member(of, _):
            return _free(of)
        case Items(parts) | Call(_, parts):
            return frozenset().union(*(_free(part) for part in parts))
        case Over(_, source, variable, body):
            return _free(source) | (_free(body) - {variable})
    return frozenset()


class _Expansion:
    def __init__(self, definitions: Mapping[str, Definition], bodies: Mapping[str, _Body]) -> None:
        self._definitions, self._bodies, self._nodes = definitions, bodies, 0
        self._facts = frozenset().union(*(body.free for body in bodies.values()))
        self.calls: dict[tuple[int, int], str] = {}

    def of(self, node: Node) -> Node:
        match node:
            case Member(of):
                return replace(node, of=self.of(of))
            case Items(items):
                return Items(tuple(self.of(item) for item in items))
            case Call(function, arguments, line, column):
                whole = replace(node, arguments=tuple(self.of(argument) for argument in arguments))
                if function not in self._definitions:
                    return whole
                self.calls[line, column] = function
                put_in = self._put_in(self._bodies[function], whole)
                refuse_depth(put_in)
                return put_in
            case Over():
                if node.variable in self._facts:
                    node = _renamed(node, self._facts)
                return replace(node, list=self.of(node.list), body=self.of(node.body))
        return node

    def _put_in(self, body: _Body, call: Call) -> Node:
        values = {
            name: _Value(value, _size(value), _free(value))
            for name, value in zip(body.parameters, call.arguments, strict=True)
        }
        return self._substituted(body.tree, values, call)

    def _count(self, nodes: int, at: Call) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise RuleError(f"more than {MAX_NODES} parts with its definitions", at.line, at.column)

    def _substituted(self, node: Node, values: "Mapping[str, _Value]", at: Call) -> Node:
        self._count(1, at)
        match node:
            case Name(name) if name in values:
                self._count(values[name].size, at)
                return values[name].tree
            case Name():
                return replace(node, line=at.line, column=at.column)
            case Member(of):
                return replace(node, of=self._substituted(of, values, at), line=at.line, column=at.column)
            case Items(items):
                return Items(tuple(self._substituted(item, values, at) for item in items))
            case Call(_, arguments):
                inner = tuple(self._substituted(argument, values, at) for argument in arguments)
                return replace(node, arguments=inner, line=at.line, column=at.column)
            case Over():
                caught = frozenset().union(*(value.free for value in values.values()))
                if node.variable in caught:
                    node = _renamed(node, caught)
                within = {name: value for name, value in values.items() if name != node.variable}
                source = self._substituted(node.list, values, at)
                body = self._substituted(node.body, within, at)
                return replace(node, list=source, body=body, line=at.line, column=at.column)
        return node


def _size(node: Node) -> int:
    match node:
        case Member(of, _):
            return 1 + _size(of)
        case Items(parts) | Call(_, parts):
            return 1 + sum(_size(part) for part in parts)
        case Over(_, source, _, body):
            return 1 + _size(source) + _size(body)
    return 1


def _renamed(node: Over, taken: frozenset[str]) -> Over:
    """The same macro with a variable that is neither ``taken`` nor used in its body."""
    used = taken | _words(node.body)
    fresh = next(name for number in count(2) if (name := f"{node.variable}_{number}") not in used)
    return replace(node, variable=fresh, body=_with_name(node.body, node.variable, fresh))


def _words(node: Node) -> frozenset[str]:
    match node:
        case Over(_, source, variable, body):
            return _words(source) | _words(body) | {variable}
        case Items(parts) | Call(_, parts):
            return frozenset().union(*(_words(part) for part in parts))
        case Member(of, _):
            return _words(of)
    return _free(node)


def _with_name(node: Node, old: str, new: str) -> Node:
    match node:
        case Name(name) if name == old:
            return replace(node, name=new)
        case Member(of):
            return replace(node, of=_with_name(of, old, new))
        case Items(items):
            return Items(tuple(_with_name(item, old, new) for item in items))
        case Call(_, arguments):
            return replace(node, arguments=tuple(_with_name(argument, old, new) for argument in arguments))
        case Over(_, source, variable, body):
            inner = body if variable == old else _with_name(body, old, new)
            return replace(node, list=_with_name(source, old, new), body=inner)
    return node
