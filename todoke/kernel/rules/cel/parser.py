"""CEL's syntax where it goes beyond that of rules."""

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.lexer import Token, tokens
from todoke.kernel.rules.parser import FUNCTIONS, MACROS, Parser
from todoke.kernel.rules.tree import Call, Literal, Member, Node, Over


def parse(text: str) -> Node:
    """Raises RuleError. Doubles, maps and indexes become calls; which functions there are is found at evaluation."""
    parser = _CelParser(tokens(text), FUNCTIONS)
    node = parser.conditional()
    parser.expect("end", "")
    return node


class _CelParser(Parser):
    macros = MACROS | {"exists_one"}

    def index(self, of: Node) -> Node:
        at = self._take()
        index = self.conditional()
        self.expect("operator", "]")
        return Call("_[_]", (of, index), at.line, at.column)

    def member(self) -> Token:
        return self._take() if self._next.kind == "quoted" else super().member()

    def macro(self, name: Token, source: Node, variable: str, body: Node) -> Node:
        if name.text == "map" and self._is(","):
            self._take()
            return Over("map", Over("filter", source, variable, body), variable, self.conditional())
        return super().macro(name, source, variable, body)

    def refuse_method(self, name: Token, arguments: int) -> None:
        """None is refused: an unknown method is an error of evaluation."""

    def function(self, name: Token, arguments: tuple[Node, ...]) -> Node:
        if name.text == "has" and not (len(arguments) == 1 and isinstance(arguments[0], Member)):
            raise RuleError("has() needs a member", name.line, name.column)
        return Call(name.text, arguments, name.line, name.column)

    def double(self, token: Token) -> Node:
        return Call("double", (Literal(token.text),), token.line, token.column)

    def map_literal(self, token: Token) -> Node:
        parts: list[Node] = []
        while not self._is("}"):
            parts.append(self.conditional())
            self.expect("operator", ":")
            parts.append(self.conditional())
            if not self._is("}"):
                self.expect("operator", ",")
        self._take()
        return Call("{}", tuple(parts), token.line, token.column)
