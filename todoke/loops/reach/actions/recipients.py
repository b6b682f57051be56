"""Who gets an alert's message, and what each has to be told besides: found once, written in parts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from todoke.loops.reach.assignment import Assigned, assigned
from todoke.loops.reach.audience import Because, Selection
from todoke.loops.reach.models import Alert
from todoke.loops.reach.plans import Plan
from todoke.loops.reach.queries.meant import meant, rows_of, under_orders
from todoke.loops.reach.queries.told import residents_told
from todoke.loops.reach.types import OVER
from todoke.registry.people.needs import needs_of
from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader
from todoke.registry.places.models import Shelter

Rows = NDArray[Any]
READER = Reader("system", "トドケ", "災害のときに知らせるため")


@dataclass(frozen=True)
class Recipients:
    """Columns are of the rows of ``selection``."""

    plan: Plan
    selection: Selection
    mine: Rows
    """Who is told something for themselves, not as a helper."""

    left: Rows
    """The numbers of those of them who have no message of this alert yet."""

    needs: Mapping[str, Any]
    shelters: Assigned
    sheltered: Rows
    """Whose message names their shelter."""

    remaining: Rows
    """Who stays under an order from another hazard when this one is lifted."""

    @cached_property
    def shelter_names(self) -> dict[str, dict[str, str]]:
        """By code and language, of the shelters that any of them is sent to, in whichever part they are."""
        used = [self.shelters.codes[number] for number in np.unique(self.shelters.index[self.sheltered])]
        rows = Shelter.objects.filter(code__in=used).values_list("code", "name", "name_en")
        return {code: {"ja": name, **({"en": name_en} if name_en else {})} for code, name, name_en in rows}

    def count(self, rows: Rows) -> dict[str, int]:
        """Of these rows, how many live in each municipality."""
        codes = self.selection.everybody.municipalities
        lived = self.selection.municipality[rows].astype(np.int64) + 1
        counts = np.bincount(lived, minlength=len(codes) + 1).tolist()
        return {code: count for code, count in zip(["", *codes], counts, strict=True) if count}


def recipients_of(
    alert: Alert, plan: Plan, everybody: Everybody, *, spared: Collection[str] = (), now: Selection | None = None
) -> Recipients:
    """``spared`` are municipalities that were told something newer; ``now`` who is in danger, where that is known."""
    selection = meant(alert, plan, everybody, spared=spared, now=now)
    mine = (selection.because & ~np.uint8(Because.HELPER)) > 0
    needs = needs_of(selection.rows, everybody, reader=READER)
    accessible = np.asarray(needs["wheelchair"])
    hazard = plan.hazard if plan.hazard != "any" else alert.saying.get("hazard", "")
    shelters = assigned(hazard, selection, accessible)
    sent_away = alert.step != OVER and plan.step(alert.step).shelter
    written = np.zeros(everybody.size, bool)
    written[rows_of(everybody, residents_told([alert]))] = True
    return Recipients(
        plan=plan,
        selection=selection,
        mine=mine,
        left=np.flatnonzero(mine & ~written[selection.rows]),
        needs=needs,
        shelters=shelters,
        sheltered=mine & (shelters.index >= 0) & sent_away,
        remaining=mine & _remaining(alert, plan, everybody, selection),
    )


def _remaining(alert: Alert, plan: Plan, everybody: Everybody, selection: Selection) -> Rows:
    there = np.zeros(everybody.size, bool)
    for one in alert.saying.get("remaining", ()):
        there[under_orders([one["order"]], plan, everybody)] = True
    return np.asarray(there[selection.rows])
