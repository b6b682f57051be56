"""A rule over everybody: the counts are right, and say nothing of anybody."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.kernel.rules import RuleError
from todoke.loops.apply import simulation
from todoke.loops.apply.deciding import FewDecidedError
from todoke.loops.apply.simulation import Question, simulate
from todoke.registry.catalogue.eligibility import eligibility
from todoke.registry.catalogue.queries import current_version, pack_of
from todoke.registry.people import population
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.models import BatchRead, Household, Resident
from todoke.registry.people.queries import for_rules, own_facts
from todoke.registry.people.types import Reader

READER = Reader("officer:1", "石巻市 子ども保育課", "制度の試算のため")


@pytest.fixture
def people(town: Town, settings: pytest.MonkeyPatch, tmp_path: object) -> list[Resident]:
    """Sixty families in two municipalities, a child in every second, aged 1 to 19."""
    settings.STATE = tmp_path  # type: ignore[attr-defined]
    found = []
    for number in range(60):
        home = Household.objects.create(
            municipality_code="04202" if number < 48 else "04205", address=f"宮城県石巻市見本町{number}"
        )
        born = date(1985, 1, 1) + timedelta(days=97 * number)
        head = Resident.objects.create(
            household=home, relation="head", name=f"見本 {number}", name_key=f"{number}", birth_date=born, gender="2"
        )
        found.append(head)
        if number % 2 == 0:
            Resident.objects.create(
                household=home,
                relation="child",
                name=f"見本 子{number}",
                name_key=f"c{number}",
                birth_date=clock.today() - timedelta(days=365 * (1 + number % 20)),
                gender="1",
            )
    return found


def near(shown: int | None, count: int) -> bool:
    return shown is not None and abs(shown - count) <= 5 + simulation.SHAKE


CHILD = "facts.household.children.exists(c, age_on(c.birth_date, today()) < 10)"


def test_the_counts_are_those_of_the_people(people: list[Resident]) -> None:
    found = simulate(Question(CHILD, "facts.household.children.map(c, 1000).sum()", households=True), READER)
    assert found.total == Resident.objects.filter(relation="head").count()
    since = clock.today().replace(year=clock.today().year - 10).isoformat()
    heads = Resident.objects.filter(relation="head")
    true = sum(any(c["birth_date"] > since for c in own_facts(p)["household.children"].value) for p in heads)
    assert near(found.counts.true, true)
    assert found.yen is not None
    assert abs(found.yen - 1000 * true) <= 2000
    assert BatchRead.objects.filter(purpose=READER.purpose).exists()


def test_a_whole_pack_comes_to_the_same_as_one_by_one(people: list[Resident]) -> None:
    version = current_version("child-allowance")
    assert version
    pack = pack_of(version.pk)
    found = simulate(Question(pack.eligible or "", pack.amounts[0].value, pack), READER)
    each = [
        eligibility(pack, for_rules(own_facts(p)), clock.today())[0]
        for p in Resident.objects.select_related("household")
    ]
    assert near(found.counts.true, each.count(True))
    assert (found.gained, found.lost) == (None, None)
    assert found.compared


def test_what_is_not_known_names_the_fact(people: list[Resident]) -> None:
    for one in people[:12]:
        learn_facts(resident=one, said={"tax.resident_exempt": True})
    found = simulate(Question("facts.tax.resident_exempt"), READER)
    assert near(found.counts.true, 12)
    assert [one.key for one in found.missing] == ["tax.resident_exempt"]


def test_none_and_few_look_alike(people: list[Resident]) -> None:
    found = simulate(Question(CHILD, households=True), READER)
    rows = {row.key: row.true for row in found.municipalities}
    assert rows["04205"] is None


def test_a_run_again_gives_the_same_number_and_another_rule_another_shake() -> None:
    people = np.zeros(5000, bool)
    people[:1000] = True
    assert simulation.shown(people, "a") == simulation.shown(people.copy(), "a")
    more = people.copy()
    more[1000] = True
    rules = [f"rule {number}" for number in range(60)]
    shakes = {simulation._shake(who, simulation.SHAKE, rule) for rule in rules for who in (people, more)}
    assert shakes == set(range(-simulation.SHAKE, simulation.SHAKE + 1))
    alike = sum(simulation.shown(people, rule) == simulation.shown(people, f"{rule}!") for rule in rules)
    assert 0 < alike < len(rules)


def test_every_run_is_in_the_trail_whole_and_they_are_counted(
    people: list[Resident], settings: pytest.MonkeyPatch
) -> None:
    settings.SIMULATIONS_A_DAY = 2  # type: ignore[attr-defined]
    rule = f"{' ' * 600}{CHILD}"
    for _run in range(2):
        simulate(Question(rule, "1000", households=True), READER)
    with pytest.raises(simulation.TooManySimulationsError):
        simulate(Question(rule), READER)
    entry = AuditEntry.objects.filter(action="rule.simulate").first()
    assert entry
    assert entry.detail == {"rule": rule, "amount": "1000", "households": True}


def test_nobodys_amount_comes_out_of_a_sum_over_few(people: list[Resident]) -> None:
    for one in people[:3]:
        learn_facts(resident=one, said={"income.assessed": 3_141_592})
    found = simulate(Question(CHILD, "facts.income.assessed"), READER)
    assert found.yen is None
    with pytest.raises(FewDecidedError):
        simulate(Question("known(facts.income.assessed)", "facts.income.assessed"), READER)


@pytest.mark.parametrize(
    "rule",
    [
        "facts.welfare.receives",
        "facts.name == '見本 花子'",
        "facts.household.children",
        "facts.birth_dat == today()",
        "1 +",
        "facts.household.children.exists(a, facts.household.children.exists(b, "
        "facts.household.children.exists(c, facts.household.children.exists(d, a.order + b.order == c.order + d.order"
        " && facts.household.children.exists(e, e.order == a.order)))))",
    ],
)
def test_a_rule_that_may_not_run_is_refused_before_it_runs(people: list[Resident], rule: str) -> None:
    with pytest.raises(RuleError):
        simulate(Question(rule), READER)


def test_sensitive_facts_and_names_are_never_in_the_snapshot(people: list[Resident]) -> None:
    learn_facts(resident=people[0], said={"disability.certificate": "physical"})
    everybody = population.current(reader=READER)
    assert not any("disability" in name or name == "facts.name" for name in everybody.frame.columns)
    assert all(array.dtype != np.dtype(object) for array in everybody.arrays.values())


def test_the_studio_says_what_is_wrong_and_keeps_what_was_typed(town: Town, people: list[Resident]) -> None:
    client = signed_in(town.officer)
    wrong = client.post("/console/rules/", {"rule": "facts.birth_dat == today()"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "did you mean facts.birth_date" in page
    assert "facts.birth_dat == today()" in page
    fine = client.post("/console/rules/", {"rule": CHILD, "per": "residents"})
    assert fine.status_code == 200
    assert "10歳未満のお子さんがいる" in fine.content.decode()
    assert signed_in(town.mother).post("/console/rules/", {"rule": CHILD}).status_code == 302
