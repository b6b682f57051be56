"""Several selections as one."""

from collections.abc import Sequence

import numpy as np

from todoke.loops.reach.audience.types import Because, Rows, Selection
from todoke.registry.people.population import Everybody


def united(everybody: Everybody, selections: Sequence[Selection]) -> Selection:
    """Everybody who is in any of them, once, by municipality, with all reasons."""
    if len(selections) == 1:
        return selections[0]
    every = np.concatenate([np.zeros(0, np.int64), *(one.rows for one in selections)])
    rows, which = np.unique(every, return_inverse=True)
    because = np.zeros(len(rows), np.uint8)
    helped = np.full(len(rows), -1, np.int64)
    np.bitwise_or.at(because, which, np.concatenate([np.zeros(0, np.uint8), *(one.because for one in selections)]))
    np.maximum.at(helped, which, np.concatenate([np.zeros(0, np.int64), *(one.helped for one in selections)]))
    order = np.lexsort((rows, everybody.take("municipality", rows)))
    elsewhere = tuple(place for one in selections for place in one.elsewhere)
    helping = np.concatenate([np.zeros((0, 2), np.int64), *(one.helping for one in selections)])
    helping = np.unique(helping, axis=0)
    return Selection(everybody, rows[order], because[order], helped[order], elsewhere, helping)


def told_before(everybody: Everybody, residents: Rows) -> Selection:
    """Residents, by the 16 bytes of their ids; who is gone is left out."""
    rows = np.unique(everybody.rows_of_bytes(residents))
    rows = rows[rows >= 0]
    rows = rows[~everybody.take("people", rows)["died"]]
    because = np.full(len(rows), Because.TOLD, np.uint8)
    return Selection(everybody, rows, because, np.full(len(rows), -1, np.int64))


def without(selection: Selection, residents: Rows) -> Selection:
    """Without these rows of everybody. Whoever of them helps somebody who stays, stays as a helper; who helped only
    them is gone too.
    """
    gone = np.zeros(selection.everybody.size, bool)
    gone[residents] = True
    helping = selection.helping[~gone[selection.helping[:, 1]]]
    helps = np.zeros(selection.everybody.size, bool)
    helps[helping[:, 0]] = True
    rows = selection.rows
    because = np.where(gone[rows], np.uint8(Because.HELPER), selection.because)
    kept = (because != np.uint8(Because.HELPER)) | helps[rows]
    return Selection(
        selection.everybody, rows[kept], because[kept], selection.helped[kept], selection.elsewhere, helping
    )


def told_themselves(selection: Selection) -> Rows:
    """The rows of everybody in it who is in danger, and not only a helper."""
    return np.asarray(selection.rows[selection.because != np.uint8(Because.HELPER)])
