"""The interpreter of rules with CEL's maps, types and has()."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from todoke.kernel.rules.cel.functions import CEL_FUNCTIONS
from todoke.kernel.rules.cel.values import TYPES, Map, Type
from todoke.kernel.rules.interpreter import Interpreter, Unknown, all_known, failed
from todoke.kernel.rules.tree import Call, Member, Node, path_of

_TYPE_NAMES = {name: Type(name) for name in TYPES.values()}


def evaluate(node: Node, facts: Mapping[str, Any]) -> Any:
    """A value, or Unknown: with reasons where CEL has an error, with the name where it has an undeclared reference.

    ``facts`` may have dotted names; the longest that fits is meant. Their maps are ``Map``.
    """
    return _CelInterpreter(facts, date(1970, 1, 1)).value(node)


class _CelInterpreter(Interpreter):
    functions = CEL_FUNCTIONS

    def _fact(self, name: str) -> Any:
        if name in self._facts:
            return self._facts[name]
        return _TYPE_NAMES.get(name, Unknown(frozenset({name})))

    def _member(self, node: Member) -> Any:
        path = path_of(node)
        if path and path.split(".")[0] not in self._variables:
            named = self._fact(path)
            if not isinstance(named, Unknown):
                return named
        return super()._member(node)

    def _looked_up(self, whole: Any, name: str, path: str) -> Any:
        if not isinstance(whole, Map):
            return failed(f"{path}: no such member")
        return whole[name] if name in whole else failed(f"{path}: no such key")

    def _called(self, node: Call) -> Any:
        if node.function != "has":
            return super()._called(node)
        member = node.arguments[0]
        whole = self.value(member.of) if isinstance(member, Member) else None
        if isinstance(whole, Unknown) or not isinstance(member, Member):
            return whole
        return member.name in whole if isinstance(whole, Map) else failed("has: not a map")

    def _items(self, source: Any) -> Sequence[Any] | None:
        return list(source) if isinstance(source, Map) else super()._items(source)

    def _gathered(self, macro: str, items: Sequence[Any], results: list[Any]) -> Any:
        if macro != "exists_one":
            return super()._gathered(macro, items, results)
        wrong = [result for result in results if isinstance(result, Unknown)]
        return all_known(wrong, lambda _wrong: results.count(True) == 1)

    def _applied(self, function: str, values: list[Any]) -> Any:
        return super()._applied(function, values) if function in self.functions else failed(f"no function {function}")
