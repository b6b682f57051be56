"""Google's CEL engine on our rules: each is written anew as CEL text, with dates as timestamps at midnight UTC.

Our date functions are written out in CEL's own terms, apart from our code; ``sum`` alone is handed in as a function,
since CEL has none. Any error (no such key, overflow, division by zero) is "not known".
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]

from tests.rules.oracle.generate import FACTS, Cases
from todoke.kernel.rules import INT, Shape
from todoke.kernel.rules.check import shape_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of


class TooDeepError(Exception):
    """A rule that is nested too deep for Google's parser (32 levels), once our functions are written out."""


def google(tree: Node, cases: Cases) -> list[Any]:
    """What Google's engine makes of the rule for each row. Raises TooDeepError."""
    try:
        expression = _environment().compile(_Writer().text(tree, {}))
    except RuntimeError as error:
        if "max recursion depth" in str(error):
            raise TooDeepError from error
        raise
    today = _midnight(cases.today)
    return [_ours(expression.eval(data={"f": _theirs(row), "today": today})) for row in cases.rows]


@cache
def _environment() -> cel.Env:
    kinds = cel.Type
    whole = kinds.List(kinds.DYN)
    total = cel.Overload("sum_list", kinds.INT, [whole], True, impl=sum)
    return cel.NewEnv(
        variables={"f": kinds.Map(kinds.STRING, kinds.DYN), "today": kinds.TIMESTAMP},
        functions=[cel.FunctionDecl("sum", [total])],
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _theirs(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _theirs(of) for key, of in value.items()}
    if isinstance(value, list):
        return [_theirs(item) for item in value]
    return f"{value}T00:00:00Z" if isinstance(value, date) else value


def _ours(value: cel.Value) -> Any:
    return None if value.type() == cel.Type.ERROR else _plain(value.plain_value())


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.date() if isinstance(value, datetime) else value


_MONTH_DAY = "({0}.getMonth() * 100 + {0}.getDate())"
_PADDED = "(({0}) < 10 ? '0' : '') + string({0})"
_LEAP = "({0} % 4 == 0 && ({0} % 100 != 0 || {0} % 400 == 0))"
_EVE = "duration('24h')"


class _Writer:
    def __init__(self) -> None:
        self._numbers = count()

    def text(self, node: Node, scope: Mapping[str, Shape]) -> str:
        match node:
            case Literal(bool(value)):
                return "true" if value else "false"
            case Literal(value):
                return f"'{value}'" if isinstance(value, str) else str(value)
            case Name() | Member():
                return self._path(node, scope)
            case Items(()):
                return "dyn([])"
            case Items(items):
                return f"[{', '.join(self.text(item, scope) for item in items)}]"
            case Over(macro, source, variable, body):
                item = shape_of(source, {**FACTS, **scope}).item or INT
                inner = self.text(body, {**scope, variable: item})
                return f"{self.text(source, scope)}.{macro}({variable}, {inner})"
            case Call():
                return self._call(node, scope)
        raise TypeError(node)

    def _path(self, node: Node, scope: Mapping[str, Shape]) -> str:
        path = str(path_of(node))
        if path in scope:
            return path
        whole = path if path.split(".")[0] in scope else f"f.{path}"
        return f"timestamp({whole})" if shape_of(node, {**FACTS, **scope}).kind == "date" else whole

    def _call(self, node: Call, scope: Mapping[str, Shape]) -> str:
        function, arguments = node.function, node.arguments
        if function == "known":
            return self._known(str(path_of(arguments[0])), scope)
        written = [self.text(argument, scope) for argument in arguments]
        if function in {"_&&_", "_||_"}:
            return f"({f' {function[1:-1]} '.join(written)})"
        if function == "_?_:_":
            return "({} ? {} : {})".format(*written)
        if function in {"-_", "!_"}:
            return f"{function[0]}({written[0]})"
        if function.startswith("_"):
            return f"({written[0]} {function[1:-1]} {written[1]})"
        if function == "today":
            return "today"
        if function == "size":
            return f"size({written[0]})"
        if function == "date":
            return f"timestamp({written[0]} + 'T00:00:00Z')"
        if function == "contains" and shape_of(arguments[0], {**FACTS, **scope}).kind == "list":
            return f"({written[1]} in {written[0]})"
        if function in {"sum", "startsWith", "endsWith", "contains"}:
            return f"{written[0]}.{function}({', '.join(written[1:])})"
        return self._own(function, written)

    def _known(self, path: str, scope: Mapping[str, Shape]) -> str:
        parts = path.split(".") if path.split(".")[0] in scope else ["f", *path.split(".")]
        steps = [f"has({'.'.join(parts[:length])})" for length in range(2, len(parts) + 1)]
        return f"({' && '.join(steps) or 'true'})"

    def _own(self, function: str, written: list[str]) -> str:
        """A function of ours on arguments that are worked out once: ``[[a, b]].map(v, … v[0] … v[1] …)[0]``."""
        given = f"v{next(self._numbers)}"
        first, second = f"{given}[0]", f"{given}[1]"
        return f"[[{', '.join(written)}]].map({given}, {self._body(function, first, second)})[0]"

    def _body(self, function: str, first: str, second: str) -> str:
        year = f"{first}.getFullYear()"
        if function == "matches_any":
            return f"{second}.exists(w, {first}.contains(w))"
        if function == "days_between":
            return f"({second} - {first}).getHours() / 24"
        if function == "age_on":
            next_day = f"({second} + {_EVE})"
            short = f"({_MONTH_DAY.format(next_day)} < {_MONTH_DAY.format(first)} ? 1 : 0)"
            return f"{next_day}.getFullYear() - {year} - {short}"
        if function == "first_school_day":
            return f"timestamp(string({year} + ({_MONTH_DAY.format(first)} <= 301 ? 6 : 7)) + '-04-01T00:00:00Z')"
        if function == "end_of_month":
            month = f"({first}.getMonth() == 11 ? 1 : {first}.getMonth() + 2)"
            of = f"string({first}.getMonth() == 11 ? {year} + 1 : {year}) + '-' + {_PADDED.format(month)}"
            return f"timestamp({of} + '-01T00:00:00Z') - {_EVE}"
        if function == "plus_years":
            return self._later(first, second)
        if function == "fiscal_year_end_of_age":
            reached = f"({self._later(first, second)} - {_EVE})"
            late = f"({_MONTH_DAY.format(reached)} <= 231 ? 0 : 1)"
            return f"timestamp(string({reached}.getFullYear() + {late}) + '-03-31T00:00:00Z')"
        raise ValueError(function)

    def _later(self, day: str, years: str) -> str:
        year = f"({day}.getFullYear() + {years})"
        leap_day = f"{_MONTH_DAY.format(day)} == 129 && !{_LEAP.format(year)}"
        of_month = f"({leap_day} ? '28' : {_PADDED.format(f'{day}.getDate()')})"
        month = _PADDED.format(f"({day}.getMonth() + 1)")
        return f"timestamp(string({year}) + '-' + {month} + '-' + {of_month} + 'T00:00:00Z')"
