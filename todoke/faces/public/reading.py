"""In which of the seven languages a reader is spoken to, and the words of the pages in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

from todoke.exchange.messages.types import LANGUAGES
from todoke.exchange.messages.wordings import TAGS, languages_for
from todoke.faces.language import COOKIE, EASY
from todoke.loops.reach.plans import common

WORDS = Path(__file__).parent / "words"
EASY_JAPANESE = next(language for language in LANGUAGES if language.endswith(EASY))
_SPOKEN = {
    EASY: EASY_JAPANESE,
    "zh": "zh-hans",
    "zh-cn": "zh-hans",
    "zh-sg": "zh-hans",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
    "zh-mo": "zh-hant",
}
"""How browsers and links call a language, where it is not its own name here."""


@dataclass(frozen=True)
class Reading:
    """A language with its words: ``words`` of the public pages, ``page`` of messages."""

    language: str
    words: Mapping[str, Any]
    page: Mapping[str, str]

    @property
    def tag(self) -> str:
        """For ``lang``."""
        return TAGS.get(self.language, self.language)

    @property
    def japanese(self) -> bool:
        """Whether its reader reads names of places as they are written here."""
        return self.tag == "ja"

    @property
    def han(self) -> bool:
        """Whether its reader reads characters."""
        return self.tag.startswith(("ja", "zh"))

    @property
    def easy(self) -> bool:
        """Whether it is やさしい日本語, which has readings beside its characters."""
        return self.language == EASY_JAPANESE

    def say(self, key: str, **gaps: object) -> str:
        """A sentence of the public pages with its gaps filled."""
        return str(self.words[key]).format(**gaps)


@cache
def reading(language: str) -> Reading:
    """The words of a language; what it lacks is there in the nearest that has it."""
    words: dict[str, Any] = {}
    page: dict[str, str] = {}
    for one in dict.fromkeys(("ja", *reversed(languages_for(language)))):
        words |= yaml.safe_load((WORDS / f"{EASY if one == EASY_JAPANESE else one}.yaml").read_text())
        page |= common().get(one, {}).get("page", {})
    return Reading(language, words, page)


def choices(request: HttpRequest, chosen: Reading) -> list[dict[str, Any]]:
    """Every language by its own name, with the link that chooses it."""
    found = []
    for language in LANGUAGES:
        query = request.GET.copy()
        query["lang"] = language
        one = reading(language)
        name = common().get(language, {}).get("name", one.words["site"])
        found.append(
            {
                "language": language,
                "name": name,
                "tag": one.tag,
                "href": f"?{query.urlencode()}",
                "now": language == chosen.language,
            }
        )
    return found


def chosen_by(request: HttpRequest, own: str = "") -> Reading:
    """The link's language, else what the reader chose before, else their ``own``, else what their browser asks for."""
    cookie = request.COOKIES.get(COOKIE, "")
    wanted = spoken(request.GET.get("lang", "")) or spoken(cookie) or spoken(own)
    return reading(wanted or _asked_for(request))


def spoken(name: str) -> str:
    """Which of the seven a name means; '' for none."""
    name = name.lower().replace("_", "-")
    if name in LANGUAGES:
        return name
    return _SPOKEN.get(name, "")


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """What a link chose holds for the next pages too."""
    language = spoken(request.GET.get("lang", ""))
    if language:
        kept = EASY if language == EASY_JAPANESE else language
        response.set_cookie(
            COOKIE, kept, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SECURE, httponly=True
        )


def _asked_for(request: HttpRequest) -> str:
    for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for name in (wanted, *(["zh-hant"] if wanted.startswith("zh-hant") else []), wanted.split("-")[0]):
            if language := spoken(name):
                return language
    return "ja"
