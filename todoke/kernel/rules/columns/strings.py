"""Functions of strings, worked out once for each different word or pair of words that occurs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from todoke.kernel.rules.columns.joining import recoded
from todoke.kernel.rules.columns.values import Column, Numbers, Words


def by_word(function: Callable[[str], Any], column: Column) -> tuple[list[Any], Numbers]:
    """What ``function`` gives for words, and which of the results each row has."""
    words = _words(column)
    if len(words) <= len(column.values):
        return [function(word) for word in words.items], column.values
    codes, rows = np.unique(column.values, return_inverse=True)
    return [function(words.items[code]) for code in codes], rows


def by_pair(function: Callable[[str, str], Any], left: Column, right: Column) -> tuple[list[Any], Numbers]:
    """The same for each pair of words that occurs."""
    if len(right.values) == 1:
        other = _words(right).items[right.values[0]]
        return by_word(lambda word: function(word, other), left)
    if len(left.values) == 1:
        one = _words(left).items[left.values[0]]
        return by_word(lambda word: function(one, word), right)
    firsts, seconds = _words(left), _words(right)
    codes, rows = np.unique(left.values.astype(np.int64) * len(seconds) + right.values, return_inverse=True)
    pairs = [divmod(int(code), len(seconds)) for code in codes]
    return [function(firsts.items[first], seconds.items[second]) for first, second in pairs], rows


def same(left: Column, right: Column) -> Numbers:
    """Whether the words are equal, whatever their codes."""
    smaller, larger = sorted((left, right), key=lambda column: len(_words(column)))
    return np.asarray(larger.values == recoded(smaller, _words(larger)).values)


def strings(found: Sequence[str], rows: Numbers) -> tuple[Numbers, Words]:
    """A column's codes and words from what ``by_word`` gave."""
    words = Words(dict.fromkeys(found))
    codes = np.fromiter((words.codes[word] for word in found), np.int32, len(found))
    return codes[rows], words


def _words(column: Column) -> Words:
    return column.words or Words(())
