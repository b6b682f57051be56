"""The frame of every page of progress; and each page kept as long as nothing that it shows changes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.safestring import mark_safe

from todoke.faces.look.icons import ICONS
from todoke.faces.public.progress.edition import Edition
from todoke.faces.public.progress.voice import LANGUAGES, Voice, voice_for
from todoke.faces.public.reading import choices, remember
from todoke.loops.reach.queries import alarm
from todoke.registry.places.prefectures import prefecture

KEPT, SECONDS = 256, 600
"""Pages in a process, some 12 megabytes; and for how long: names of places and services are no part of an edition."""

_pages: "OrderedDict[tuple[str, ...], _Kept]" = OrderedDict()
SYMBOLS = [(name, mark_safe(ICONS[name])) for name in ("check", "clock", "minus")]  # noqa: S308 - our own drawings
"""Drawn once on a page and used many times."""

Context = Mapping[str, Any]


class _Kept(NamedTuple):
    body: bytes
    etag: str
    until: float


def page(
    request: HttpRequest,
    template: str,
    edition: Edition | None,
    context: Callable[[Voice], Context],
) -> HttpResponse:
    """A page of an edition. ``context`` is asked only where the page is not known yet."""
    voice = voice_for(request)
    stranger = getattr(request, "resident", None) is None and getattr(request, "officer", None) is None
    danger = alarm()
    key = (edition.key if edition else "", voice.language, request.get_full_path(), str(settings.DEMONSTRATION))
    known = _pages.get(key) if stranger and not danger.is_raised else None
    if known is None or known.until < monotonic():
        found = {**frame(request, voice, edition), "raised": danger.is_raised, **context(voice)}
        body = render_to_string(f"public/progress/{template}", found, request).encode()
        known = _Kept(body, quote_etag(sha256(body).hexdigest()[:32]), monotonic() + SECONDS)
        if stranger and not danger.is_raised:
            _keep(key, known)
    response = HttpResponse(known.body)
    response.headers["Content-Language"] = voice.reading.tag
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    remember(request, response)
    if not stranger:
        return response
    response.headers["Cache-Control"] = "no-cache"
    response.headers["ETag"] = known.etag
    if edition and not danger.is_raised:
        response.headers["Last-Modified"] = http_date(edition.changed_at.timestamp())
    return _unless_known(request, response, known.etag)


def _unless_known(request: HttpRequest, response: HttpResponse, etag: str) -> HttpResponse:
    # By the tag alone: a page changes with the program too, of which the time of the release knows nothing.
    if "If-None-Match" not in request.headers:
        return response
    return get_conditional_response(request, etag=etag, response=response) or response


def _keep(key: tuple[str, ...], made: _Kept) -> None:
    _pages[key] = made
    _pages.move_to_end(key)
    while len(_pages) > KEPT:
        _pages.popitem(last=False)


def forget_pages() -> None:
    """For a test or a benchmark: the next page is made anew."""
    _pages.clear()


def frame(request: HttpRequest, voice: Voice, edition: Edition | None) -> dict[str, Any]:
    """What the frame of the public pages and that of progress need."""
    ours = prefecture(settings.PREFECTURE)
    return {
        "prefecture_name": ours.short_name if voice.japanese else ours.short_name_en,
        "prefecture_full_name": ours.name if voice.japanese else ours.name_en,
        "reading": voice.reading,
        "w": voice.reading.words,
        "p": voice.words,
        "voice": voice,
        "area": "progress",
        "symbols": SYMBOLS,
        "languages": [one for one in choices(request, voice.reading) if one["language"] in LANGUAGES],
        "policy": edition.policy if edition else None,
        "policy_title": voice.text(edition.policy.titles) if edition else "",
        "demonstration": settings.DEMONSTRATION,
        "canonical": f"{settings.BASE_URL}{request.path}",
        "base_url": settings.BASE_URL,
    }
