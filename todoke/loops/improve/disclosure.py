"""Which counts stay inside, so that no published figure, and no difference of figures, tells of a few people.

A total is published beside its parts. A part that is about fewer than ``smallest`` people is hidden; zero too, or a
hidden part would be known to be somebody. What is hidden together is the total without what is shown: where that could
give one of them away, a large part is hidden with them (cell suppression with complementary cells: Eurostat, Handbook
on Statistical Disclosure Control, chapter 4). Which one does not depend on the counts: a reader who knows these rules
would otherwise know its size from those beside it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Group(NamedTuple):
    """Whom a figure is about: how many, and into how many of each it divides them. None of a kind tells of nobody."""

    size: int
    kinds: tuple[int, ...] = ()

    def is_small(self, smallest: int) -> bool:
        """Whether it, or a kind in it, is so few that they could be known."""
        return self.size < smallest or any(0 < kind < smallest for kind in self.kinds)

    def __add__(self, other: object) -> "Group":
        """Both together."""
        if not isinstance(other, Group):
            return NotImplemented
        return Group(self.size + other.size, tuple(map(sum, zip(self.kinds, other.kinds, strict=True))))

    def without(self, other: "Group") -> "Group":
        """What is left of it."""
        return Group(self.size - other.size, tuple(a - b for a, b in zip(self.kinds, other.kinds, strict=True)))


def hidden(parts: Mapping[str, Group], smallest: int) -> frozenset[str] | None:
    """The parts of a published total that must not be shown; None where the total must not be shown either.

    ``parts`` stand in the order in which large ones are hidden with the small ones.
    """
    stay = [name for name, group in parts.items() if group.is_small(smallest)]
    small, large = [parts[name] for name in stay], list[Group]()
    for name, group in parts.items():
        if not stay or _safe(small, large, smallest):
            return frozenset(stay)
        if name not in stay and _helps(group, small, large, smallest):
            stay.append(name)
            large.append(group)
    return frozenset(stay) if not stay or _safe(small, large, smallest) else None


def _safe(small: Sequence[Group], large: Sequence[Group], smallest: int) -> bool:
    """Whether each of the small ones could as well be another number, for all that is known of them together."""
    together = sum(group.size for group in small)
    # Among themselves each can be anything from none to ``smallest`` - 1.
    among_themselves = smallest <= together <= (len(small) - 1) * (smallest - 1)
    return (among_themselves or bool(large)) and all(
        _covered(number, small, large, smallest) for number in range(len(small[0].kinds))
    )


def _covered(kind: int, small: Sequence[Group], large: Sequence[Group], smallest: int) -> bool:
    """Whether people of a kind in the small groups could as well be in a large one."""
    nobody = not any(group.kinds[kind] for group in small)
    return nobody or any(group.kinds[kind] >= smallest for group in large)


def _helps(group: Group, small: Sequence[Group], large: Sequence[Group], smallest: int) -> bool:
    """Whether hiding a large group makes the small ones safer than they are with those hidden so far."""
    kinds = range(len(group.kinds))
    return not large or any(
        not _covered(kind, small, large, smallest) and group.kinds[kind] >= smallest for kind in kinds
    )


def may_replace(before: Group, after: Group, smallest: int) -> bool:
    """Whether a published figure may give way to a corrected one: not where the difference is of a few people."""
    pairs = zip((before.size, *before.kinds), (after.size, *after.kinds), strict=True)
    return all(new == old or abs(new - old) >= smallest for old, new in pairs)
