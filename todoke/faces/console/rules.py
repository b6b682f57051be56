"""The rule studio: a rule as text, in words, and over everybody, before any service is published with it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.faces.console.typed import typed
from todoke.faces.look.prefecture_map import WIDTH, prefecture_map
from todoke.faces.visitors import OfficerRequest, role_required
from todoke.kernel import clock
from todoke.kernel.rules import RuleError
from todoke.kernel.rules.columns import ColumnsError
from todoke.loops.apply.deciding import FewDecidedError, TooManyPartsError
from todoke.loops.apply.matching import sentences_of
from todoke.loops.apply.simulation import (
    Question,
    Row,
    Simulation,
    TooManySimulationsError,
    compiled,
    names_of,
    simulate,
)
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.catalogue.types import in_language
from todoke.registry.organisations.types import Role
from todoke.registry.people.keys import label_of
from todoke.registry.people.types import Reader
from todoke.registry.places.queries import municipalities

PURPOSE = "制度の試算のため。人数だけを数えました"
BAR = 300
"""Points of the longest bar."""
STEPS = 4


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
def rules(request: OfficerRequest) -> HttpResponse:
    """The form; after it, what the rule says and whom it would reach."""
    packs = {pack.id: pack for pack in current_packs() if pack.eligible}
    asked = request.POST if request.method == "POST" else request.GET
    pack = packs.get(typed(asked, "pack", 60))
    question = Question(
        rule=typed(asked, "rule", 4000).strip() or (pack.eligible or "" if pack else ""),
        amount=typed(asked, "amount", 4000),
        pack=pack,
        households=asked.get("per") == "households",
    )
    context: dict[str, Any] = {
        "packs": list(packs.values()),
        "question": question,
        "names": [(name, label_of(name.removeprefix("facts."))) for name in _facts_of(question)],
    }
    status = 200
    if request.method == "POST":
        try:
            context |= _result(request, question)
        except (RuleError, ColumnsError) as error:
            context["error"], status = str(error), 422
        except (TooManySimulationsError, FewDecidedError, TooManyPartsError) as error:
            context["error"], status = error.message, error.status
    return render(request, "console/rules.html", context, status=status)


def _facts_of(question: Question) -> list[str]:
    return sorted(name for name in names_of(question) if name.startswith("facts."))


def _result(request: OfficerRequest, question: Question) -> dict[str, Any]:
    reading = "en" if request.reading == "en" else "ja"
    sentences = sentences_of(compiled(question, question.rule, "bool", clock.today()), clock.today())
    office = request.officer.memberships.select_related("organisation").first()
    name = office.organisation.name if office else _("職員")
    found = simulate(question, Reader(f"officer:{request.officer.pk}", name, PURPOSE))
    places = {place.code: place.name_en if reading == "en" else place.name for place in municipalities()}
    return {
        "sentences": sentences,
        "found": found,
        "bar": _bar(found),
        "missing": [(label_of(one.key), one.people) for one in found.missing],
        "places": _rows(found.municipalities, places),
        "ages": _rows(found.ages, {row.key: _band(row.key) for row in found.ages}),
        "map": _map(found.municipalities, reading),
        "map_width": WIDTH,
        "compared_with": in_language(question.pack.titles, reading) if question.pack else "",
    }


def _band(key: str) -> str:
    first, _dash, last = key.partition("-")
    return _("{first}〜{last}歳").format(first=first, last=last) if last else _("{first}歳以上").format(first=first)


def _bar(found: Simulation) -> list[tuple[str, int, int]]:
    """The three parts of one bar: what, where it begins and how long it is, of 1,000."""
    parts, at = [], 0
    for kind, count in (("yes", found.counts.true), ("open", found.counts.unknown), ("no", found.counts.false)):
        width = round(1000 * (count or 0) / found.total) if found.total else 0
        parts.append((kind, at, min(width, 1000 - at)))
        at += width
    return parts


def _rows(rows: tuple[Row, ...], names: dict[str, str]) -> list[dict[str, Any]]:
    longest = max((row.true or 0 for row in rows), default=0)
    return [
        {
            "name": names.get(row.key, row.key),
            "true": row.true,
            "people": row.people,
            "length": round(BAR * (row.true or 0) / longest) if longest else 0,
        }
        for row in rows
    ]


def _map(rows: tuple[Row, ...], reading: str) -> dict[str, Any]:
    """Municipalities in four steps by the share that the rule reaches; hatched where the count is hidden."""
    shares = {row.key: row.true / row.people for row in rows if row.true is not None and row.people}
    most = max(shares.values(), default=0)
    hidden = {row.key for row in rows if row.true is None}
    drawing = prefecture_map()
    shapes = [
        {
            "path": shape.path,
            "name": shape.name_en if reading == "en" else shape.name,
            "step": "hidden" if shape.code in hidden else _step(shares.get(shape.code, 0), most),
        }
        for shape in drawing.shapes
    ]
    legend = [(step, round(100 * most * step / STEPS, 1)) for step in range(1, STEPS + 1)] if most else []
    return {"height": drawing.height, "shapes": shapes, "legend": legend}


def _step(share: float, most: float) -> int:
    return min(STEPS, 1 + int(STEPS * share / most * 0.9999)) if share and most else 0
