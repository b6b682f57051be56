"""Tokens to a tree, by precedence climbing (a Pratt parser)."""

from collections.abc import Mapping
from typing import NoReturn

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.lexer import Token, tokens
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over

MAX_LENGTH = 4_000
MAX_DEPTH = 60
"""Parentheses, lists and calls within one another; more is a mistake or an attack."""

MACROS = frozenset({"exists", "all", "filter", "map"})
FUNCTIONS = {
    "size": 1,
    "known": 1,
    "date": 1,
    "age_on": 2,
    "first_school_day": 1,
    "fiscal_year_end_of_age": 2,
    "plus_years": 2,
    "end_of_month": 1,
    "days_between": 2,
    "today": 0,
}
"""Functions and how many arguments they take."""

METHODS = {"sum": 0, "startsWith": 1, "endsWith": 1, "contains": 1, "matches_any": 1}

_INSTEAD = {
    "has": "known(x) tells whether there is a value",
    "exists_one": "write size(list.filter(x, …)) == 1",
    "matches": "write matches_any, startsWith, endsWith or contains",
    "timestamp": "write date('2026-04-01')",
    "duration": "write days_between(first, last)",
    **dict.fromkeys(
        ("int", "uint", "double", "string", "bool", "bytes", "type", "dyn"), "facts have their kinds by declaration"
    ),
}
"""What a rule has in place of CEL's other functions."""

_BINARY = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "in": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
}
_ABSORBING = frozenset({"_&&_", "_||_"})
"""One call for a whole chain of them."""

WORDS = {"true": True, "false": False, "null": None}


def parse(text: str, defined: Mapping[str, int] | None = None) -> Node:
    """Raises RuleError with the place of what cannot be read; ``defined`` are further functions and their arguments."""
    if len(text) > MAX_LENGTH:
        raise RuleError(f"a rule has at most {MAX_LENGTH} signs", 1, 1)
    parser = Parser(tokens(text), {**FUNCTIONS, **(defined or {})})
    node = parser.conditional()
    parser.expect("end", "")
    refuse_depth(node)
    return node


def refuse_depth(root: Node) -> None:
    """Raises RuleError above MAX_DEPTH: long chains (``a + b + c …``) are deep though nothing is nested in the text."""
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            at = node if isinstance(node, Name | Member | Call | Over) else None
            raise RuleError(f"more than {MAX_DEPTH} steps deep", at.line if at else 1, at.column if at else 1)
        match node:
            case Member(of, _):
                waiting.append((of, depth + 1))
            case Items(items):
                waiting += [(item, depth + 1) for item in items]
            case Call(_, arguments):
                waiting += [(argument, depth + 1) for argument in arguments]
            case Over(_, source, _, body):
                waiting += [(source, depth + 1), (body, depth + 1)]


def _number(token: Token) -> int:
    return int(token.text, 16 if token.text[1:2] in {"x", "X"} else 10)


class Parser:
    """Reads the language of rules; methods that refuse are where all of CEL has more."""

    macros = MACROS

    def __init__(self, found: list[Token], functions: Mapping[str, int]) -> None:
        self._tokens, self._functions, self._at, self._depth = found, functions, 0, 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is(self, text: str) -> bool:
        return self._next.kind == "operator" and self._next.text == text

    def expect(self, kind: str, text: str) -> Token:
        token = self._next
        if token.kind != kind or (text and token.text != text):
            raise RuleError(f"expected {text or kind}, found {token.text or 'the end'!r}", token.line, token.column)
        return self._take()

    def conditional(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RuleError(f"nested more than {MAX_DEPTH} deep", self._next.line, self._next.column)
        condition = self._binary(1)
        if self._is("?"):
            at = self._take()
            then = self.conditional()
            self.expect("operator", ":")
            condition = Call("_?_:_", (condition, then, self.conditional()), at.line, at.column)
        self._depth -= 1
        return condition

    def _binary(self, floor: int) -> Node:
        left = self._unary()
        while True:
            token = self._next
            strength = _BINARY.get(token.text, 0) if token.kind in {"operator", "name"} else 0
            if strength < floor or not strength:
                return left
            self._take()
            right = self._binary(strength + 1)
            function = f"_{token.text}_"
            if function in _ABSORBING and isinstance(left, Call) and left.function == function:
                left = Call(function, (*left.arguments, right), left.line, left.column)
            else:
                left = Call(function, (left, right), token.line, token.column)

    def _unary(self) -> Node:
        if self._is("!") or self._is("-"):
            token = self._take()
            if token.text == "-" and self._next.kind == "int" and _number(self._next) == 2**63:
                self._take()
                return Literal(-(2**63))
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise RuleError(f"nested more than {MAX_DEPTH} deep", token.line, token.column)
            inner = self._unary()
            self._depth -= 1
            return Call(f"{token.text}_", (inner,), token.line, token.column)
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._is("["):
                node = self.index(node)
            elif not self._is("."):
                return node
            else:
                self._take()
                name = self.member()
                node = self._called(node, name) if self._is("(") else Member(node, name.text, name.line, name.column)

    def index(self, of: Node) -> Node:
        raise RuleError("a rule has no indexes; write exists, all or filter", self._next.line, self._next.column)

    def member(self) -> Token:
        return self.expect("name", "")

    def _called(self, on: Node, name: Token) -> Node:
        if name.text in self.macros:
            self.expect("operator", "(")
            variable = self.expect("name", "")
            self.expect("operator", ",")
            made = self.macro(name, on, variable.text, self.conditional())
            self.expect("operator", ")")
            return made
        arguments = self._arguments(")")
        self.refuse_method(name, len(arguments))
        return Call(name.text, (on, *arguments), name.line, name.column)

    def macro(self, name: Token, source: Node, variable: str, body: Node) -> Node:
        return Over(name.text, source, variable, body, line=name.line, column=name.column)

    def refuse_method(self, name: Token, arguments: int) -> None:
        if METHODS.get(name.text) != arguments:
            self._refuse("method", name, arguments)

    def function(self, name: Token, arguments: tuple[Node, ...]) -> Node:
        if self._functions.get(name.text) != len(arguments):
            self._refuse("function", name, len(arguments))
        return Call(name.text, arguments, name.line, name.column)

    def _refuse(self, what: str, name: Token, arguments: int) -> NoReturn:
        instead = f"; {_INSTEAD[name.text]}" if name.text in _INSTEAD else ""
        raise RuleError(f"no {what} {name.text} with {arguments} arguments{instead}", name.line, name.column)

    def double(self, token: Token) -> Node:
        raise RuleError("a rule counts in whole numbers, as in yen or tenths", token.line, token.column)

    def map_literal(self, token: Token) -> Node:
        raise RuleError("a rule has no maps; write ?: or a list", token.line, token.column)

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        self._take()
        found: list[Node] = []
        while not self._is(closing):
            found.append(self.conditional())
            if not self._is(closing):
                self.expect("operator", ",")
        self._take()
        return tuple(found)

    def _primary(self) -> Node:
        token = self._next
        if token.kind == "int":
            self._take()
            value = _number(token)
            if value >= 2**63:
                raise RuleError("a number beyond 64 bits", token.line, token.column)
            return Literal(value)
        if token.kind == "double":
            return self.double(self._take())
        if token.kind == "string":
            return Literal(self._take().text)
        if token.kind == "name" and token.text != "in":
            self._take()
            if token.text in WORDS:
                return Literal(WORDS[token.text])
            return (
                self.function(token, self._arguments(")"))
                if self._is("(")
                else Name(token.text, token.line, token.column)
            )
        if self._is("("):
            self._take()
            node = self.conditional()
            self.expect("operator", ")")
            return node
        if self._is("["):
            return Items(self._arguments("]"))
        if self._is("{"):
            return self.map_literal(self._take())
        raise RuleError(f"unexpected {token.text or 'end'!r}", token.line, token.column)
