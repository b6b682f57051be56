"""What is written down at a door, and what follows from it: presence and tallies, each person once."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connections, transaction

from tests.passes.conftest import Door
from todoke.exchange.passes import presence, queries
from todoke.exchange.passes.actions.passes import code_of, pass_of, renew_pass
from todoke.exchange.passes.actions.scans import NobodyError, Recorded, UnknownEntryError, record_entry
from todoke.exchange.passes.codes import CodeError
from todoke.exchange.passes.models import Presence, Scan, Tally, Visitor
from todoke.exchange.passes.types import Entry, Headcount, How, Kind, Unregistered
from todoke.faces.commands import passes
from todoke.kernel import clock, events
from todoke.registry.people.models import Household
from todoke.registry.places.models import Shelter


def step(
    door: Door,
    residents: tuple[UUID, ...] = (),
    *,
    shelter: Shelter | None = None,
    kind: Kind = Kind.IN,
    visitor: Unregistered | None = None,
    code: str = "",
    nonce: UUID | None = None,
    replaces: UUID | None = None,
    private: bool = False,
    minutes: float = 0,
) -> Recorded:
    """A step; ``minutes`` ago it happened, and lay on the device since."""
    now = clock.now()
    entry = Entry(
        nonce or uuid4(),
        kind,
        How.HAND if visitor else How.CODE,
        now - timedelta(minutes=minutes),
        residents=residents,
        visitor=visitor,
        code=code,
        private=private,
        replaces=replaces,
    )
    place = shelter or door.school
    return record_entry(shelter=place, entry=entry, by="reader:1", sent_at=now if minutes else None)


def kept_is_what_the_scans_say() -> None:
    compared = presence.derived_anew(keep=False)
    assert (compared.wrong_presences, compared.wrong_tallies) == (0, 0)


def test_a_family_is_counted_once_however_often_it_is_entered(door: Door) -> None:
    nonce = uuid4()
    first = step(door, door.family, nonce=nonce)
    assert (first.people, first.known) == (4, False)
    again = step(door, door.family, nonce=nonce)
    assert (again.people, again.known) == (4, True)
    step(door, door.family)
    step(door, (door.mother.pk,))
    assert queries.headcount(door.school) == Headcount(4, 1)
    assert Scan.objects.count() == 9
    kept_is_what_the_scans_say()


def test_who_goes_on_is_counted_there_and_the_home_town_sees_it(door: Door) -> None:
    step(door, door.family)
    step(door, (door.neighbour.pk,))
    step(door, (door.father.pk,), shelter=door.hall)
    assert queries.headcounts() == {door.school.pk: Headcount(4, 2), door.hall.pk: Headcount(1, 1)}
    assert queries.headcounts_of_home("04202") == {door.school.pk: Headcount(3, 1), door.hall.pk: Headcount(1, 1)}
    assert queries.headcounts_by_home() == {"04202": Headcount(4, 2), "04203": Headcount(1, 1)}
    step(door, door.family[:1] + door.family[2:], shelter=door.hall)
    assert queries.headcount(door.hall) == Headcount(4, 1)
    assert queries.headcount(door.school) == Headcount(1, 1)
    kept_is_what_the_scans_say()


def test_a_scan_that_comes_late_does_not_take_anybody_back(door: Door) -> None:
    step(door, door.family, shelter=door.hall)
    step(door, door.family, minutes=30)
    assert queries.headcounts() == {door.hall.pk: Headcount(4, 1)}
    kept_is_what_the_scans_say()


def test_out_of_a_shelter(door: Door) -> None:
    step(door, door.family)
    step(door, (door.mother.pk,), kind=Kind.OUT, shelter=door.hall)
    assert queries.headcount(door.school) == Headcount(4, 1)
    step(door, door.family[:3], kind=Kind.OUT)
    assert queries.headcount(door.school) == Headcount(1, 1)
    step(door, door.family[3:], kind=Kind.OUT)
    assert queries.headcounts() == {}
    assert Presence.objects.filter(present=False).count() == 4
    kept_is_what_the_scans_say()


def test_a_step_is_put_right_or_taken_back(door: Door) -> None:
    step(door, (door.father.pk,), shelter=door.hall)
    wrong, right = uuid4(), uuid4()
    step(door, door.family, nonce=wrong)
    assert queries.headcounts() == {door.school.pk: Headcount(4, 1)}
    step(door, (door.mother.pk, door.daughter.pk), nonce=right, replaces=wrong)
    assert queries.headcounts() == {door.school.pk: Headcount(2, 1), door.hall.pk: Headcount(1, 1)}
    assert not Presence.objects.filter(resident=door.grandmother).exists()
    step(door, kind=Kind.VOID, replaces=right)
    step(door, kind=Kind.VOID, replaces=right)
    assert queries.headcounts() == {door.hall.pk: Headcount(1, 1)}
    kept_is_what_the_scans_say()


def test_only_the_shelter_itself_puts_its_steps_right(door: Door) -> None:
    nonce = uuid4()
    step(door, door.family, nonce=nonce)
    for kind in (Kind.VOID, Kind.IN):
        with pytest.raises(UnknownEntryError):
            step(door, door.family if kind == Kind.IN else (), kind=kind, replaces=nonce, shelter=door.hall)
    with pytest.raises(UnknownEntryError):
        step(door, kind=Kind.VOID)
    assert queries.headcount(door.school) == Headcount(4, 1)


def test_people_whom_no_register_knows(door: Door) -> None:
    guest = Unregistered("架空 誠", date(1970, 1, 1), "東京都新宿区", 3)
    step(door, visitor=guest)
    step(door, visitor=guest, shelter=door.hall)
    assert queries.headcounts() == {door.hall.pk: Headcount(3, 1)}
    step(door, visitor=Unregistered("名前だけ", None, "石巻市見本町"))
    step(door, visitor=Unregistered("名前だけ", None, "石巻市見本町"))
    assert queries.headcount(door.school) == Headcount(2, 2)
    assert queries.headcounts_of_home("") == {door.hall.pk: Headcount(3, 1), door.school.pk: Headcount(2, 2)}
    assert Visitor.objects.count() == 3
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT string_agg(details::text, ' ') FROM passes_visitor")
        assert "架空" not in cursor.fetchone()[0]
    kept_is_what_the_scans_say()


def test_a_code_that_was_read_without_network_is_looked_up_on_arrival(door: Door) -> None:
    standing = pass_of(door.mother)
    text, nonce = code_of(standing), uuid4()
    assert step(door, code=text, minutes=20, nonce=nonce).people == 1
    assert step(door, code=standing.number, minutes=10).people == 1
    renew_pass(resident=door.mother, by="test")
    assert step(door, code=text, nonce=nonce).known
    with pytest.raises(CodeError):
        step(door, code="TDP1XXXX")
    assert queries.headcount(door.school) == Headcount(1, 1)


def test_nobody_is_refused(door: Door) -> None:
    with pytest.raises(NobodyError):
        step(door)
    with pytest.raises(NobodyError):
        step(door, (uuid4(),))
    with pytest.raises(NobodyError):
        step(door, visitor=Unregistered("  "))
    assert Scan.objects.count() == 0


def test_scans_are_only_added_to(door: Door) -> None:
    step(door, door.family)
    for deed in (Scan.objects.all().delete, lambda: Scan.objects.update(people=2)):
        with pytest.raises(ProgrammingError), transaction.atomic():
            deed()


def test_the_family_sees_where_its_members_are_unless_one_asked_not_to_tell(door: Door) -> None:
    step(door, (door.mother.pk, door.daughter.pk))
    step(door, (door.father.pk,), shelter=door.hall, private=True)
    seen = {one.name: (one.oneself, one.shelter, one.present) for one in queries.family_presence(door.mother)}
    assert seen == {
        "見本 花子": (True, "見本中学校 体育館", True),
        "見本 さくら": (False, "見本中学校 体育館", True),
        "見本 一郎": (False, "", False),
        "見本 トミ": (False, "", False),
    }
    assert queries.family_presence(door.father)[0].shelter == "例示公民館"
    assert queries.sheltered([door.father.pk, door.grandmother.pk]) == {door.father.pk: door.hall.pk}


def test_other_rooms_are_told_what_changed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[presence.PresenceChange] = []
    monkeypatch.setitem(events._handlers, "passes.presence_changed", [lambda changes: told.extend(changes)])
    step(door, (door.mother.pk,))
    step(door, (door.mother.pk,))
    step(door, (door.mother.pk,), shelter=door.hall)
    assert [(one.before, one.after) for one in told] == [(None, door.school.pk), (door.school.pk, door.hall.pk)]


def test_somebody_who_moved_house_while_at_a_shelter_is_counted_right(door: Door) -> None:
    step(door, door.family)
    door.father.household = Household.objects.create(municipality_code="04203", address="塩竈市")
    door.father.save()
    step(door, (door.father.pk,), shelter=door.hall)
    step(door, (door.mother.pk,), shelter=door.hall)
    step(door, (door.father.pk,), kind=Kind.OUT, shelter=door.hall)
    step(door, (door.father.pk,))
    assert queries.headcounts() == {door.school.pk: Headcount(3, 2), door.hall.pk: Headcount(1, 1)}
    kept_is_what_the_scans_say()


def test_what_is_kept_can_be_derived_anew(door: Door) -> None:
    step(door, door.family)
    step(door, visitor=Unregistered("架空 誠", date(1970, 1, 1), "", 2))
    step(door, (door.father.pk,), shelter=door.hall)
    Presence.objects.filter(resident=door.father).delete()
    Presence.objects.filter(resident=door.mother).update(shelter=door.hall)
    Tally.objects.filter(shelter=door.school).update(people=99)
    found = presence.derived_anew(keep=False)
    assert (found.scans, found.people, found.wrong_presences) == (6, 6, 2)
    assert found.wrong_tallies > 0
    presence.derived_anew(keep=True)
    kept_is_what_the_scans_say()
    assert queries.headcounts() == {door.school.pk: Headcount(5, 2), door.hall.pk: Headcount(1, 1)}


@pytest.mark.django_db(transaction=True)
def test_ten_doors_at_once_count_each_person_once(door: Door) -> None:
    """Families are torn over two shelters and entered again and again by all of them."""
    Tally.objects.all().delete()
    people = [*door.family, door.neighbour.pk]

    def at_a_door(number: int) -> None:
        try:
            for turn in range(12):
                one = people[(number + turn) % len(people)]
                step(door, (one,), shelter=(door.school, door.hall)[(number + turn) % 2])
                if turn % 4 == 3:
                    step(door, (people[turn % len(people)],), kind=Kind.OUT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(at_a_door, range(10)))
    kept_is_what_the_scans_say()
    assert sum(count.people for count in queries.headcounts().values()) <= 5
    assert Scan.objects.count() == 150


def test_the_command_says_and_puts_right_what_differs(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    def todoke(deed: str) -> int:
        return passes.run(argparse.Namespace(deed=deed))

    step(door, door.family)
    assert todoke("check") == 0
    Tally.objects.update(people=9)
    assert todoke("check") == 1
    assert "1 counts differ" in capsys.readouterr().out
    assert (todoke("rebuild"), todoke("check"), todoke("new-key")) == (0, 0, 0)
    assert "4 scans, 4 people in shelters now" in capsys.readouterr().out
    assert queries.headcount(door.school) == Headcount(4, 1)
