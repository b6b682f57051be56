"""The slow truth: one tree, one person, three values.

``&&`` and ``||`` absorb what is not known (Kleene); everything else hands it on. What cannot be worked out
(a division by zero, an order of a word and a number) is not known either, with its reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from todoke.kernel.rules.functions import FUNCTIONS, age_on, first_school_day
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of

__all__ = ["MAX_STEPS", "Interpreter", "Unknown", "age_on", "all_known", "evaluate", "failed", "first_school_day"]

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


def evaluate(node: Node, facts: Mapping[str, Any], today: date, most: int = MAX_STEPS) -> Any:
    """A value, or Unknown. ``facts`` is nested; a date stands as ``datetime.date`` or YYYY-MM-DD given to date().

    ``most`` is the number of steps after which nothing more is worked out.
    """
    return Interpreter(facts, today, most).value(node)


class Interpreter:
    """One evaluation."""

    functions: ClassVar[Mapping[str, Callable[..., Any]]] = FUNCTIONS

    def __init__(self, facts: Mapping[str, Any], today: date, most: int = MAX_STEPS) -> None:
        self._facts, self._today, self._left = facts, today, most
        self._variables: dict[str, Any] = {}

    def value(self, node: Node) -> Any:
        self._left -= 1
        if self._left < 0:
            return failed("too many steps")
        match node:
            case Literal(value):
                return value
            case Name(name):
                return self._variables[name] if name in self._variables else self._fact(name)
            case Member():
                return self._member(node)
            case Items(items):
                return all_known([self.value(item) for item in items], list)
            case Call():
                return self._called(node)
            case Over():
                return self._over(node)

    def _fact(self, name: str) -> Any:
        return self._looked_up(self._facts, name, name)

    def _member(self, node: Member) -> Any:
        whole, path = self.value(node.of), path_of(node)
        if isinstance(whole, Unknown):
            return Unknown(frozenset({path})) if path and not whole.reasons else whole
        return self._looked_up(whole, node.name, path or node.name)

    def _looked_up(self, whole: Any, name: str, path: str) -> Any:
        if not isinstance(whole, Mapping):
            return failed(f"{path}: no such member")
        value = whole.get(name)
        return Unknown(frozenset({path})) if value is None else value

    def _called(self, node: Call) -> Any:
        function, arguments = node.function, node.arguments
        if function in {"_&&_", "_||_"}:
            return self._logic(arguments, decides=function == "_||_")
        if function == "_?_:_":
            condition = self.value(arguments[0])
            if isinstance(condition, bool):
                return self.value(arguments[1] if condition else arguments[2])
            return condition if isinstance(condition, Unknown) else failed("a condition that is no truth value")
        if function == "known":
            value = self.value(arguments[0])
            return not (isinstance(value, Unknown) and not value.reasons)
        if function == "today":
            return self._today
        values = [self.value(argument) for argument in arguments]
        return all_known(values, lambda known: self._applied(function, known))

    def _logic(self, arguments: tuple[Node, ...], *, decides: bool) -> Any:
        unknown = Unknown()
        open_question = False
        for argument in arguments:
            value = self.value(argument)
            if value is decides:
                return decides
            if not isinstance(value, bool):
                open_question = True
                unknown |= value if isinstance(value, Unknown) else failed("not a truth value")
        return unknown if open_question else not decides

    def _over(self, node: Over) -> Any:
        source = self.value(node.list)
        if isinstance(source, Unknown):
            return source
        items = self._items(source)
        if items is None:
            return failed("not a list")
        if node.bound is not None and len(items) > node.bound:
            return failed(f"{path_of(node.list) or 'a list'}: more than {node.bound} items")
        had = self._variables
        results = []
        for item in items:
            self._variables = {**had, node.variable: item}
            results.append(self.value(node.body))
        self._variables = had
        return self._gathered(node.macro, items, results)

    def _items(self, source: Any) -> Sequence[Any] | None:
        """What a macro goes over; None for what is no list."""
        return source if isinstance(source, list | tuple) else None

    def _gathered(self, macro: str, items: Sequence[Any], results: list[Any]) -> Any:
        if macro == "map":
            return all_known(results, list)
        wrong = [
            result if isinstance(result, Unknown) else failed("not a truth value")
            for result in results
            if not isinstance(result, bool)
        ]
        if macro == "filter":
            return all_known(wrong, lambda _v: [i for i, kept in zip(items, results, strict=True) if kept])
        decides = macro == "exists"
        if any(result is decides for result in results):
            return decides
        return all_known(wrong, lambda _v: not decides)

    def _applied(self, function: str, values: list[Any]) -> Any:
        try:
            result = self.functions[function](*values)
        except (TypeError, ValueError, ArithmeticError, AttributeError, OverflowError) as error:
            return failed(f"{function}: {error}")
        if isinstance(result, int) and not _INT_MIN <= result <= _INT_MAX:
            return failed(f"{function}: beyond 64 bits")
        return result


def all_known(values: list[Any], make: Callable[[list[Any]], Any]) -> Any:
    """What is made of the values, or all that is not known of them."""
    unknown = [value for value in values if isinstance(value, Unknown)]
    if not unknown:
        return make(values)
    whole = unknown[0]
    for other in unknown[1:]:
        whole |= other
    return whole
