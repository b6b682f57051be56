"""Python source for one rule, as ``person`` runs it: made of generated names, numbers and constants only.

Every node becomes statements that leave its value in a variable; None there is "not known". ``&&``, ``||`` and
loops stop as soon as they are decided, unless the source is traced: then everything is worked out and logged.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from todoke.kernel.rules.python_operators import TESTS, Operand, Operators, Test
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of

_MAX_INDENT = 12
"""Deeper parts become functions of their own: Python has at most 20 loops and 100 blocks within one another."""

_MACROS = frozenset({"exists", "all", "filter", "map"})


def numbered(tree: Node) -> list[Node]:
    """All nodes in preorder (node, then its parts from left to right; a loop's list before its body)."""
    found: list[Node] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(parts_of(node)))
    return found


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Member(of):
            return (of,)
        case Items(items):
            return items
        case Call(_, arguments):
            return arguments
        case Over(_, source, _, body):
            return source, body
    return ()


@dataclass(frozen=True)
class Source:
    """Source text with the constants that it names; the function in it is called ``rule``."""

    text: str
    constants: dict[str, Any]


def source_of(tree: Node, *, traced: bool = False) -> Source:
    """``rule(facts, today)`` gives the value; traced, it gives the value and a list of (node number, value)."""
    return _Writer(traced).whole(tree)


Scope = Mapping[str, Operand]


class _Writer(Operators):
    def __init__(self, traced: bool) -> None:
        super().__init__()
        self._traced = traced
        self._functions: list[list[str]] = []
        self._sizes: dict[int, int] = {}

    def whole(self, tree: Node) -> Source:
        if self._traced:
            self._line("trace = []")
            self._line("log = trace.append")
        if isinstance(tree, Call) and tree.function in {"_&&_", "_||_"} and not self._traced:
            found = self._logic(tree, 0, {}, returns=True)
        else:
            found = self._value(tree, 0, {})
        self._line(f"return {found.value}, trace" if self._traced else f"return {found.value}")
        self._functions.append(["def rule(facts, today):", *self._lines])
        text = "\n".join(line for function in self._functions for line in function) + "\n"
        return Source(text, self._constants)

    def _size(self, node: Node) -> int:
        size = self._sizes.get(id(node))
        if size is None:
            size = self._sizes[id(node)] = 1 + sum(self._size(part) for part in parts_of(node))
        return size

    def _numbers(self, node: Node, at: int) -> Iterator[tuple[Node, int]]:
        at += 1
        for part in parts_of(node):
            yield part, at
            at += self._size(part)

    def _value(self, node: Node, at: int, scope: Scope) -> Operand:
        if isinstance(node, Literal):
            return self._literal(node.value)
        if self._indent > _MAX_INDENT and isinstance(node, Call | Over | Items):
            return self._apart(node, at, scope)
        return self._written(node, at, scope)

    def _written(self, node: Node, at: int, scope: Scope) -> Operand:
        match node:
            case Name(name):
                found = self._name_of(name, scope)
            case Member():
                found = self._member(node, at, scope)
            case Items():
                found = self._items([self._value(part, number, scope) for part, number in self._numbers(node, at)])
            case Over():
                found = self._over(node, at, scope)
            case Call():
                found = self._call(node, at, scope)
            case _:
                found = self._interpreted(node, scope)
        if self._traced and not found.constant:
            self._line(f"log(({at}, {found.value}))")
        return found

    def _apart(self, node: Node, at: int, scope: Scope) -> Operand:
        outer, indent = self._lines, self._indent
        self._lines, self._indent = [], 1
        found = self._written(node, at, scope)
        both = found.null and found.unknown
        self._line(f"return {found.value}, {found.unknown}" if both else f"return {found.value}")
        name = self._name("f")
        given = ["facts", "today", *(["log"] if self._traced else []), *(operand.value for operand in scope.values())]
        self._functions.append([f"def {name}({', '.join(given)}):", *self._lines])
        self._lines, self._indent = outer, indent
        value = self._name("t")
        if both:
            unknown = self._name("u")
            self._line(f"{value}, {unknown} = {name}({', '.join(given)})")
        else:
            self._line(f"{value} = {name}({', '.join(given)})")
            unknown = f"{value} is None" if found.unknown else ""
        return Operand(value, found.kind, unknown, found.null)

    def _member(self, node: Member, at: int, scope: Scope) -> Operand:
        match node.of:
            case Member():
                whole = self._member(node.of, at + 1, scope).value
            case Name(name):
                whole = self._name_of(name, scope).value
            case _:
                whole = self._given(self._value(node.of, at + 1, scope).value).value
        key = self._constant(node.name)
        return self._given(
            f"{whole}.get({key}) if type({whole}) is dict else None if {whole} is None else member({whole}, {key})"
        )

    def _name_of(self, name: str, scope: Scope) -> Operand:
        return scope.get(name) or self._given(f"facts.get({self._constant(name)})")

    def _items(self, parts: list[Operand]) -> Operand:
        listed = f"[{', '.join(part.value for part in parts)}]"
        if all(part.constant and not part.unknown for part in parts):
            return Operand(listed, "list", constant=True)
        return self._unless(parts, listed, "list")

    def _interpreted(self, node: Node, scope: Scope) -> Operand:
        variables = ", ".join(f"{self._constant(name)}: {operand.value}" for name, operand in scope.items())
        return self._given(f"interpreted({self._constant(node)}, facts, today, {{{variables}}})")

    def _call(self, node: Call, at: int, scope: Scope) -> Operand:
        if node.function in {"_&&_", "_||_"}:
            return self._logic(node, at, scope, returns=False)
        if node.function == "_?_:_":
            return self._choice(node, at, scope)
        if node.function == "known":
            return self._known(node, scope)
        if node.function == "today":
            return Operand("today", constant=True)
        write = self._calls.get(node.function)
        if write is None:
            return self._interpreted(node, scope)
        return write(node, [self._value(part, number, scope) for part, number in self._numbers(node, at)])

    def _known(self, node: Call, scope: Scope) -> Operand:
        path = path_of(node.arguments[0])
        if path is None:
            return self._interpreted(node, scope)
        head, *keys = path.split(".")
        if head in scope:
            whole = scope[head].value
        else:
            whole, keys = "facts", [head, *keys]
        return replace(self._given(f"known({whole}, {self._constant(tuple(keys))})", "bool"), unknown="")

    def _logic(self, node: Call, at: int, scope: Scope, *, returns: bool) -> Operand:
        decides = node.function == "_||_"
        value = self._name("t")
        self._line(f"{value} = {not decides}")
        stop = "" if self._traced else f"return {decides}" if returns else f"{value} = {decides}; break"
        with self._block("while True:") if stop and not returns else nullcontext():
            for part, number in self._numbers(node, at):
                self._weigh(part, number, scope, value, decides, stop)
            if stop and not returns:
                self._line("break")
        return Operand(value, "bool", f"{value} is None")

    def _weigh(self, node: Node, at: int, scope: Scope, into: str, decides: bool, stop: str) -> None:
        """Let one part of a chain or loop decide it, or leave it open."""
        if stop and isinstance(node, Call) and node.function in TESTS and self._indent <= _MAX_INDENT:
            parts = [self._value(part, number, scope) for part, number in self._numbers(node, at)]
            test = self._test(node, parts)
            if test is not None:
                self._stop_if(test, into, decides, stop)
                return
            value = self._truth(self._compared(node, parts))
        else:
            value = self._truth(self._value(node, at, scope))
        with self._block(f"if {value} is not {not decides}:"):
            if stop:
                self._line(f"if {value} is {decides}: {stop}")
                self._line(f"{into} = None")
            else:
                self._line(f"if {value} is {decides}: {into} = {decides}")
                self._line(f"elif {into} is not {decides}: {into} = None")

    def _stop_if(self, test: Test, into: str, decides: bool, stop: str) -> None:
        condition = test.expression if decides else f"not ({test.expression})"
        if test.guard:
            with self._block(f"if {test.guard}:"):
                self._line(f"if {condition}: {stop}")
            self._line(f"else: {into} = None")
        else:
            self._line(f"if {condition}: {stop}")

    def _truth(self, part: Operand) -> str:
        """The value to be asked whether it ``is`` True; Python warns of asking that of a number."""
        return "None" if part.constant and part.kind != "bool" else part.value

    def _choice(self, node: Call, at: int, scope: Scope) -> Operand:
        (condition, at_condition), *branches = self._numbers(node, at)
        decided = self._truth(self._value(condition, at_condition, scope))
        value, unknown = self._name("t"), self._name("u")
        written: list[tuple[Operand, list[str]]] = []
        outer = self._lines
        self._indent += 1
        for branch, number in branches:
            self._lines = []
            written.append((self._value(branch, number, scope), self._lines))
        self._indent -= 1
        self._lines = outer
        null = any(operand.null for operand, _lines in written)
        for (operand, lines), head in zip(written, ("if", "elif"), strict=True):
            with self._block(f"{head} {decided} is {head == 'if'}:"):
                self._lines.extend(lines)
                self._line(f"{value} = {operand.value}")
                if null:
                    self._line(f"{unknown} = {operand.unknown or False}")
        self._line(f"else: {value} = None{f'; {unknown} = True' if null else ''}")
        kinds = {operand.kind for operand, _lines in written}
        return Operand(value, kinds.pop() if len(kinds) == 1 else "", unknown if null else f"{value} is None", null)

    def _over(self, node: Over, at: int, scope: Scope) -> Operand:
        if node.macro not in _MACROS:
            return self._interpreted(node, scope)
        (source, at_source), (body, at_body) = self._numbers(node, at)
        items = self._value(source, at_source, scope).value
        value, item = self._name("t"), self._name("v")
        inner = {**scope, node.variable: Operand(item, null=True)}
        self._line(f"{value} = None")
        listed = f"type({items}) is list or isinstance({items}, (list, tuple))"
        with self._block(f"if {listed if node.bound is None else f'({listed}) and len({items}) <= {node.bound}'}:"):
            if node.macro in {"exists", "all"}:
                decides = node.macro == "exists"
                self._line(f"{value} = {not decides}")
                with self._block(f"for {item} in {items}:"):
                    stop = "" if self._traced else f"{value} = {decides}; break"
                    self._weigh(body, at_body, inner, value, decides, stop)
                return Operand(value, "bool", f"{value} is None")
            kept, whole = self._name("l"), self._name("o")
            self._line(f"{kept} = []; {whole} = True")
            with self._block(f"for {item} in {items}:"):
                result = self._value(body, at_body, inner)
                self._keep(node.macro, result, kept, item, f"{whole} = False{'' if self._traced else '; break'}")
            self._line(f"if {whole}: {value} = {kept}")
        return Operand(value, "list", f"{value} is None")

    def _keep(self, macro: str, result: Operand, into: str, item: str, lost: str) -> None:
        if macro == "filter":
            self._line(f"if {self._truth(result)} is True: {into}.append({item})")
            self._line(f"elif {self._truth(result)} is not False: {lost}")
        elif result.unknown:
            self._line(f"if {result.unknown}: {lost}")
            self._line(f"else: {into}.append({result.value})")
        else:
            self._line(f"{into}.append({result.value})")
