"""Arithmetic of 64 bits: each gives the numbers, and where they cannot be given."""

from typing import TypeAlias

import numpy as np

from todoke.kernel.rules.columns.masks import NO, Mask
from todoke.kernel.rules.columns.values import Numbers

Result: TypeAlias = tuple[Numbers, Mask]
LEAST, MOST = -(2**63), 2**63 - 1
SAFE_PRODUCT = 2.0**62
"""A product that is smaller when worked out in floating point is certainly within 64 bits."""


def _wide(numbers: Numbers) -> Numbers:
    return numbers.astype(np.int64, copy=False)


def _range(numbers: Numbers) -> tuple[int, int]:
    return (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)


def _fits(*extremes: int) -> bool:
    return min(extremes) >= LEAST and max(extremes) <= MOST


def plus(left: Numbers, right: Numbers) -> Result:
    """Fails beyond 64 bits."""
    (low, high), (lower, higher) = _range(left), _range(right)
    left, right = _wide(left), _wide(right)
    result = left + right
    if _fits(low + lower, high + higher):
        return result, NO
    return result, ((left ^ result) & (right ^ result)) < 0


def minus(left: Numbers, right: Numbers) -> Result:
    """Fails beyond 64 bits."""
    (low, high), (lower, higher) = _range(left), _range(right)
    left, right = _wide(left), _wide(right)
    result = left - right
    if _fits(low - higher, high - lower):
        return result, NO
    return result, ((left ^ right) & (left ^ result)) < 0


def times(left: Numbers, right: Numbers) -> Result:
    """Fails beyond 64 bits."""
    (low, high), (lower, higher) = _range(left), _range(right)
    left, right = _wide(left), _wide(right)
    result = left * right
    if _fits(low * lower, low * higher, high * lower, high * higher):
        return result, NO
    beyond = np.abs(left.astype(np.float64) * right) >= SAFE_PRODUCT
    lefts, rights = np.broadcast_arrays(left, right)
    for row in np.flatnonzero(beyond):
        beyond[row] = not _fits(int(lefts[row]) * int(rights[row]))
    return result, beyond


def quotient(left: Numbers, right: Numbers) -> Result:
    """Truncated to zero; fails for a division by zero, and for the one quotient that is beyond 64 bits."""
    left, right = _wide(left), _wide(right)
    opposite = right == -1
    divisor = np.where((right == 0) | opposite, 1, right)
    whole = left // divisor
    whole += (whole < 0) & (whole * divisor != left)
    return np.where(opposite, -left, whole), (right == 0) | (opposite & (left == LEAST))


def remainder(left: Numbers, right: Numbers) -> Result:
    """With the sign of ``left``; fails for a division by zero."""
    left, right = _wide(left), _wide(right)
    return np.fmod(left, np.where((right == 0) | (right == -1), 1, right)), right == 0


def minus_itself(number: Numbers) -> Result:
    """Fails for the least number."""
    number = _wide(number)
    return -number, number == LEAST


def sums(numbers: Numbers, starts: Numbers, lengths: Numbers) -> Result:
    """Of each run of ``lengths`` from ``starts`` on; fails beyond 64 bits.

    Running totals may wrap around: their differences are right modulo 2^64, so right where the sum is within 64 bits.
    """
    numbers = _wide(numbers)
    before = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum(numbers, out=before[1:])
    result = before[starts + lengths] - before[starts]
    low, high = _range(numbers)
    longest = int(lengths.max()) if len(lengths) else 0
    if _fits(low * longest, high * longest):
        return result, NO
    beyond = np.zeros(len(result), bool)
    for row in np.flatnonzero(np.abs(_rough(numbers, starts, lengths)) >= SAFE_PRODUCT / 2):
        beyond[row] = not _fits(sum(int(number) for number in numbers[starts[row] : starts[row] + lengths[row]]))
    return result, beyond


def _rough(numbers: Numbers, starts: Numbers, lengths: Numbers) -> Numbers:
    """The size that a sum may have."""
    before = np.zeros(len(numbers) + 1)
    np.cumsum(np.abs(numbers.astype(np.float64)), out=before[1:])
    return np.asarray(before[starts + lengths] - before[starts])
