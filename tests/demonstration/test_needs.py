"""Made-up needs and helpers."""

import pytest
from pytest_django.fixtures import Settings

from todoke.faces.demonstration.needs import load_needs
from todoke.faces.demonstration.population import load_population
from todoke.registry.people import access
from todoke.registry.people.helpers import helpers_of
from todoke.registry.people.keys import NEEDS
from todoke.registry.people.models import Fact, Resident
from todoke.registry.people.types import Reader


@pytest.mark.django_db(transaction=True)
def test_some_need_help_and_some_of_them_have_a_neighbour(settings: Settings) -> None:
    settings.DEMONSTRATION = True
    load_population(residents=1500)
    made = load_needs()
    assert made.needs > 10
    assert 0 < made.helpers < made.needs
    assert load_needs() == made
    with access.batch(reader=Reader("system", "x", "x"), keys=NEEDS):
        walkers = Fact.objects.filter(key="needs.walking").values_list("resident_id", flat=True)
        helped = helpers_of(list(walkers))
    assert len(helped) == made.helpers
    for person, rows in helped.items():
        home = Resident.objects.get(pk=person).household
        assert {row.helper.household.municipality_code for row in rows if row.helper} == {home.municipality_code}
