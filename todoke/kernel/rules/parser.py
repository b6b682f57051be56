"""Tokens to a tree, by precedence climbing (a Pratt parser)."""

from collections.abc import Mapping

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
    parser = _Parser(tokens(text), {**FUNCTIONS, **(defined or {})})
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
            at = node if isinstance(node, Name | Member | Call) else None
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


class _Parser:
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
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise RuleError(f"nested more than {MAX_DEPTH} deep", token.line, token.column)
            inner = self._unary()
            self._depth -= 1
            return Call(f"{token.text}_", (inner,), token.line, token.column)
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while self._is("."):
            self._take()
            name = self.expect("name", "")
            node = self._called(node, name) if self._is("(") else Member(node, name.text, name.line, name.column)
        return node

    def _called(self, on: Node, name: Token) -> Node:
        if name.text in MACROS:
            self.expect("operator", "(")
            variable = self.expect("name", "")
            self.expect("operator", ",")
            body = self.conditional()
            self.expect("operator", ")")
            return Over(name.text, on, variable.text, body)
        arguments = self._arguments(")")
        if METHODS.get(name.text) != len(arguments):
            raise RuleError(f"no method {name.text} with {len(arguments)} arguments", name.line, name.column)
        return Call(name.text, (on, *arguments), name.line, name.column)

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
            value = int(token.text)
            if value >= 2**63:
                raise RuleError("a number beyond 64 bits", token.line, token.column)
            return Literal(value)
        if token.kind == "string":
            return Literal(self._take().text)
        if token.kind == "name" and token.text != "in":
            self._take()
            if token.text in WORDS:
                return Literal(WORDS[token.text])
            if self._is("("):
                arguments = self._arguments(")")
                if self._functions.get(token.text) != len(arguments):
                    raise RuleError(
                        f"no function {token.text} with {len(arguments)} arguments", token.line, token.column
                    )
                return Call(token.text, arguments, token.line, token.column)
            return Name(token.text, token.line, token.column)
        if self._is("("):
            self._take()
            node = self.conditional()
            self.expect("operator", ")")
            return node
        if self._is("["):
            return Items(self._arguments("]"))
        raise RuleError(f"unexpected {token.text or 'end'!r}", token.line, token.column)
