"""What a rule that is not known yet still needs: one pass over the tree, from its leaves up.

Each node gets the smallest sets of missing facts that could make it true, false, or known at all. "Could": no set
settles every case. A missing member of a list's item counts as the list, since a list is asked for as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from todoke.kernel.rules.interpreter import Unknown
from todoke.kernel.rules.person import applied, interpreted
from todoke.kernel.rules.python_operators import STRICT
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over

Sets: TypeAlias = tuple[frozenset[str], ...]
"""Sets of which none holds another, small ones first; no set at all is "never"."""

NEVER: Sets = ()
NOW: Sets = (frozenset(),)
MAX_SETS = 12
"""More sets than these are not followed up; the largest are left out."""


def smallest(sets: Iterable[frozenset[str]]) -> Sets:
    """Without sets that hold another one."""
    sets = list(sets)
    if len(sets) < 2:
        return tuple(sets)
    kept: list[frozenset[str]] = []
    for candidate in sorted(sets, key=len):
        for other in kept:
            if other <= candidate:
                break
        else:
            kept.append(candidate)
    return tuple(kept[:MAX_SETS])


def either(ways: Iterable[Sets]) -> Sets:
    """What is enough for one of several."""
    ways = list(ways)
    return ways[0] if len(ways) == 1 else smallest(one for way in ways for one in way)


def together(parts: Iterable[Sets]) -> Sets:
    """What is enough for all of several."""
    whole = NOW
    for part in parts:
        if whole is NOW or whole == NOW:
            whole = part
        elif part is not NOW and part != NOW:
            whole = smallest([one | other for one in whole for other in part])
    return whole


@dataclass(frozen=True)
class Term:
    """A value that hangs on one missing fact alone."""

    path: str
    kind: str = "fact"
    """fact: the fact itself; date: its text read as a date; age: the age on ``day`` of who was born then."""

    day: date | None = None
    written: bool = False
    """Whether an age is that of a date written as text."""


class State(NamedTuple):
    """What a node came to and what it still needs."""

    value: Any = None
    known: bool = False
    needs: Sets = NEVER
    true: Sets = NEVER
    false: Sets = NEVER
    path: str = ""
    """Where the value stands among the facts."""

    item: bool = False
    """Whether it is (part of) an item of the list at ``path``."""

    items: tuple["State", ...] | None = None
    term: Term | None = None
    truths: tuple[str, ...] = ()
    """The missing facts that it is as true as (more than one behind a choice)."""


FAILED = State()
NOTHING = State(None, True, NOW)


def _known(value: Any, path: str = "", *, item: bool = False, items: tuple[State, ...] | None = None) -> State:
    if value is True or value is False:
        return State(value, True, NOW, NOW if value else NEVER, NEVER if value else NOW, path, item, items)
    return State(value, True, NOW, NEVER, NEVER, path, item, items)


def _open(needs: Sets, path: str = "", *, item: bool = False, term: Term | None = None) -> State:
    return State(needs=needs, true=needs, false=needs, path=path, item=item, term=term)


def _missing(path: str, *, item: bool) -> State:
    needs = (frozenset({path}),)
    return (
        _open(needs, path, item=True)
        if item
        else State(None, False, needs, needs, needs, path, term=Term(path), truths=(path,))
    )


def _truth(true: Sets, false: Sets) -> State:
    if true == NOW or false == NOW:
        return _known(true == NOW)
    return State(needs=either((true, false)), true=true, false=false)


_COMPARISONS = frozenset({"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_in_"})


@dataclass
class Needs:
    """One pass over one rule. ``compared`` and ``loose`` say afterwards how missing facts were used."""

    facts: Mapping[str, Any]
    today: date
    compared: list[tuple[str, State, State]] = field(default_factory=list)
    """Each comparison in which something is missing: its operator and its two sides."""

    truths: set[str] = field(default_factory=set)
    """Missing facts that stand where a truth value does."""

    uses: Counter[str] = field(default_factory=Counter)
    """How often each missing fact was compared or asked for its truth, in order of mention."""

    loose: bool = False
    """Whether a missing fact was used in any other way."""

    def whole(self, tree: Node) -> State:
        """What the rule needs."""
        return self._asked(self.of(tree, {}))

    def of(self, node: Node, scope: Mapping[str, State]) -> State:
        """What the node needs; ``scope`` has the variables of the loops around it."""
        if isinstance(node, Call):
            return self._call(node, scope)
        if isinstance(node, Literal):
            return _known(node.value)
        if isinstance(node, Name):
            return scope.get(node.name) or self._looked_up(self.facts, node.name, NOTHING)
        if isinstance(node, Member):
            return self._member(self.of(node.of, scope), node.name)
        if isinstance(node, Items):
            return self._listed([self.of(item, scope) for item in node.items])
        if isinstance(node, Over):
            return self._over(node, scope)
        return self._by_interpreter(node, scope)

    def _member(self, whole: State, name: str) -> State:
        if whole.known:
            return self._looked_up(whole.value, name, whole)
        if whole.item or whole.term is None:
            return _open(whole.needs, whole.path, item=whole.item)
        return _missing(f"{whole.path}.{name}", item=False)

    def _looked_up(self, whole: Any, name: str, of: State) -> State:
        if not isinstance(whole, Mapping):
            return FAILED
        value = whole.get(name)
        path = of.path if of.item else f"{of.path}.{name}" if of.path else name
        return _missing(path, item=of.item) if value is None else _known(value, path, item=of.item)

    def _used(self, states: Iterable[State]) -> None:
        """Take note of missing facts that are used otherwise than compared or asked for their truth."""
        self.loose = self.loose or any(not state.known and state.needs for state in states)

    def _asked(self, state: State) -> State:
        """A state that stands where a truth value does."""
        self.truths.update(state.truths)
        self.uses.update(state.truths)
        self.loose = self.loose or (state.item and not state.known)
        return state

    def _listed(self, states: list[State]) -> State:
        if all(state.known for state in states):
            return _known([state.value for state in states], items=tuple(states))
        self._used(states)
        return _open(together([state.needs for state in states]))._replace(items=tuple(states))

    def _over(self, node: Over, scope: Mapping[str, State]) -> State:
        source = self.of(node.list, scope)
        if not source.known:
            return self._over_missing(node, source, scope)
        if not isinstance(source.value, list | tuple) or (node.bound is not None and len(source.value) > node.bound):
            return FAILED
        items = self._items(source)
        bodies = [self.of(node.body, {**scope, node.variable: item}) for item in items]
        if node.macro == "map":
            return self._listed(bodies)
        bodies = [self._asked(body) for body in bodies]
        true, false = [body.true for body in bodies], [body.false for body in bodies]
        if node.macro == "exists":
            return _truth(either(true) if true else NEVER, together(false))
        if node.macro == "all":
            return _truth(together(true), either(false) if false else NEVER)
        if node.macro == "filter":
            return self._filtered(items, bodies)
        return self._by_interpreter(node, scope)

    def _items(self, source: State) -> Sequence[State]:
        if source.items is not None:
            return source.items
        return [_known(item, source.path, item=True) for item in source.value]

    def _filtered(self, items: Sequence[State], bodies: list[State]) -> State:
        needs = together(either((body.true, body.false)) for body in bodies)
        if needs != NOW:
            self._used([_open(needs)])
            return _open(needs)
        kept = tuple(item for item, body in zip(items, bodies, strict=True) if body.value is True)
        return _known([item.value for item in kept], items=kept)

    def _over_missing(self, node: Over, source: State, scope: Mapping[str, State]) -> State:
        """Over a list that is not known; it could turn out empty unless it is written out in the rule."""
        self._used([source])
        item = _open(source.needs, source.path, item=True)
        body = self._asked(self.of(node.body, {**scope, node.variable: item}))
        if node.macro not in {"exists", "all"}:
            return _open(source.needs, source.path, item=source.item)
        met = together((source.needs, body.true if node.macro == "exists" else body.false))
        unmet = together((source.needs, body.false if node.macro == "exists" else body.true))
        other = unmet if source.items else source.needs
        return _truth(met, other) if node.macro == "exists" else _truth(other, met)

    def _call(self, node: Call, scope: Mapping[str, State]) -> State:
        if node.function == "today":
            return _known(self.today)
        if node.function == "known":
            return self._by_interpreter(node, scope)
        parts = [self.of(argument, scope) for argument in node.arguments]
        match node.function:
            case "_&&_":
                return _truth(together(self._asked(p).true for p in parts), either(p.false for p in parts))
            case "_||_":
                return _truth(either(p.true for p in parts), together(self._asked(p).false for p in parts))
            case "!_":
                return _truth(self._asked(parts[0]).false, parts[0].true)
            case "_?_:_":
                return self._choice(*parts)
        if node.function not in STRICT:
            self._used(parts)
            return self._by_interpreter(node, scope)
        return self._strict(node.function, parts)

    def _choice(self, condition: State, then: State, otherwise: State) -> State:
        self._asked(condition)
        if condition.known:
            return then if condition.value is True else otherwise if condition.value is False else FAILED

        def by(met: Sets, unmet: Sets) -> Sets:
            return either((together((condition.true, met)), together((condition.false, unmet))))

        return State(
            needs=by(then.needs, otherwise.needs),
            true=by(then.true, otherwise.true),
            false=by(then.false, otherwise.false),
            truths=then.truths + otherwise.truths,
        )

    def _strict(self, function: str, parts: list[State]) -> State:
        if all(part.known for part in parts):
            value = applied(function, *(part.value for part in parts))
            items = [self._items(part) for part in parts] if isinstance(value, list) else []
            return FAILED if value is None else _known(value, items=tuple(i for of in items for i in of) or None)
        needs = together(part.needs for part in parts)
        if not needs:
            return FAILED
        if function in _COMPARISONS:
            self.compared.append((function, parts[0], parts[1]))
            self.uses.update(part.term.path for part in parts if part.term is not None)
            return _open(needs)
        term = self._term(function, parts)
        if term is None:
            self._used(parts)
        return _open(needs, term=term)

    def _term(self, function: str, parts: list[State]) -> Term | None:
        of = parts[0].term
        if function == "date" and of is not None and of.kind == "fact":
            return Term(of.path, "date")
        if function == "age_on" and of is not None and of.kind in {"fact", "date"} and parts[1].known:
            day = parts[1].value
            return Term(of.path, "age", day, of.kind == "date") if isinstance(day, date) else None
        return None

    def _by_interpreter(self, node: Node, scope: Mapping[str, State]) -> State:
        variables = {name: state.value for name, state in scope.items() if state.known}
        value = interpreted(node, self.facts, self.today, variables)
        if not isinstance(value, Unknown):
            return _known(value)
        self.loose = True
        paths = (
            scope[path.split(".")[0]].path if path.split(".")[0] in scope else path for path in sorted(value.missing)
        )
        return FAILED if value.reasons else _open((frozenset(paths),))
