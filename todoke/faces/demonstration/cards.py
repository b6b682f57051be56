"""The cards file of the counterpart of the authentication app: who can log in at the demonstration."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from todoke.faces.demonstration import census, story
from todoke.faces.demonstration.households import REFERENCE_DAY
from todoke.faces.demonstration.ids import person_id
from todoke.faces.demonstration.population import story_municipality
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Municipality

MOST = 2000
ADULT_SINCE = date(REFERENCE_DAY.year - 18, REFERENCE_DAY.month, REFERENCE_DAY.day)


def write_cards() -> tuple[Path, int]:
    """The story's adults first, then others from every municipality, at most 2,000; where the file is and how many."""
    code = story_municipality().code
    cards = []
    shown = set()
    for number, family in enumerate(story.FAMILIES):
        for resident in _adults().filter(household_id=person_id(code, number, 0)):
            if resident.name in {member.name.full for member in family.members}:
                cards.append(_card(resident, story=True, note=family.note))
                shown.add(resident.pk)
    populations = Municipality.objects.filter(prefecture_code=settings.PREFECTURE, population__isnull=False)
    weights = {row: number or 0 for row, number in populations.values_list("code", "population")}
    for municipality, share in census.shares(MOST - len(cards), weights).items():
        first, last = person_id(municipality, 0, 0), person_id(municipality, 16**9 - 1, 16**3 - 1)
        others = _adults().filter(pk__range=(first, last)).exclude(pk__in=shown)
        cards += [_card(resident, story=False, note="") for resident in others[:share]]
    path = Path(settings.STATE) / "cards.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cards, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path, len(cards)


def _adults() -> Any:
    adults = Resident.objects.filter(demonstration=True, birth_date__lte=ADULT_SINCE)
    return adults.select_related("household").order_by("pk")


def _card(resident: Resident, *, story: bool, note: str) -> dict[str, Any]:
    return {
        "id": str(resident.pk),
        "name": resident.name,
        "kana": resident.name_kana,
        "address": resident.household.address,
        "birthdate": f"{resident.birth_date:%Y%m%d}",
        "gender": resident.gender,
        "story": story,
        "note": note,
    }
