"""Whether each part of a rule decides for enough people; if not, many wordings of a rule could tell one's fact."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.conf import settings

from todoke.kernel.errors import TodokeError
from todoke.kernel.rules import Names
from todoke.kernel.rules.check import place
from todoke.kernel.rules.columns import Frame, Lists, Truth, Value, evaluate_columns
from todoke.kernel.rules.conditions import Condition, conditions, has_constant
from todoke.kernel.rules.folding import folded
from todoke.kernel.rules.tree import Node, tree_hash
from todoke.kernel.rules.words.names import facts_in
from todoke.registry.people.population.reading import Rows

MOST_PARTS = 60
"""More parts that are true or false are not looked into; each takes two runs over everybody."""

MOST_KEPT = 20_000


class FewDecidedError(TodokeError):
    """この部分で結果が変わる人が{least}人に満たないため、試算できません（{line}行{column}文字目）。1人や少人数を選び出す部分を除いてください。"""

    code = "few-decided"
    status = 422


class TooManyPartsError(TodokeError):
    """条件の部分が多すぎて（{parts}個）、1人を選び出していないかを確かめられません。{most}個までにしてください。"""

    code = "too-many-parts"
    status = 422


@dataclass(frozen=True)
class Counted:
    """Those for whom a rule is looked into, and what tells them from others."""

    frame: Frame
    of: Rows
    day: date
    name: str


_changes: OrderedDict[tuple[str, str, str], int] = OrderedDict()
"""How many change between two rules, by who is counted and the rules' hashes; of this process."""


def few_decided(tree: Node, names: Names, counted: Counted) -> Condition | None:
    """The first part of a rule that changes its outcome for too few, taken for true or for false; None where none does.

    Nobody is too few as well, so that a refusal does not tell none from one. But two parts over one fact alone pass, as
    they cannot be turned towards anybody: one that is known of nobody, and one without a constant that comes to the
    same for everybody (``c.birth_date <= today()``).
    What the rule's constants put out of play is left out. Raises TooManyPartsError.
    """
    whole = folded(tree)
    parts = [part for part in conditions(whole, names) if _facts(part)]
    if len(parts) > MOST_PARTS:
        raise TooManyPartsError(parts=len(parts), most=MOST_PARTS)
    runs = _Runs(whole, counted)
    return next((part for part in parts if not runs.decides_enough(part)), None)


def refusal_of(part: Condition) -> FewDecidedError:
    """What is said of it: where it stands, and nothing of anybody."""
    line, column = place(part.node)
    return FewDecidedError(least=settings.SMALLEST_COUNT, line=line, column=column)


def _facts(part: Condition) -> set[str]:
    return {name for name in facts_in(part.everywhere()) if name.startswith("facts.")}


class _Runs:
    """One rule, and the same with a part of it taken for true or false."""

    def __init__(self, tree: Node, counted: Counted) -> None:
        self._tree, self._hash, self._whom = tree, tree_hash(tree), counted
        self._plain: tuple[Rows, Rows] | None = None

    def decides_enough(self, part: Condition) -> bool:
        enough = all(self._changed(part.taken_for(value)) >= settings.SMALLEST_COUNT for value in (True, False))
        return enough or (len(_facts(part)) == 1 and self._turns_to_nobody(part))

    def _changed(self, other: Node) -> int:
        key = self._whom.name, self._hash, tree_hash(other)
        if key not in _changes:
            _changes[key] = self._count(other)
            if len(_changes) > MOST_KEPT:
                _changes.popitem(last=False)
        return _changes[key]

    def _count(self, other: Node) -> int:
        self._plain = self._plain or self._outcome(self._tree)
        one, two = self._plain, self._outcome(other)
        return int(np.count_nonzero(((one[0] != two[0]) | (one[1] != two[1])) & self._whom.of))

    def _outcome(self, tree: Node) -> tuple[Rows, Rows]:
        """What can be told apart of a row: true, false or not known; a value or not known."""
        found = self._value(tree)
        if isinstance(found, Truth):
            return found.true, found.false
        values, known = found.arrays()[:2]
        return np.where(known, values, 0), known

    def _turns_to_nobody(self, part: Condition) -> bool:
        found = self._value(part.everywhere())
        while isinstance(found, Lists):
            found = found.items
        if not found.known.any():
            return True
        same = isinstance(found, Truth) and bool(found.true.all() or found.false.all())
        return same and not has_constant(part.node)

    def _value(self, tree: Node) -> Value:
        return evaluate_columns(tree, self._whom.frame, self._whom.day)
