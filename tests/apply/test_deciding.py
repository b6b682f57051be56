"""A rule of which a part decides for few people is refused, whatever these people's facts are."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as installed
from pytest_django.fixtures import Settings

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from tests.apply.test_simulation import people  # noqa: F401
from todoke.faces.demonstration.population import load_population
from todoke.kernel.rules.columns import evaluate_columns
from todoke.loops.apply import deciding
from todoke.loops.apply.deciding import FewDecidedError, TooManyPartsError
from todoke.loops.apply.packs import read_packs
from todoke.loops.apply.simulation import Question, simulate
from todoke.registry.catalogue.queries import current_version, pack_of
from todoke.registry.people import population
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import BatchRead, Resident
from todoke.registry.people.types import Reader

pytestmark = pytest.mark.django_db

READER = Reader("officer:1", "石巻市 子ども保育課", "制度の試算のため")
PAD = "facts.household.size == 1"
FACT = "facts.tax.resident_exempt"


def refused(rule: str, amount: str = "", *, households: bool = False) -> bool:
    try:
        simulate(Question(rule, amount, households=households), READER)
    except FewDecidedError:
        return True
    return False


def singled_out(person: Resident) -> str:
    return f'facts.birth_date == date("{person.birth_date}")'


@pytest.mark.parametrize("said", [True, False, None])
@pytest.mark.parametrize(
    "wording",
    [
        "{one} && {fact}",
        "{pad} || ({one} && {fact})",
        "{pad} || {one}",
        "{fact} || {one}",
        "{fact} && !({one})",
        "({one}) == {fact}",
        "{pad} || ({one} ? {fact} : !{fact})",
        "{pad} || [1].exists(v, {one} && {fact} && v == 1)",
        "{pad} || ({one} ? facts.income.assessed : 0) > 500",
        "{pad} || [facts.income.assessed].filter(v, {one}).sum() > 500",
        "{pad} || ({one} && ({fact} ? false : false))",
        "{pad} || ({one} && known({fact}))",
        "{one}",
    ],
)
def test_no_wording_asks_for_one_persons_fact(people: list[Resident], wording: str, said: bool | None) -> None:  # noqa: F811
    for other in people[20:50]:
        learn_facts(resident=other, said={"tax.resident_exempt": other.birth_date.day % 2 == 0})
    if said is not None:
        learn_facts(resident=people[0], said={"tax.resident_exempt": said, "income.assessed": 1000 if said else 0})
    assert refused(wording.format(pad=PAD, one=singled_out(people[0]), fact=FACT))


@pytest.mark.parametrize("said", [True, False])
def test_nor_does_an_amount(people: list[Resident], said: bool) -> None:  # noqa: F811
    learn_facts(resident=people[0], said={"tax.resident_exempt": said})
    one = singled_out(people[0])
    assert refused(PAD, f"10000 + ({one} && {FACT} ? 5000 : 0)")
    assert refused(PAD, f"{one} ? 5000 : 10000")
    assert not refused(PAD, "facts.household.size * 10000")


@pytest.mark.parametrize("born", ["known", "nobody"])
def test_a_refusal_does_not_tell_one_from_none(people: list[Resident], born: str) -> None:  # noqa: F811
    day = people[0].birth_date if born == "known" else people[0].birth_date + timedelta(days=1)
    assert refused(f'facts.birth_date == date("{day}")')
    assert refused(f'facts.household.children.exists(c, c.birth_date == date("{day}"))')


def test_what_splits_many_is_not_refused(people: list[Resident]) -> None:  # noqa: F811
    for person in people[:24]:
        learn_facts(resident=person, said={"tax.resident_exempt": people.index(person) < 12})
    split = "age_on(c.birth_date, today()) < 10"
    for rule in (FACT, PAD, f"{PAD} || {FACT}", f"facts.household.children.exists(c, {split})"):
        assert not refused(rule)
        assert not refused(rule, households=True)


def test_what_nobody_has_said_and_what_is_so_of_everybody_is_not_refused(people: list[Resident]) -> None:  # noqa: F811
    split = "age_on(c.birth_date, today()) < 10"
    assert not refused(f"facts.household.children.exists(c, c.birth_date <= today() && {split})")
    assert not refused("facts.disaster.damage == 'total'")
    assert not refused(f"{PAD} && !(known({FACT}) && {FACT})")
    learn_facts(resident=people[0], said={"tax.resident_exempt": True})
    population.rebuild(reader=READER)
    assert refused(f"{PAD} && !(known({FACT}) && {FACT})")


def test_a_refused_run_is_seen_by_everybody_and_counts(
    people: list[Resident],  # noqa: F811
    settings: Settings,
) -> None:
    settings.SIMULATIONS_A_DAY = 1
    before = BatchRead.objects.filter(purpose=READER.purpose, keys=["birth_date"]).count()
    assert refused(singled_out(people[0]))
    assert BatchRead.objects.filter(purpose=READER.purpose, keys=["birth_date"]).count() == before + 1
    with pytest.raises(Exception, match="使い切りました"):
        simulate(Question(PAD), READER)


def test_too_many_parts_are_not_looked_into(people: list[Resident]) -> None:  # noqa: F811
    with pytest.raises(TooManyPartsError):
        simulate(Question(" || ".join([PAD] * deciding.MOST_PARTS)), READER)


def test_a_part_is_run_once_for_a_snapshot(people: list[Resident], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    runs: list[object] = []

    def counted(*args: object) -> object:
        runs.append(args)
        return evaluate_columns(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(deciding, "evaluate_columns", counted)
    simulate(Question(f"{PAD} || {FACT}"), READER)
    first = len(runs)
    simulate(Question(f"{PAD}  ||  {FACT}"), READER)
    assert (first > 4, len(runs) - first <= 2) == (True, True)


def test_every_pack_simulates_over_the_demonstration_population(town: Town, settings: Settings, tmp_path: Path) -> None:
    Resident.objects.all().delete()
    settings.DEMONSTRATION, settings.STATE = True, tmp_path
    load_population(residents=2000)
    seen = 0
    for name, read in read_packs(installed.PACKS).items():
        if read.eligible is None or any(KEYS[key].sensitive for key in read.purposes):
            continue
        version = current_version(name)
        assert version
        pack = pack_of(version.pk)
        for amount in ("", *(each.value for each in pack.amounts)):
            for households in (False, True):
                simulate(Question(pack.eligible or "", amount, pack, households), READER)
                seen += 1
    assert seen > 15


def test_the_studio_says_which_part(town: Town, people: list[Resident]) -> None:  # noqa: F811
    page = signed_in(town.officer).post("/console/rules/", {"rule": f"{PAD} || {singled_out(people[0])}"})
    assert page.status_code == 422
    assert "この部分で結果が変わる人が10人に満たないため" in page.content.decode()
    assert "1行47文字目" in page.content.decode()
