"""Cards for people without a phone: a sheet of A4 with a code for each."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.exchange.passes.actions.passes import codes_of
from todoke.exchange.passes.codes import picture
from todoke.exchange.passes.finding import NameAndBirthdayError, name_and_birthday
from todoke.exchange.passes.numbers import in_fours
from todoke.exchange.passes.types import How
from todoke.faces.console.crisis import CrisisRequest, Desk, desk_required
from todoke.faces.console.typed import typed
from todoke.kernel import audit
from todoke.kernel.text import search_key, to_halfwidth
from todoke.registry.organisations.officers import home_organisation_id, principal
from todoke.registry.people import access
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Reader

MOST = 100
PURPOSE, WHAT = gettext_noop("避難所の受付カードを作るため"), gettext_noop("名前")


@dataclass(frozen=True)
class Card:
    """One card of the sheet."""

    name: str
    number: str
    picture: str


@never_cache
@require_http_methods(["GET", "POST"])
@desk_required
def pass_cards(request: CrisisRequest) -> HttpResponse:
    """The form; after it the sheet, or the lines for which no one person of the officer's municipality was found."""
    text = typed(request.POST, "people", 10_000)
    lines = [line for line in text.splitlines() if line.strip()][:MOST]
    if not lines:
        return render(request, "console/pass_cards.html", status=422 if request.method == "POST" else 200)
    found: list[Resident] = []
    unknown = []
    for line in lines:
        resident = _person(line, request.desk)
        if resident is None:
            unknown.append(line)
        else:
            members = Resident.objects.filter(household=resident.household_id).order_by("birth_date", "pk")
            found += members if request.POST.get("family") else [resident]
    if unknown:
        context = {"unknown": unknown, "typed": text, "family": request.POST.get("family")}
        return render(request, "console/pass_cards.html", context, status=422)
    found = list(dict.fromkeys(found))
    _leave_rows(request, found)
    cards = [
        Card(resident.name, in_fours(number), picture(code))
        for resident, (number, code) in codes_of(found, How.CARD).items()
    ]
    sheets = [cards[first : first + 8] for first in range(0, len(cards), 8)]
    return render(request, "console/pass_sheet.html", {"sheets": sheets, "count": len(cards)})


def _person(line: str, desk: Desk) -> Resident | None:
    try:
        name, born = name_and_birthday(to_halfwidth(line))
    except NameAndBirthdayError:
        return None
    rows = Resident.objects.filter(birth_date=born).select_related("household")
    same = [one for one in rows if name in {one.name_key, search_key(one.name_kana)}]
    own = [one for one in same if desk.sees(one.household.municipality_code)]
    return own[0] if len(own) == 1 else None


def _leave_rows(request: CrisisRequest, residents: list[Resident]) -> None:
    looker = Reader(principal(request.officer), request.desk.name[:60], PURPOSE, WHAT)
    access.announce_many(residents=residents, reader=looker, keys=["name"])
    audit.record(
        actor=principal(request.officer),
        action="pass.cards",
        subject="pass:cards",
        organisation_id=home_organisation_id(request.officer),
        people=len(residents),
    )
