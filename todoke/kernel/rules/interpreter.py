"""The slow truth: one tree, one person, three values.

``&&`` and ``||`` absorb what is not known (Kleene); everything else hands it on. What cannot be worked out
(a division by zero, an order of a word and a number) is not known either, with its reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of

MAX_STEPS = 100_000
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Unknown:
    """Not known yet: the facts that are missing, and what could not be worked out."""

    missing: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()

    def __or__(self, other: "Unknown") -> "Unknown":
        return Unknown(self.missing | other.missing, self.reasons | other.reasons)


def failed(reason: str) -> Unknown:
    """What could not be worked out."""
    return Unknown(reasons=frozenset({reason}))


def age_on(birth: date, day: date) -> int:
    """Full years on ``day``: an age is reached at the end of the day before the birthday.

    年齢計算ニ関スル法律, 民法143条. That end belongs to the birthday's eve, so on the eve itself the new age holds;
    who was born on 29 February reaches it on 28 February.
    """
    following = day + timedelta(days=1)
    return following.year - birth.year - ((following.month, following.day) < (birth.month, birth.day))


def first_school_day(birth: date) -> date:
    """The 1 April on which a child enters primary school: the first after it reached six (学校教育法17条)."""
    return date(birth.year + (6 if (birth.month, birth.day) <= (4, 1) else 7), 4, 1)


@dataclass
class _Run:
    facts: Mapping[str, Any]
    today: date
    steps: int = 0
    variables: dict[str, Any] = field(default_factory=dict)


def evaluate(node: Node, facts: Mapping[str, Any], today: date) -> Any:
    """A value, or Unknown. ``facts`` is nested; a date stands as ``datetime.date`` or YYYY-MM-DD given to date()."""
    return _value(node, _Run(facts, today))


def _value(node: Node, run: _Run) -> Any:
    run.steps += 1
    if run.steps > MAX_STEPS:
        return failed("too many steps")
    match node:
        case Literal(value):
            return value
        case Name(name):
            return run.variables[name] if name in run.variables else _looked_up(run.facts, name, name)
        case Member(of, name):
            whole, path = _value(of, run), path_of(node)
            if isinstance(whole, Unknown):
                return Unknown(frozenset({path})) if path and not whole.reasons else whole
            return _looked_up(whole, name, path or name)
        case Items(items):
            return _all_known([_value(item, run) for item in items], list)
        case Call():
            return _called(node, run)
        case Over():
            return _over(node, run)


def _looked_up(whole: Any, name: str, path: str) -> Any:
    if not isinstance(whole, Mapping):
        return failed(f"{path}: no such member")
    value = whole.get(name)
    return Unknown(frozenset({path})) if value is None else value


def _all_known(values: list[Any], make: Callable[[list[Any]], Any]) -> Any:
    unknown = [value for value in values if isinstance(value, Unknown)]
    if not unknown:
        return make(values)
    whole = unknown[0]
    for other in unknown[1:]:
        whole |= other
    return whole


def _called(node: Call, run: _Run) -> Any:
    function, arguments = node.function, node.arguments
    if function in {"_&&_", "_||_"}:
        return _logic(arguments, run, decides=function == "_||_")
    if function == "_?_:_":
        condition = _value(arguments[0], run)
        if isinstance(condition, bool):
            return _value(arguments[1] if condition else arguments[2], run)
        return condition if isinstance(condition, Unknown) else failed("a condition that is no truth value")
    if function == "known":
        value = _value(arguments[0], run)
        return not (isinstance(value, Unknown) and not value.reasons)
    if function == "today":
        return run.today
    return _all_known([_value(argument, run) for argument in arguments], lambda values: _applied(function, values))


def _logic(arguments: tuple[Node, ...], run: _Run, *, decides: bool) -> Any:
    unknown = Unknown()
    open_question = False
    for argument in arguments:
        value = _value(argument, run)
        if value is decides:
            return decides
        if not isinstance(value, bool):
            open_question = True
            unknown |= value if isinstance(value, Unknown) else failed("not a truth value")
    return unknown if open_question else not decides


def _over(node: Over, run: _Run) -> Any:
    source = _value(node.list, run)
    if isinstance(source, Unknown):
        return source
    if not isinstance(source, list | tuple):
        return failed("not a list")
    kept, had = [], run.variables
    results = []
    for item in source:
        run.variables = {**had, node.variable: item}
        results.append(_value(node.body, run))
        kept.append(item)
    run.variables = had
    if node.macro == "map":
        return _all_known(results, list)
    wrong = [r if isinstance(r, Unknown) else failed("not a truth value") for r in results if not isinstance(r, bool)]
    if node.macro == "filter":
        return _all_known([*wrong, *results], lambda _v: [k for k, r in zip(kept, results, strict=True) if r])
    decides = node.macro == "exists"
    if any(result is decides for result in results):
        return decides
    return _all_known(list(wrong), lambda _v: not decides)


def _applied(function: str, values: list[Any]) -> Any:
    try:
        result = _FUNCTIONS[function](*values)
    except (TypeError, ValueError, ArithmeticError, AttributeError, OverflowError) as error:
        return failed(f"{function}: {error}")
    if isinstance(result, int) and not _INT_MIN <= result <= _INT_MAX:
        return failed(f"{function}: beyond 64 bits")
    return result


def _same_kind(left: Any, right: Any) -> None:
    if type(left) is not type(right) or isinstance(left, bool | list | dict):
        raise TypeError("values of different or unordered kinds")


def _equal(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _among(item: Any, whole: Any) -> bool:
    if not isinstance(whole, list | tuple):
        raise TypeError("not a list")
    return any(_equal(item, other) for other in whole)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        _same_kind(left, right)
        return compare(left, right)

    return checked


def _numbers(compute: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    def checked(left: Any, right: Any) -> int:
        if type(left) is not int or type(right) is not int:
            raise TypeError("not whole numbers")
        return compute(left, right)

    return checked


def _quotient(left: int, right: int) -> int:
    whole = abs(left) // abs(right)
    return whole if (left < 0) == (right < 0) else -whole


def _plus(left: Any, right: Any) -> Any:
    if type(left) is not type(right) or not isinstance(left, int | str | list) or isinstance(left, bool):
        raise TypeError("cannot be added")
    return left + right


def _not(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a truth value")
    return not value


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "_==_": _equal,
    "_!=_": lambda left, right: not _equal(left, right),
    "_<_": _ordered(lambda left, right: bool(left < right)),
    "_<=_": _ordered(lambda left, right: bool(left <= right)),
    "_>_": _ordered(lambda left, right: bool(left > right)),
    "_>=_": _ordered(lambda left, right: bool(left >= right)),
    "_in_": _among,
    "_+_": _plus,
    "_-_": _numbers(lambda left, right: left - right),
    "_*_": _numbers(lambda left, right: left * right),
    "_/_": _numbers(_quotient),
    "_%_": _numbers(lambda left, right: left - right * _quotient(left, right)),
    "-_": lambda value: _numbers(lambda left, right: left - right)(0, value),
    "!_": _not,
    "size": len,
    "date": lambda text: text if isinstance(text, date) else date.fromisoformat(text),
    "age_on": age_on,
    "first_school_day": first_school_day,
    "days_between": lambda first, last: (last - first).days,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": lambda whole, part: part in whole,
    "matches_any": lambda whole, parts: any(part in whole for part in parts),
}
