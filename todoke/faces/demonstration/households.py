"""Who lives together: sizes and ages roughly as the census of Japan has them (2.2 people, 28 % of them 65 or more)."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from todoke.faces.demonstration.names import GIVEN, NAMES, SURNAMES, Name

REFERENCE_DAY = date(2026, 10, 1)
"""Ages are those of this day, so that a seed gives the same people for ever."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a household. ``gender`` is of ISO 5218, ``relation`` that to the head of household."""

    relation: str
    name: Name
    gender: str
    birth_date: date


_SINGLE, _COUPLE, _ONE_PARENT = "single", "couple", "one parent"
_KINDS = [
    # kind, children, grandparents, share in percent
    (_SINGLE, 0, 0, 38.0),
    (_COUPLE, 0, 0, 21.0),
    (_COUPLE, 1, 0, 12.0),
    (_COUPLE, 2, 0, 11.0),
    (_COUPLE, 3, 0, 3.0),
    (_ONE_PARENT, 1, 0, 6.0),
    (_ONE_PARENT, 2, 0, 2.5),
    (_COUPLE, 1, 1, 2.5),
    (_COUPLE, 2, 1, 2.0),
    (_COUPLE, 2, 2, 2.0),
]
_WEIGHTS = [sum(kind[3] for kind in _KINDS[: n + 1]) for n in range(len(_KINDS))]


def household(random: Random, most: int) -> list[Person]:
    """A household of one to ``most`` people, its head first."""
    kind, children, grandparents, _ = random.choices(_KINDS, cum_weights=_WEIGHTS)[0]
    eldest = _age_of_eldest(random) if children else 0
    if children:
        age = eldest + random.randint(23, 36)
    elif kind == _SINGLE:
        age = _age(random, (0.25, 20, 34), (0.54, 35, 64), (1, 65, 94))
    else:
        age = _age(random, (0.10, 24, 34), (0.32, 35, 59), (1, 60, 90))
    female_head = random.random() < (0.85 if kind == _ONE_PARENT else 0.5 if kind == _SINGLE else 0.08)
    head = "2" if female_head else "1"
    members = [("head", head, age)]
    if kind == _COUPLE:
        members.append(("spouse", "1" if female_head else "2", max(20, age + random.randint(-5, 3))))
    for _ in range(children):
        members.append(("child", random.choice("12"), eldest))
        eldest = max(0, eldest - random.randint(1, 4))
    for n in range(grandparents):
        members.append(("parent", "21"[n], min(101, age + random.randint(23, 33))))
    return _people(random, members[:most])


def _age_of_eldest(random: Random) -> int:
    return random.randint(0, 22) if random.random() < 0.64 else random.randint(23, 45)


def _age(random: Random, *bands: tuple[float, int, int]) -> int:
    lot = random.random()
    low, high = next((low, high) for share, low, high in bands if lot <= share)
    return random.randint(low, high)


def _people(random: Random, members: list[tuple[str, str, int]]) -> list[Person]:
    surname = random.randrange(len(SURNAMES))
    taken: set[tuple[str, int]] = set()
    people = []
    for relation, gender, age in members:
        given = random.randrange(len(GIVEN[gender]))
        while (gender, given) in taken:
            given = (given + 1) % len(GIVEN[gender])
        taken.add((gender, given))
        born = REFERENCE_DAY - timedelta(days=int(age * 365.25) + random.randrange(1, 365))
        people.append(Person(relation, NAMES[gender][surname][given], gender, born))
    return people
