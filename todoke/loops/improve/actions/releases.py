"""Giving figures to everybody: what is about people only where no few of them could be known by it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from todoke.kernel import audit, clock, events
from todoke.loops.improve.computing import Amount
from todoke.loops.improve.counting import one_at_a_time
from todoke.loops.improve.disclosure import Group, hidden, may_replace
from todoke.loops.improve.errors import NothingToReleaseError
from todoke.loops.improve.models import Figure, Release
from todoke.loops.improve.periods import end_of_quarter, last_ended_quarter
from todoke.loops.improve.types import Grain, Indicator, Kind, Policy
from todoke.registry.organisations.models import Officer
from todoke.registry.places.models import Municipality

AXES = ("month", "municipality_code", "service")
"""Ways in which a quarter's total is split, each published beside it, never two at once."""


@transaction.atomic
def release_figures(*, policy: Policy, by: Officer | None = None) -> Release:
    """Make the figures of the quarters that are over the ones that everybody sees, as they are now.

    Of persons, a figure is shown only as ``disclosure`` allows, and one that was shown changes only where the
    difference is not of a few people. Tells ``figures-released``. Raises NothingToReleaseError.
    """
    # What is decided upon must still stand there when it is marked as shown.
    one_at_a_time()
    last = Release.objects.filter(policy=policy.id).order_by("-number").first()
    release = Release.objects.create(
        policy=policy.id,
        number=last.number + 1 if last else 1,
        through=last_ended_quarter(clock.today()),
        at=clock.now(),
        by=by,
    )
    shown = figures_to_show(policy, release.through)
    if not shown:
        raise NothingToReleaseError
    for figure in shown:
        figure.release = release
    Figure.objects.bulk_update(shown, ["release", "hidden"], batch_size=1000)
    audit.record(
        actor=f"officer:{by.pk}" if by else audit.SYSTEM,
        action="release",
        subject=f"policy:{policy.id}",
        number=release.number,
        figures=len(shown),
    )
    events.tell("figures-released", release=release)
    return release


def figures_to_show(policy: Policy, through: date) -> list[Figure]:
    """The figures that a release would add to what everybody sees, each marked as hidden or not; nothing is saved."""
    rows = Figure.objects.filter(policy=policy.id, on__lte=through).filter(Q(current=True) | Q(release__isnull=False))
    quarters: dict[_Quarter, list[Figure]] = defaultdict(list)
    for row in rows.order_by("id"):
        indicator = policy.by_indicator.get(row.indicator)
        if indicator and (indicator.municipal or not row.municipality_code):
            quarters[row.indicator, end_of_quarter(row.on)].append(row)
    stay = _all_hidden(policy, quarters)
    return [
        figure
        for (name, last), figures in quarters.items()
        for figure in _to_show(policy.by_indicator[name], figures, stay[name, last])
    ]


_Key = tuple[str, date, str, str]
_Quarter = tuple[str, date]


def _all_hidden(policy: Policy, quarters: Mapping[_Quarter, Sequence[Figure]]) -> Mapping[_Quarter, frozenset[_Key]]:
    """What stays inside of each indicator's quarter.

    What one indicator hides, no other of the same uses shows: of two shares that count the same people one would
    otherwise tell what the other hides. One of which nothing is shown tells nothing, and is in nobody's way.
    """
    stay: dict[_Quarter, frozenset[_Key]] = {}
    alike: dict[tuple[Kind, date], list[_Quarter]] = defaultdict(list)
    for (name, last), figures in quarters.items():
        indicator = policy.by_indicator[name]
        current = {_key(row): row for row in figures if row.current}
        stay[name, last] = _hidden(indicator, current) if indicator.of_people else frozenset()
        if indicator.source.computation and stay[name, last] < frozenset(current):
            alike[indicator.source.computation.kind, last].append((name, last))
    for same in alike.values():
        together = frozenset[_Key]().union(*(stay[one] for one in same))
        for one in same:
            stay[one] = together & {_key(row) for row in quarters[one] if row.current}
    return stay


def _to_show(indicator: Indicator, figures: Sequence[Figure], stay: frozenset[_Key]) -> list[Figure]:
    """The figures of one quarter that are new to everybody."""
    current = {_key(row): row for row in figures if row.current}
    new = [row for row in current.values() if row.release_id is None]
    if not new:
        return []
    if indicator.of_people and not all(_may_replace(indicator, before, current, stay) for before in _seen(figures)):
        return []
    for row in new:
        row.hidden = _key(row) in stay
    return new


def _seen(figures: Iterable[Figure]) -> Iterator[Mapping[_Key, Figure]]:
    """The quarter as every release so far showed it: who kept an old one compares it with the newest."""
    shown: dict[_Key, Figure] = {}
    released = sorted((row for row in figures if row.release_id is not None), key=lambda row: (row.release_id, row.pk))
    for _release, rows in groupby(released, key=lambda row: row.release_id):
        shown = shown | {_key(row): row for row in rows}
        yield shown


def _key(row: Figure) -> _Key:
    return (row.grain, row.on, row.municipality_code, row.service)


def _axis(key: _Key) -> str:
    grain, _on, place, service = key
    if grain == Grain.MONTH:
        return "month"
    return "municipality_code" if place else "service" if service else ""


def group_of(indicator: Indicator, figure: Figure) -> Group | None:
    """The people whom a figure is about; None where it is a share of a number that is not known here."""
    if figure.numerator is not None and figure.denominator is not None and indicator.source.computation:
        return Amount(indicator.source.computation.form, figure.numerator, figure.denominator).group
    if indicator.unit["ja"] == "%" or figure.value is None:
        return None
    return Group(int(figure.value))


def _groups(indicator: Indicator, figures: Mapping[_Key, Figure]) -> dict[_Key, Group]:
    return {key: group for key, row in figures.items() if (group := group_of(indicator, row)) is not None}


def _hidden(indicator: Indicator, figures: Mapping[_Key, Figure]) -> frozenset[_Key]:
    smallest = settings.SMALLEST_COUNT
    groups = _groups(indicator, figures)
    total = next((group for key, group in groups.items() if not _axis(key)), None)
    if total is not None and total.is_small(smallest):
        return frozenset(figures)
    stay: set[_Key] = set()
    for axis in AXES:
        keys = sorted((key for key in groups if _axis(key) == axis), key=_order())
        parts = {str(number): groups[key] for number, key in enumerate(keys)}
        if total is not None and parts and (rest := _rest(total, parts.values())).size > 0:
            # It is shown nowhere, so it is the first to be hidden with the small ones.
            parts = {"rest": rest, **parts}
        names = hidden(parts, smallest)
        if names is None:
            return frozenset(figures)
        stay |= {keys[int(name)] for name in names if name != "rest"}
    return frozenset(stay)


def _order() -> Callable[[_Key], tuple[object, ...]]:
    """Places with few inhabitants first, by the census: what is hidden for others' sake is missed by few."""
    people = dict(Municipality.objects.values_list("code", "population"))
    return lambda key: (people.get(key[2]) or 0, *key)


def _rest(total: Group, parts: Iterable[Group]) -> Group:
    """Whom a total counts beyond its parts: those of no known place; anybody can take the parts away."""
    return reduce(Group.without, parts, total)


def _may_replace(
    indicator: Indicator, before: Mapping[_Key, Figure], after: Mapping[_Key, Figure], stay: frozenset[_Key]
) -> bool:
    """Whether the quarter can be shown anew: the same parts hidden, and no difference that is of a few people.

    Shares of numbers that are not known here are in nobody's way: their places may come later than the whole.
    """
    olds, news = _groups(indicator, before), _groups(indicator, after)
    if olds.keys() != news.keys() or {key for key in olds if before[key].hidden} != stay & olds.keys():
        return False
    smallest = settings.SMALLEST_COUNT
    rests: dict[str, list[tuple[Group, Group]]] = defaultdict(list)
    for key, old in olds.items():
        if not may_replace(old, news[key], smallest):
            return False
        rests[_axis(key)].append((old, news[key]))
    totals = rests.pop("", [])
    return all(
        may_replace(_rest(old, (a for a, _b in parts)), _rest(new, (b for _a, b in parts)), smallest)
        for old, new in totals
        for parts in rests.values()
    )
