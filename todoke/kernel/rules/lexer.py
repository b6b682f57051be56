"""Text to tokens (Common Expression Language, language definition, Syntax)."""

import re
from dataclasses import dataclass

from todoke.kernel.rules.errors import RuleError

_PATTERN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<double>(?:[0-9]+\.[0-9]+|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
    |(?P<int>0[xX][0-9a-fA-F]+|[0-9]+)
    |(?P<raw>[rR](?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"[^"\n]*"|'[^'\n]*'))
    |(?P<string>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<quoted>`[^`\n]+`)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<sign>[abfnrtv\\?\"'`])|[xX](?P<byte>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<unknown>.))"
)
_SIGNS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True)
class Token:
    """A word of the rule; ``kind`` is int, double, string, name, quoted (a name in backticks), operator or end."""

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
            found.append(_token(kind, word, line, column))
        for _newline in range(word.count("\n")):
            line += 1
        if "\n" in word:
            line_start = at + word.rindex("\n") + 1
        at = match.end()
    found.append(Token("end", "", line, at - line_start + 1))
    return found


def _token(kind: str, word: str, line: int, column: int) -> Token:
    match kind:
        case "string":
            return Token("string", _unquoted(word, line, column), line, column)
        case "raw":
            return Token("string", _without_quotes(word[1:]), line, column)
        case "quoted":
            return Token("quoted", word[1:-1], line, column)
    return Token(kind, word, line, column)


def _unquoted(word: str, line: int, column: int) -> str:
    def sign(escape: re.Match[str]) -> str:
        kind, digits = str(escape.lastgroup), escape[str(escape.lastgroup)]
        if kind == "sign":
            return _SIGNS.get(digits, digits)
        code = int(digits, 8 if kind == "octal" else 16) if kind != "unknown" else -1
        if code < 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise RuleError(f"unknown escape {escape[0]}", line, column)
        return chr(code)

    return _ESCAPE.sub(sign, _without_quotes(word))


def _without_quotes(word: str) -> str:
    quotes = 3 if len(word) >= 6 and word[:3] in {'"""', "'''"} else 1
    return word[quotes:-quotes]
