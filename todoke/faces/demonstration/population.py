"""Residents by the thousand or the million, written by COPY; memory does not grow with their number."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from django.conf import settings
from django.db import connection, transaction

from todoke.faces.demonstration import census, story
from todoke.faces.demonstration.errors import (
    NoDemonstrationError,
    OtherDemonstrationError,
    PopulationUnknownError,
    RealResidentsError,
    TooFewResidentsError,
)
from todoke.faces.demonstration.homes import Home, homes_in
from todoke.faces.demonstration.households import Person, household
from todoke.faces.demonstration.ids import FIRST_AND_LAST, person_id
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.actions import load_places, set_populations
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

LEAST = 100
SEED = 2026
BATCH = 20_000
"""Residents generated before they are written."""

_HOUSEHOLDS = ("id", "municipality_code", "postal_code", "address", "longitude", "latitude")
_RESIDENTS = (
    *("id", "household_id", "relation", "name", "name_kana", "name_key", "birth_date", "gender"),
    *("registered", "demonstration", "email", "language", "wants_email"),
)


@dataclass(frozen=True)
class Population:
    """Who is there after loading. ``seconds`` is None where they were there before."""

    residents: int
    households: int
    seconds: float | None


def story_municipality() -> Municipality:
    """Where the families of the story live."""
    there = Municipality.objects.filter(prefecture_code=settings.PREFECTURE)
    return there.filter(code=story.MUNICIPALITY).first() or there.order_by("code")[0]


def load_population(*, residents: int, seed: int = SEED) -> Population:
    """Made-up residents in proportion to the census, the story's families first; all of them or none.

    The same number again changes nothing, but that the story's families get who was added to them since. Raises
    NoDemonstrationError, RealResidentsError, OtherDemonstrationError, TooFewResidentsError, PopulationUnknownError.
    """
    if not settings.DEMONSTRATION:
        raise NoDemonstrationError
    if residents < LEAST:
        raise TooFewResidentsError(least=LEAST)
    begun = time.monotonic()
    with transaction.atomic():
        there = Resident.objects.filter(demonstration=True, pk__range=FIRST_AND_LAST).count()
        if there == residents:
            _complete_families()
            return Population(there, Household.objects.filter(members__demonstration=True).distinct().count(), None)
        if there:
            raise OtherDemonstrationError(there=there)
        if Resident.objects.exists():
            raise RealResidentsError
        quotas = census.shares(residents, _weights())
        at_story = story_municipality().code
        households = 0
        for municipality in Municipality.objects.filter(code__in=quotas).order_by("code"):
            families = story.FAMILIES if municipality.code == at_story else []
            households += _fill(municipality, quotas[municipality.code], families, seed)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Household._meta.db_table}, {Resident._meta.db_table}")
    return Population(residents, households, time.monotonic() - begun)


def _complete_families() -> None:
    """Members that a newer version gives a family of the story: an older demonstration goes on with it."""
    for family in story.FAMILIES:
        head = family.members[0]
        heads = Resident.objects.filter(demonstration=True, relation=head.relation, birth_date=head.birth_date)
        row = heads.filter(name=head.name.full, pk__range=FIRST_AND_LAST).first()
        known = (
            set(Resident.objects.filter(household=row.household_id).values_list("name", flat=True)) if row else set()
        )
        for person in family.members:
            if row and person.name.full not in known:
                Resident.objects.create(
                    household_id=row.household_id,
                    relation=person.relation,
                    name=person.name.full,
                    name_kana=person.name.kana,
                    name_key=person.name.key,
                    birth_date=person.birth_date,
                    gender=person.gender,
                    demonstration=True,
                )


def _weights() -> Mapping[str, int]:
    """Residents by municipality as imported, else Miyagi's from here."""
    code = settings.PREFECTURE
    rows = Municipality.objects.filter(prefecture_code=code)
    if not rows.exists():
        load_places(prefecture_code=code)
    if code == "04" and not rows.filter(population__isnull=False).exists():
        set_populations(populations=census.MIYAGI)
    known = {code: population for code, population in rows.values_list("code", "population") if population}
    if not known:
        raise PopulationUnknownError
    return known


@dataclass
class _Batch:
    """Lines in COPY's text format, not written yet."""

    households: list[str] = field(default_factory=list)
    residents: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Checks of foreign keys come with each COPY, so that they do not queue up until the end."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            written = ((Household, _HOUSEHOLDS, self.households), (Resident, _RESIDENTS, self.residents))
            for model, columns, lines in written:
                with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
                    copy.write("".join(lines))
                lines.clear()


def _fill(municipality: Municipality, quota: int, families: list[story.Family], seed: int) -> int:
    """Households until ``quota`` people live there; how many they are."""
    random = Random(f"{seed} {municipality.code}")  # noqa: S311
    homes = homes_in(municipality, prefecture(settings.PREFECTURE).name, random)
    homes.sort(key=lambda home: not home.address.endswith(story.TOWN))
    batch = _Batch()
    number = 0
    for number, people in enumerate(_households(random, quota, families)):
        home = homes[0] if number < len(families) else random.choice(homes)
        _add(batch, municipality.code, number, people, home, random)
        if len(batch.residents) >= BATCH:
            batch.write()
    batch.write()
    return number + 1


def _households(random: Random, quota: int, families: list[story.Family]) -> Iterator[list[Person]]:
    left = quota
    for family in families:
        if len(family.members) <= left:
            yield family.members
            left -= len(family.members)
    while left:
        people = household(random, left)
        yield people
        left -= len(people)


def _add(batch: _Batch, code: str, number: int, people: list[Person], home: Home, random: Random) -> None:
    """The number of the household makes its address the only one of its kind."""
    home_id = person_id(code, number, 0)
    longitude, latitude = random.choice(home.points) if home.points else (r"\N", r"\N")
    address = f"{home.address}{number // 20 + 1}番地{number % 20 + 1}"
    batch.households.append(f"{home_id}\t{code}\t{home.postal_code}\t{address}\t{longitude}\t{latitude}\n")
    for member, person in enumerate(people, 1):
        batch.residents.append(
            f"{person_id(code, number, member)}\t{home_id}\t{person.relation}\t{person.name.full}\t{person.name.kana}\t"
            f"{person.name.key}\t{person.birth_date}\t{person.gender}\tt\tt\t\tja\tt\n"
        )
