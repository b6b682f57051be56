"""Cells to the values of an indicator: pure, so that what a rule means does not depend on where it is worked out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from todoke.kernel.rules import BOOL, STR, Rule, compile_rule
from todoke.kernel.rules.person import compile_person
from todoke.loops.improve.disclosure import Group
from todoke.loops.improve.types import ATTRIBUTES, Computation, Kind

TRUTHS = ("favourable", "drill")
"""Attributes that are true or false; the others are words."""


@dataclass(frozen=True)
class Cell:
    """So many uses, alike in everything that is known of them, and the sum of their values."""

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

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.form, self.part + other.part, self.whole + other.whole)

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
    computation: Computation, cells: Iterable[Cell], by: Callable[[Cell], str], today: date
) -> dict[str, Amount]:
    """What the cells come to for each group that ``by`` names. A cell of which a rule says nothing is left out."""
    where = compile_person(rule_over(computation.kind, computation.where).tree)
    of = compile_person(rule_over(computation.kind, computation.of).tree)
    found: dict[str, Amount] = defaultdict(lambda: Amount(computation.form, 0, 0))
    for cell in cells:
        scope = {"event": {"municipality": cell.municipality, "service": cell.service, **cell.attributes}}
        holds = where(scope, today) is True
        if computation.form == "share":
            if of(scope, today) is not True:
                continue
            found[by(cell)] += Amount("share", cell.count if holds else 0, cell.count)
        elif holds:
            part = cell.value if computation.form == "mean" else cell.count
            found[by(cell)] += Amount(computation.form, part, cell.count)
    return dict(found)
