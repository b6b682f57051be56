"""From uses to figures: each counted once, whatever dies in between; and figures that people enter."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.apply.conftest import Town
from todoke.exchange.messages.actions.single import mark_read
from todoke.exchange.messages.models import Message
from todoke.kernel import clock
from todoke.loops.apply.actions.decision import approve_decision, propose_decision
from todoke.loops.improve.actions.figures import record_figure, refresh_figures
from todoke.loops.improve.computing import Cell, amounts
from todoke.loops.improve.counting import count_batch, count_uses
from todoke.loops.improve.errors import ComputedFigureError, ImpossibleFigureError, UnlikelyFigureError
from todoke.loops.improve.jobs import count
from todoke.loops.improve.models import Figure, Use, UseCell
from todoke.loops.improve.types import Computation, Kind, Origin, Policy


def use(kind: Kind, month: date, place: str = "", number: int = 1, value: int = 0, **attributes: str | bool) -> Use:
    return Use.objects.create(
        kind=kind, month=month, municipality_code=place, attributes=attributes, count=number, value=value
    )


def figure(indicator: str, on: date, place: str = "", grain: str = "quarter") -> Figure:
    return Figure.objects.get(
        indicator=indicator, on=on, municipality_code=place, service="", grain=grain, current=True
    )


def test_an_application_and_its_decision_are_in_the_figures(town: Town, policy: Policy) -> None:
    case = town.case()
    proposal = propose_decision(
        case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision
    )
    approve_decision(case=proposal.case, officer=town.approver, ticks=[], revision=proposal.case.revision)
    for message in Message.objects.filter(resident=town.mother):
        mark_read(message=message)
        mark_read(message=message)
    count()
    cells = {(cell.kind, cell.service): cell for cell in UseCell.objects.all()}
    assert cells[Kind.CASE_RECEIVED, "childcare-place"].attributes == {"channel": "online"}
    assert cells[Kind.CASE_RECEIVED, "childcare-place"].municipality_code == "04202"
    assert cells[Kind.CASE_DECIDED, "childcare-place"].count == 1
    read = Message.objects.filter(resident=town.mother, read_at__isnull=False).count()
    assert read
    assert cells[Kind.MESSAGE_READ, ""].count == read
    assert not Use.objects.exists()
    received = Figure.objects.get(indicator="received", grain="quarter", municipality_code="", service="")
    assert (received.value, received.origin) == (1, "platform")
    assert Figure.objects.filter(indicator="online-share", municipality_code="04202").get().value == 100


@pytest.mark.django_db(transaction=True)
def test_a_count_that_dies_in_the_middle_comes_to_the_same() -> None:
    for number in range(30):
        use(Kind.CASE_RECEIVED, date(2026, 8, 1), "04202", channel="paper" if number % 3 else "online")
    with transaction.atomic():
        assert count_batch(10) == 10
        transaction.set_rollback(True)
    assert count_batch(7) == 7
    assert count_uses() == 23
    assert {cell.attributes["channel"]: cell.count for cell in UseCell.objects.all()} == {"paper": 20, "online": 10}


def test_only_months_that_changed_are_worked_out_again(policy: Policy) -> None:
    use(Kind.CASE_RECEIVED, date(2026, 4, 1), "04202", 20, channel="online")
    use(Kind.CASE_RECEIVED, date(2026, 8, 1), "04202", 30, channel="online")
    count()
    before = figure("received", date(2026, 6, 30)).at
    use(Kind.CASE_RECEIVED, date(2026, 9, 1), "04100", 10, channel="paper")
    count_uses()
    assert refresh_figures() > 0
    assert refresh_figures() == 0
    assert figure("received", date(2026, 9, 30)).value == 40
    assert figure("received", date(2026, 9, 30), grain="month").value == 10
    assert figure("online-share", date(2026, 9, 30)).value == 75
    assert figure("received", date(2026, 6, 30)).at == before


def test_what_was_counted_wrongly_is_taken_back(policy: Policy) -> None:
    use(Kind.CASE_DECIDED, date(2026, 8, 1), "04202", 3, 30, outcome="granted", favourable=True)
    count()
    assert figure("days", date(2026, 9, 30)).value == 10
    use(Kind.CASE_DECIDED, date(2026, 8, 1), "04202", -1, 20, outcome="granted", favourable=True)
    count()
    assert figure("days", date(2026, 9, 30)).value == 5


CELLS = st.lists(
    st.builds(
        Cell,
        st.just(date(2026, 8, 1)),
        st.sampled_from(["", "04100", "04202"]),
        st.sampled_from(["", "a", "b"]),
        st.fixed_dictionaries({"channel": st.sampled_from(["online", "paper", "agent"])}),
        st.integers(0, 50),
        st.integers(0, 500),
    ),
    max_size=12,
)


@given(cells=CELLS, form=st.sampled_from(["count", "share", "mean"]))
def test_the_parts_add_up_to_the_whole(cells: list[Cell], form: str) -> None:
    computation = Computation(form, Kind.CASE_RECEIVED, 'event.channel == "online"', "true")

    def by(key: Callable[[Cell], str]) -> tuple[int, int]:
        found = amounts(computation, cells, lambda cell: [key(cell)], date(2026, 9, 30)).values()
        return sum(one.part for one in found), sum(one.whole for one in found)

    assert by(lambda _cell: "") == by(lambda cell: cell.municipality) == by(lambda cell: cell.service)


def record(policy: Policy, value: str, **more: str) -> Figure:
    return record_figure(
        policy=policy,
        indicator=more.pop("indicator", "data-sets"),
        on=date(2026, 9, 30),
        value=Decimal(value),
        origin=Origin.REPORT,
        detail="2026年度の報告",
        by="officer:1",
        **more,
    )


def test_a_correction_keeps_what_was_there(policy: Policy) -> None:
    first = record(policy, "1010")
    assert record(policy, "1010") == first
    second = record(policy, "1015")
    first.refresh_from_db()
    assert (first.current, first.value) == (False, 1010)
    assert (second.current, second.value) == (True, 1015)


@pytest.mark.parametrize("value", ["10100", "100"])
def test_ten_times_as_much_is_asked_back_and_not_refused(policy: Policy, value: str) -> None:
    record(policy, "1010")
    with pytest.raises(UnlikelyFigureError):
        record(policy, value)
    assert record(policy, value, note="数え方を変えたため").note == "数え方を変えたため"


def test_what_cannot_be_is_refused(policy: Policy) -> None:
    with pytest.raises(ImpossibleFigureError):
        record(policy, "-1")
    with pytest.raises(ComputedFigureError):
        record(policy, "80", indicator="online-share")


def test_the_month_is_that_of_japan(policy: Policy, town: Town) -> None:
    with clock.held(date(2027, 1, 1)):
        town.case()
    assert Use.objects.get(kind=Kind.CASE_RECEIVED).month == date(2027, 1, 1)
