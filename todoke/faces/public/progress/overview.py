"""The first page: what was promised, and how far it is, in ten seconds."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from todoke.faces.look.templatetags.look import phrases_of, unruby
from todoke.faces.public.progress.by_place import PlaceMap, place_map_of, town_of
from todoke.faces.public.progress.edition import Edition, newest_edition
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.standings import Stand, stands
from todoke.faces.public.progress.voice import Voice
from todoke.loops.improve.periods import end_of_quarter
from todoke.loops.improve.queries.figures import released
from todoke.loops.improve.queries.reports import effects
from todoke.loops.improve.standing import State
from todoke.loops.improve.types import Indicator, Policy
from todoke.registry.catalogue.types import Texts
from todoke.registry.places.queries import municipalities

HALF = range(48, 53)
"""Percent of the plan's time that are called its half."""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Of the policy with the newest period."""
    edition = newest_edition()
    if edition is None:
        return page(request, "nothing.html", None, lambda _voice: {})
    found = edition
    return page(request, "overview.html", found, lambda voice: _context(found, voice, town_of(request)))


def _context(edition: Edition, voice: Voice, town: str) -> dict[str, Any]:
    policy = edition.policy
    known = stands(policy, released(policy.id), voice)
    first = [known[one.id] for one in policy.indicators if one.headline]
    pillars = [
        {
            "title": voice.text(pillar.titles),
            "lead": voice.text(pillar.lead),
            "stands": (mine := [one for one in first if policy.pillar_of(one.indicator) == pillar.id]),
            "count": voice.counted(
                "pillar_count", {"well": sum(one.standing.is_well for one in mine)}, {"all": len(mine)}
            ),
        }
        for pillar in policy.pillars
    ]
    squares = [one for pillar in pillars for one in pillar["stands"]]
    return {
        "headline": headline(first, voice),
        "counts": counts(first, voice),
        "facts": facts(edition, voice),
        "squares": squares,
        "pillars": pillars,
        "bar_note": voice.say("bar_note", **_note(first, edition, voice)),
        "reasons": _reasons(policy, first, effects(policy.id), voice),
        "all_link": voice.say("all_indicators", count=voice.things(len(policy.indicators))),
        "card": {
            "title": voice.plain("card_title", title=voice.text(policy.titles)),
            "words": headline_words(first, voice),
            "picture": reverse("public:progress-card", args=[voice.language]),
        },
        "map": _map(policy, voice),
        "towns": (choice := towns(voice, town)),
        "towns_all": voice.say("towns_all", count=len(choice)),
        "evaluation": {
            "year": edition.year,
            "title": voice.say("evaluation_of", year=edition.year),
        }
        if edition.year
        else None,
    }


def _sorts(first: Sequence[Stand]) -> tuple[int, int, int]:
    """On time, late, not known."""
    late = sum(one.is_late for one in first)
    unknown = sum(one.standing.state is State.UNKNOWN for one in first)
    return len(first) - late - unknown, late, unknown


def _headline(first: Sequence[Stand]) -> tuple[str, dict[str, int]]:
    """Which sentence, and the figures in it."""
    well, late, unknown = _sorts(first)
    if unknown == len(first):
        return "headline_none", {"all": len(first)}
    if not late:
        return "headline_well", {"all": len(first) - unknown}
    if not well:
        return "headline_late", {"all": len(first) - unknown}
    return "headline", {"all": len(first) - unknown, "well": well, "late": late}


def headline(first: Sequence[Stand], voice: Voice) -> SafeString:
    """The sentence that says it all, its figures large."""
    key, figures = _headline(first)
    small = {"all": figures["all"]} if len(figures) > 1 else {}
    return voice.counted(key, {name: count for name, count in figures.items() if name not in small}, small)


def headline_words(first: Sequence[Stand], voice: Voice) -> str:
    """The same without marks."""
    key, figures = _headline(first)
    return voice.plain(key, **figures, **_counters(voice, figures))


def _counters(voice: Voice, figures: Mapping[str, int]) -> dict[str, str]:
    return {f"{name}_things": voice.things(count) for name, count in figures.items()}


def counts(first: Sequence[Stand], voice: Voice) -> list[dict[str, Any]]:
    """What the squares show: how many of each."""
    well, late, unknown = _sorts(first)
    rows = (("on-track", "check", well), ("late", "clock", late), ("unknown", "minus", unknown))
    return [
        {"state": state, "icon": icon, "words": voice.words["states"][state], "count": count}
        for state, icon, count in rows
        if count
    ]


def facts(edition: Edition, voice: Voice) -> list[str]:
    """Of when it is, how much of the plan's time is over, when it will be renewed."""
    policy, on = edition.policy, edition.through
    if on is None:
        return [voice.say("period", first=voice.day(policy.begins - timedelta(days=1)), last=voice.day(policy.ends))]
    years = policy.ends.year - policy.begins.year
    share = round((on - policy.begins).days * 100 / (policy.ends - policy.begins).days)
    over = "plan_half" if share in HALF else "plan_over" if share >= 100 else "plan_share"
    following = end_of_quarter(on + timedelta(days=1)) + timedelta(days=1)
    return [
        voice.say("as_of", on=voice.day(on)),
        voice.say(over, years=years, share=share),
        voice.say("next_update", year=following.year, month=following.month, name=f"{following:%B}"),
    ]


def card_facts(edition: Edition, voice: Voice) -> dict[str, Any]:
    """What the picture of the first page shows."""
    policy = edition.policy
    known = stands(policy, released(policy.id), voice)
    first = [known[one.id] for one in policy.indicators if one.headline]
    return {
        "title": voice.plain("card_title", title=voice.text(policy.titles)),
        "headline": phrases_of(headline_words(first, voice)),
        "squares": [one.state for one in first],
        "key": [f"{unruby(one['words'])} {one['count']}" for one in counts(first, voice)],
        "facts": "　".join(unruby(one) for one in facts(edition, voice)[:2]),
        "sample": voice.plain("sample_short") if settings.DEMONSTRATION else "",
        "lang": "ja" if voice.japanese else "en",
    }


def _note(first: Sequence[Stand], edition: Edition, voice: Voice) -> dict[str, str]:
    start = min((one.indicator.baseline.on for one in first), default=edition.policy.begins)
    return {"first": voice.day(start), "on": voice.day(edition.through or start)}


def chosen_for_reasons(policy: Policy, first: Sequence[Stand], texts: Mapping[str, Texts]) -> list[Stand]:
    """One of each pillar, in their order: the one furthest behind of all, the one furthest ahead of another pillar,
    and of the others the one furthest off its path. One whose office said why comes before one without."""
    known = [one for one in first if one.standing.state is not State.UNKNOWN]
    chosen: dict[str, Stand] = {}

    def take(found: Sequence[Stand], key: Any) -> None:
        left = [one for one in found if policy.pillar_of(one.indicator) not in chosen]
        if left:
            best = max(left, key=lambda one: (one.indicator.measure in texts, key(one)))
            chosen[policy.pillar_of(best.indicator)] = best

    take([one for one in known if one.is_late], lambda one: -one.ahead)
    take([one for one in known if not one.is_late], lambda one: one.ahead)
    for pillar in policy.pillars:
        mine = [one for one in known if policy.pillar_of(one.indicator) == pillar.id]
        take(mine, lambda one: abs(one.ahead))
    return [chosen[pillar.id] for pillar in policy.pillars if pillar.id in chosen]


def _reasons(policy: Policy, first: Sequence[Stand], texts: Mapping[str, Texts], voice: Voice) -> list[dict[str, Any]]:
    titles = {pillar.id: voice.text(pillar.titles) for pillar in policy.pillars}
    names = {one.function: voice.text(one.name) for one in policy.departments}
    return [
        {
            "stand": one,
            "pillar": titles[policy.pillar_of(one.indicator)],
            "chart": one.small_chart(),
            "why": voice.text(why) if (why := texts.get(one.indicator.measure)) else "",
            "by": voice.say("why_by", owner=names.get(policy.by_measure[one.indicator.measure].owner, "")),
        }
        for one in chosen_for_reasons(policy, first, texts)
    ]


def map_indicator(policy: Policy) -> Indicator | None:
    """What the map shows first: of the indicators by municipality, one of the first page."""
    municipal = sorted((one for one in policy.indicators if one.municipal), key=lambda one: not one.headline)
    return municipal[0] if municipal else None


def _map(policy: Policy, voice: Voice) -> PlaceMap | None:
    one = map_indicator(policy)
    return place_map_of(policy, one, voice) if one else None


def towns(voice: Voice, chosen: str) -> list[dict[str, Any]]:
    """To choose from."""
    return [{"code": row.code, "name": voice.place(row), "chosen": row.code == chosen} for row in municipalities()]
