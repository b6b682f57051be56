"""A measure: what an office does, how far it is, what came of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from todoke.faces.public.progress.edition import Edition, edition_with
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.standings import stands
from todoke.faces.public.progress.voice import Voice
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.queries.figures import released
from todoke.loops.improve.queries.reports import effects
from todoke.loops.improve.queries.rounds import published_evaluations


@require_safe
def measure(request: HttpRequest, measure_id: str) -> HttpResponse:
    """Of the newest policy that has it."""
    edition = edition_with(measure=measure_id)
    if edition is None:
        raise NotFoundError
    return page(request, "measure.html", edition, lambda voice: _one(edition, measure_id, voice))


def _one(edition: Edition, measure_id: str, voice: Voice) -> dict[str, Any]:
    policy = edition.policy
    found = policy.by_measure[measure_id]
    known = stands(policy, released(policy.id), voice)
    field = next(one for one in policy.fields if one.id == found.field)
    pillar = next(one for one in policy.pillars if one.id == field.pillar)
    names = {one.function: voice.text(one.name) for one in policy.departments}
    why = effects(policy.id).get(measure_id)
    return {
        "title": voice.text(found.titles),
        "summary": voice.text(found.summary),
        "field": voice.text(field.titles),
        "pillar": voice.text(pillar.titles),
        "owner": names.get(found.owner, found.owner),
        "stands": [known[one.id] for one in policy.indicators_of(measure_id)],
        "why": voice.text(why) if why else "",
        "grade": grade_of(edition, measure_id, voice),
    }


def grade_of(edition: Edition, measure_id: str, voice: Voice) -> dict[str, Any] | None:
    """Its class in the newest evaluation that was published."""
    if edition.year is None:
        return None
    year = published_evaluations(edition.policy.id, edition.year)
    for one in year.measures if year else ():
        if one.measure.id == measure_id:
            return {
                "year": edition.year,
                "title": voice.say("evaluation_of", year=edition.year),
                "mark": one.chosen.mark,
                "class": voice.text(one.chosen.titles),
                "reasons": voice.text(one.reasons),
            }
    return None
