"""Charts as files, and the picture that a link shows where it is shared."""

import json
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from todoke.faces.charts.drawing import Drawing
from todoke.faces.charts.line import line_chart
from todoke.faces.charts.png import card_png, png_of
from todoke.faces.public.progress.edition import Edition, edition_with, newest_edition
from todoke.faces.public.progress.indicators import stand_of
from todoke.faces.public.progress.overview import card_facts
from todoke.faces.public.progress.voice import LANGUAGES, Voice, voice, voice_for
from todoke.kernel.errors import NotFoundError
from todoke.registry.places.prefectures import prefecture

FORMS = ("svg", "png")
SECONDS = 600
"""How long a cache may keep a picture without asking."""


@require_safe
def chart(request: HttpRequest, indicator_id: str, form: str) -> HttpResponse:
    """The line of an indicator."""
    edition = edition_with(indicator=indicator_id)
    if edition is None or form not in FORMS:
        raise NotFoundError
    words = voice_for(request)
    stand = stand_of(edition, indicator_id, words)
    drawing = line_chart([stand.series], stand.labels, wide=True)
    return picture(drawing, form, source_line(edition, words), indicator_id)


@require_safe
def card(request: HttpRequest, language: str) -> HttpResponse:
    """The first page's sentence in large type, 1200 by 630."""
    edition = newest_edition()
    if edition is None or language not in LANGUAGES:
        raise NotFoundError
    facts = json.dumps(card_facts(edition, voice(language)), ensure_ascii=False)
    etag = quote_etag(sha256(facts.encode()).hexdigest()[:32])
    if known := get_conditional_response(request, etag=etag):
        return known
    response = HttpResponse(card_png(facts), content_type="image/png")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    return response


def source_line(edition: Edition, words: Voice) -> str:
    """Who says it, and as of when: below a picture that travels alone."""
    ours = prefecture(settings.PREFECTURE)
    line = words.plain(
        "source_line",
        prefecture=ours.name if words.japanese else ours.name_en,
        policy=words.text(edition.policy.titles),
        on=words.day(edition.through) if edition.through else "",
        licence=edition.policy.licence,
    )
    return f"{line} {words.plain('sample_short')}" if settings.DEMONSTRATION else line


def picture(drawing: Drawing, form: str, source: str, name: str) -> HttpResponse:
    """``form``: svg or png."""
    made = drawing.standalone(source)
    content = png_of(made) if form == "png" else made.encode()
    response = HttpResponse(content, content_type="image/png" if form == "png" else "image/svg+xml")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{form}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
