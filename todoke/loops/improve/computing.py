"""Cells to the values of an indicator: pure, so that what a rule means does not depend on where it is worked out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from todoke.kernel.rules import BOOL, STR, Rule, compile_rule
from todoke.kernel.rules.person import compile_person
from todoke.loops.improve.disclosure import Group
from todoke.loops.improve.types import ATTRIBUTES, Computation, Kind

TRUTHS = ("favourable", "drill")
"""Attributes that are true or false; the others are words."""


_Group = TypeVar("_Group")


@dataclass(frozen=True)
class Cell:
    """So many uses, alike in everything that is known of them, and the sum of their values."""

    month: date
    municipality: str
    service: str
    attributes: Mapping[str, Any]
    count: int
    value: int


@dataclass(frozen=True)
class Amount:
    """What an indicator came to, as two whole numbers that can be added up over places and months.

    count: ``part`` uses. share: ``part`` of ``whole``. mean: the sum ``part`` over ``whole`` uses.
    """

    form: str
    part: int
    whole: int

    @property
    def value(self) -> Decimal | None:
        """None where there is nothing to divide by."""
        if self.form == "count":
            return Decimal(self.part)
        if self.whole <= 0:
            return None
        scale = 100 if self.form == "share" else 1
        return Decimal(self.part) * scale / self.whole

    @property
    def group(self) -> Group:
        """Whom it speaks of."""
        if self.form == "count":
            return Group(self.part)
        kinds = (self.part, self.whole - self.part) if self.form == "share" else ()
        return Group(self.whole, kinds)


@lru_cache(maxsize=1024)
def rule_over(kind: Kind, text: str) -> Rule:
    """A rule over ``event.*`` of a kind of use. Raises RuleError for what the kind does not have."""
    names = {"event.municipality": STR, "event.service": STR}
    names |= {f"event.{name}": BOOL if name in TRUTHS else STR for name in ATTRIBUTES[kind]}
    return compile_rule(text, names)


def amounts(
    computation: Computation, cells: Iterable[Cell], groups: Callable[[Cell], Iterable[_Group]], today: date
) -> dict[_Group, Amount]:
    """What the cells come to for each of the ``groups`` that a cell belongs to.

    A cell of which a rule says nothing is left out.
    """
    where = compile_person(rule_over(computation.kind, computation.where).tree)
    of = compile_person(rule_over(computation.kind, computation.of).tree)
    found: dict[_Group, list[int]] = {}
    for cell in cells:
        scope = {"event": {"municipality": cell.municipality, "service": cell.service, **cell.attributes}}
        part = _part(computation.form, cell, holds=where(scope, today) is True)
        if part is None or (computation.form == "share" and of(scope, today) is not True):
            continue
        for group in groups(cell):
            sums = found.setdefault(group, [0, 0])
            sums[0] += part
            sums[1] += cell.count
    return {group: Amount(computation.form, *sums) for group, sums in found.items()}


def _part(form: str, cell: Cell, *, holds: bool) -> int | None:
    """What a cell adds to the number above the line; None where it is not counted at all."""
    if form == "share":
        return cell.count if holds else 0
    if not holds:
        return None
    return cell.value if form == "mean" else cell.count
