"""The merging of scans, in any order, with any repetition, by clocks that are wrong."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from todoke.exchange.passes.merge import LONGEST_WAIT, happened_at, merge
from todoke.exchange.passes.types import Kind, Place, ScanRecord

START = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def scan(person: str, shelter: str, minutes: float, kind: Kind = Kind.IN, *, voids: UUID | None = None) -> ScanRecord:
    return ScanRecord(uuid4(), person, shelter, kind, at(minutes), at(minutes), voids=voids)


@st.composite
def histories(draw: st.DrawFn) -> list[ScanRecord]:
    """Of a few people at a few shelters, on devices whose clocks are off and that send late; some of it void."""
    skews = {device: timedelta(minutes=draw(st.integers(-600, 600))) for device in range(3)}
    found: list[ScanRecord] = []
    for _ in range(draw(st.integers(0, 12))):
        skew = skews[draw(st.integers(0, 2))]
        true = at(draw(st.integers(0, 50)))
        late = timedelta(minutes=draw(st.integers(0, 90)))
        voids = draw(st.sampled_from(found)).nonce if found and draw(st.integers(0, 5)) == 0 else None
        kind = Kind.VOID if voids else draw(st.sampled_from([Kind.IN, Kind.IN, Kind.OUT]))
        found.append(
            ScanRecord(
                draw(st.uuids()),
                draw(st.sampled_from("abc")),
                draw(st.sampled_from("XYZ")),
                kind,
                true + skew,
                true + late,
                true + skew + late,
                draw(st.integers(1, 4)),
                draw(st.booleans()),
                voids,
            )
        )
    return found


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_repetition_give_the_same(scans: list[ScanRecord], chance, data) -> None:  # type: ignore[no-untyped-def]
    expected = merge(scans)
    again = [*scans, *data.draw(st.lists(st.sampled_from(scans), max_size=8))] if scans else []
    chance.shuffle(again)
    assert merge(again) == expected


@given(histories(), st.randoms(use_true_random=False))
def test_a_second_upload_under_the_same_nonce_changes_nothing(scans: list[ScanRecord], chance) -> None:  # type: ignore[no-untyped-def]
    later = [one._replace(received_at=one.received_at + timedelta(hours=1)) for one in scans]
    both = [*scans, *later]
    chance.shuffle(both)
    assert merge(both) == merge(scans)


@given(histories())
def test_nobody_is_at_two_places_and_clocks_do_not_matter(scans: list[ScanRecord]) -> None:
    right = [one._replace(at=happened_at(one), sent_at=one.received_at) for one in scans]
    assert merge(right) == merge(scans)
    assert set(merge(scans)) <= {one.person for one in scans}


@given(histories())
def test_what_is_void_had_never_been(scans: list[ScanRecord]) -> None:
    voided = {one.voids for one in scans if one.kind == Kind.VOID}
    left = [one for one in scans if one.kind != Kind.VOID and one.nonce not in voided]
    assert merge(left) == merge(scans)


def test_who_goes_on_is_there_and_no_longer_here() -> None:
    places = merge([scan("a", "X", 0), scan("a", "Y", 10)])
    assert (places["a"].shelter, places["a"].present) == ("Y", True)


def test_a_late_departure_from_the_first_shelter_does_not_take_anybody_from_the_second() -> None:
    places = merge([scan("a", "X", 0), scan("a", "Y", 10), scan("a", "X", 12, Kind.OUT)])
    assert (places["a"].shelter, places["a"].present) == ("Y", True)


def test_who_left_is_nowhere_until_they_come_back() -> None:
    scans = [scan("a", "X", 0), scan("a", "X", 5, Kind.OUT)]
    assert not merge(scans)["a"].present
    assert merge(scans)["a"].since == at(5)
    assert merge([*scans, scan("a", "X", 9)])["a"].present


def test_a_device_two_hours_slow_that_sends_late_is_put_in_its_place() -> None:
    slow = timedelta(hours=-2)
    first = ScanRecord(uuid4(), "a", "X", Kind.IN, at(0) + slow, at(60), at(60) + slow)
    second = ScanRecord(uuid4(), "a", "Y", Kind.IN, at(30), at(30), None)
    assert happened_at(first) == at(0)
    assert merge([second, first])["a"].shelter == "Y"


def test_a_clock_that_was_set_back_counts_from_the_arrival_and_one_from_the_past_has_an_end() -> None:
    back = ScanRecord(uuid4(), "a", "X", Kind.IN, at(100), at(5), at(0))
    assert happened_at(back) == at(5)
    old = ScanRecord(uuid4(), "a", "X", Kind.IN, datetime(1970, 1, 1, tzinfo=UTC), at(5), at(5))
    assert happened_at(old) == at(5) - LONGEST_WAIT


def test_a_void_brings_back_where_somebody_was() -> None:
    wrong = scan("a", "Y", 10)
    places = merge([scan("a", "X", 0), wrong, scan("a", "Y", 11, Kind.VOID, voids=wrong.nonce)])
    assert places["a"] == Place("X", at(0), True, 1, False, places["a"].nonce)
