"""Text to tokens (Common Expression Language, language definition, Syntax)."""

import re
from dataclasses import dataclass

from todoke.kernel.rules.errors import RuleError

_PATTERN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<int>\d+)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]])""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True)
class Token:
    """A word of the rule; ``kind`` is int, string, name, operator or end."""

    kind: str
    text: str
    line: int
    column: int


def tokens(text: str) -> list[Token]:
    """All tokens with an end at the end. Raises RuleError at the first sign that fits none."""
    found, at, line, line_start = [], 0, 1, 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        column = at - line_start + 1
        if match is None:
            raise RuleError(f"unexpected {text[at]!r}", line, column)
        kind, word = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(Token(kind, _unquoted(word, line, column) if kind == "string" else word, line, column))
        for _newline in range(word.count("\n")):
            line += 1
        if "\n" in word:
            line_start = at + word.rindex("\n") + 1
        at = match.end()
    found.append(Token("end", "", line, at - line_start + 1))
    return found


def _unquoted(word: str, line: int, column: int) -> str:
    out, inside = [], iter(word[1:-1])
    for sign in inside:
        if sign == "\\":
            escaped = next(inside)
            if escaped not in _ESCAPES:
                raise RuleError(f"unknown escape \\{escaped}", line, column)
            sign = _ESCAPES[escaped]
        out.append(sign)
    return "".join(out)
