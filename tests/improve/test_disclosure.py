"""Somebody looks for a single person in what is published, knowing the rules by which it was, and fails."""

from collections.abc import Iterator
from datetime import date
from itertools import product

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from tests.improve.test_figures import use
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.disclosure import Group, hidden, may_replace
from todoke.loops.improve.errors import NothingToReleaseError
from todoke.loops.improve.jobs import count
from todoke.loops.improve.models import Figure, Use
from todoke.loops.improve.queries.figures import released
from todoke.loops.improve.types import Grain, Kind, Policy

SMALLEST = 3
Published = tuple[Group, tuple[Group | None, ...]] | None


def published(parts: tuple[Group, ...]) -> Published:
    """What everybody sees of a total and its parts."""
    total = sum(parts[1:], parts[0])
    names = [str(number) for number in range(len(parts))]
    stay = hidden(dict(zip(names, parts, strict=True)), SMALLEST)
    if total.is_small(SMALLEST) or stay is None:
        return None
    return total, tuple(None if name in stay else part for name, part in zip(names, parts, strict=True))


def possible(seen: tuple[Group, tuple[Group | None, ...]], candidates: list[Group]) -> Iterator[tuple[Group, ...]]:
    """Every table of which exactly this would have been published."""
    total, shown = seen
    for table in product(*([part] if part is not None else candidates for part in shown)):
        if sum(table[1:], table[0]) == total and published(table) == seen:
            yield table


@given(counts=st.lists(st.integers(0, 7), min_size=2, max_size=4))
def test_no_count_can_be_worked_out(counts: list[int]) -> None:
    parts = tuple(Group(size) for size in counts)
    seen = published(parts)
    if seen is None:
        return
    worlds = list(possible(seen, [Group(size) for size in range(sum(counts) + 1)]))
    for number, part in enumerate(parts):
        could_be = {table[number].size for table in worlds}
        assert part.size >= SMALLEST or part.size == 0 or len(could_be) > 1, (seen, could_be)
        assert part.size != 1 or 0 in could_be, (seen, could_be)


@hypothesis.settings(max_examples=40)
@given(counts=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=3))
def test_no_kind_of_people_can_be_worked_out(counts: list[tuple[int, int]]) -> None:
    parts = tuple(Group(did + did_not, (did, did_not)) for did, did_not in counts)
    seen = published(parts)
    if seen is None:
        return
    most = [range(seen[0].kinds[kind] + 1) for kind in (0, 1)]
    worlds = possible(seen, [Group(did + did_not, (did, did_not)) for did, did_not in product(*most)])
    wanted = {(number, kind) for number, part in enumerate(parts) for kind in (0, 1) if 0 < part.kinds[kind] < SMALLEST}
    for table in worlds:
        wanted -= {(number, kind) for number, kind in wanted if table[number].kinds[kind] != parts[number].kinds[kind]}
        if not wanted:
            break
    assert not wanted, (seen, wanted)


def test_a_correction_of_a_few_people_is_not_shown() -> None:
    assert may_replace(Group(20), Group(20), 10)
    assert may_replace(Group(20), Group(30), 10)
    assert not may_replace(Group(20), Group(21), 10)
    assert not may_replace(Group(40, (20, 20)), Group(40, (21, 19)), 10)


APRIL, AUGUST = date(2026, 4, 1), date(2026, 8, 1)
PLACES = {"04100": 400, "04202": 60, "04203": 45, "04205": 4}


@pytest.fixture
def counted(policy: Policy, settings: Settings) -> Policy:
    settings.SMALLEST_COUNT = 10
    for place, number in PLACES.items():
        use(Kind.CASE_RECEIVED, AUGUST, place, number, channel="online")
    count()
    return policy


def shown(indicator: str, by: str = "place", grain: Grain = Grain.QUARTER) -> dict[str, int | None]:
    points = released("small-policy", by=by, grain=grain).get(indicator, {})
    return {name: None if row[-1].value is None else int(row[-1].value) for name, row in points.items()}


@pytest.mark.django_db
def test_a_few_people_are_hidden_and_somebody_with_them(counted: Policy) -> None:
    release_figures(policy=counted)
    seen = shown("received")
    assert seen["04205"] is None
    assert [name for name, value in seen.items() if value is None and name != "04205"], (
        "4 would be total minus the rest"
    )
    assert shown("received", "whole") == {"": 509}
    assert shown("online-share", "whole") == {"": 100}


@pytest.mark.django_db
def test_one_more_case_changes_nothing_that_is_published(counted: Policy) -> None:
    release_figures(policy=counted)
    before = shown("received"), shown("received", "whole"), shown("online-share")
    use(Kind.CASE_RECEIVED, AUGUST, "04202", 1, channel="online")
    count()
    assert Figure.objects.get(indicator="received", municipality_code="04202", current=True).value == 61
    with pytest.raises(NothingToReleaseError):
        release_figures(policy=counted)
    assert (shown("received"), shown("received", "whole"), shown("online-share")) == before


@pytest.mark.django_db
def test_a_correction_of_many_is_published_and_keeps_the_old_figure(counted: Policy) -> None:
    release_figures(policy=counted)
    use(Kind.CASE_RECEIVED, AUGUST, "04100", 50, channel="online")
    count()
    release_figures(policy=counted)
    assert shown("received", "whole") == {"": 559}
    rows = Figure.objects.filter(indicator="received", municipality_code="", grain="quarter").order_by("id")
    assert [int(row.value or 0) for row in rows] == [509, 559]


@pytest.mark.django_db
def test_the_quarter_that_goes_on_is_not_published(counted: Policy) -> None:
    from todoke.loops.improve.uses import this_month

    use(Kind.CASE_RECEIVED, this_month(), "04100", 70, channel="online")
    count()
    release_figures(policy=counted)
    assert shown("received", "whole", Grain.MONTH) == {"": 509}
    assert not Use.objects.exists()


@pytest.mark.django_db
def test_nothing_new_is_no_release(counted: Policy) -> None:
    release_figures(policy=counted)
    with pytest.raises(NothingToReleaseError):
        release_figures(policy=counted)
