"""Zones and shelters of the demonstration: roughly where they would be, enough, and on safe ground."""

import time

import shapely
from pytest_django.fixtures import Settings

from todoke.faces.demonstration.population import load_population
from todoke.faces.demonstration.shelters import load_shelters
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Shelter, Zone
from todoke.registry.places.queries import shelters, zones_in_force
from todoke.registry.places.types import Hazard

COAST = "04100 04202 04203 04205 04207 04209 04211 04214 04361 04362 04401 04404 04406 04581 04606"


def test_zones_and_shelters(db: None, settings: Settings) -> None:
    settings.DEMONSTRATION = True
    load_population(residents=2000)
    began = time.monotonic()
    zones, made = load_shelters()
    assert time.monotonic() - began < 60
    assert zones.added > 100
    assert 1_500 < made.added < 3_000
    assert not Zone.objects.filter(demonstration=False).exists()
    assert not Shelter.objects.filter(demonstration=False).exists()
    (tsunami,) = zones_in_force(Hazard.TSUNAMI)
    strip = from_wkb(tsunami.boundary)
    wet = [
        row.code for row in Municipality.objects.all() if strip.intersects(from_wkb(row.boundary or b"").buffer(-0.002))
    ]
    assert wet == COAST.split()
    assert {zone.kind for zone in zones_in_force(Hazard.NUCLEAR)} == {"paz", "upz"}
    for hazard in (Hazard.TSUNAMI, Hazard.FLOOD, Hazard.LANDSLIDE):
        fit = shelters(hazard)
        assert sum(shelter.capacity or 0 for shelter in fit) > 2_301_996
        for zone in zones_in_force(hazard):
            points = [(shelter.longitude, shelter.latitude) for shelter in fit]
            assert not shapely.intersects_xy(from_wkb(zone.boundary), points).any()
    for code in Municipality.objects.values_list("code", flat=True):
        assert len(shelters(Hazard.TSUNAMI, municipality_code=code)) >= 2, code
    names = list(Shelter.objects.values_list("municipality_id", "name"))
    assert len(names) == len(set(names))
    before = list(Shelter.objects.values()) + list(Zone.objects.values())
    again = load_shelters()
    assert [done.added for done in again] == [0, 0]
    assert list(Shelter.objects.values()) + list(Zone.objects.values()) == before
