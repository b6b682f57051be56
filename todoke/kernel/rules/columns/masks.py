"""Logic of masks. One that stands for all rows costs nothing; left to numpy it would cost 40 times a whole one."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
YES: Mask = np.array([True])
NO: Mask = np.array([False])


def both(left: Mask, right: Mask) -> Mask:
    """And."""
    if len(left) == 1:
        return right if left[0] else NO
    if len(right) == 1:
        return left if right[0] else NO
    return np.asarray(left & right)


def either(left: Mask, right: Mask) -> Mask:
    """Or."""
    if len(left) == 1:
        return YES if left[0] else right
    if len(right) == 1:
        return YES if right[0] else left
    return np.asarray(left | right)


def never(mask: Mask) -> bool:
    """Whether it is certain, without a look at the rows, that there are none."""
    return len(mask) == 1 and not mask[0]


def picked(mask: Mask, then: Mask, otherwise: Mask) -> Mask:
    """``then`` within ``mask``, ``otherwise`` elsewhere."""
    if never(otherwise):
        return both(mask, then)
    return either(both(mask, then), both(~mask, otherwise))
