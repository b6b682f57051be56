"""The evaluation of a year: every measure with its class and why, and the rule for all of them."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from todoke.faces.public.progress.edition import Edition, newest_edition
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.voice import Voice
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.queries.rounds import PublishedYear, published_evaluations, published_years


@require_safe
def evaluation(request: HttpRequest, year: int) -> HttpResponse:
    """Of the newest policy; a year that was not published does not exist."""
    edition = newest_edition()
    found = published_evaluations(edition.policy.id, year) if edition else None
    if edition is None or found is None:
        raise NotFoundError
    return page(request, "evaluation.html", edition, lambda voice: _context(edition, found, voice))


def _context(edition: Edition, found: PublishedYear, voice: Voice) -> dict[str, Any]:
    policy = edition.policy
    names = {one.function: voice.text(one.name) for one in policy.departments}
    count = Counter(one.chosen.id for one in found.measures)
    pillar_of = {field.id: field.pillar for field in policy.fields}
    rows = [
        {
            "pillar": pillar_of[one.measure.field],
            "id": one.measure.id,
            "title": voice.text(one.measure.titles),
            "owner": names.get(one.measure.owner, ""),
            "mark": one.chosen.mark,
            "class": voice.text(one.chosen.titles),
            "reasons": voice.text(one.reasons),
        }
        for one in found.measures
    ]
    return {
        "heading": voice.say("evaluation_title", year=found.year),
        "classes": [
            {"mark": one.mark, "title": voice.text(one.titles), "count": count[one.id]}
            for one in policy.classes
            if count[one.id]
        ],
        "pillars": [
            {"title": voice.text(pillar.titles), "rows": mine}
            for pillar in policy.pillars
            if (mine := [row for row in rows if row["pillar"] == pillar.id])
        ],
        "years": [
            {"year": year, "title": voice.say("evaluation_of", year=year)}
            for year in published_years(policy.id)
            if year != found.year
        ],
    }
