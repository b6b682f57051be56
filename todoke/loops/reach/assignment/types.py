"""What the rest of the loop sees of who goes where."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]


class Why(IntEnum):
    """Why somebody has a shelter, or has none."""

    PLACED = 0
    NO_ROOM = 1
    """No shelter that is fit for the hazard, and open or to be opened, has room for the household."""

    NOT_ACCESSIBLE = 2
    """None with room is known to be accessible; one that is not known to be is named all the same."""

    NOWHERE = 3
    """Nobody knows where they are."""


@dataclass(frozen=True)
class Assigned:
    """Of each row of a selection the place in ``codes`` of its shelter, -1 for none; metres, and degrees from north."""

    codes: tuple[str, ...]
    index: Rows
    metres: Rows
    bearing: Rows
    why: Rows = field(default_factory=lambda: np.zeros(0, np.int8))
    """Of each row a value of Why: who could not be placed is named."""
