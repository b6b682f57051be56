"""The reader's language: what they chose, else what their browser asks for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE = "todoke-language"
EASY = "easy"
"""やさしい日本語: not a language of its own, but texts that a pack may give beside the Japanese ones."""

LANGUAGE_NAMES = {
    "ja": "日本語",
    "easy": "やさしい日本語",
    "en": "English",
    "zh-hans": "简体中文",
    "zh-hant": "繁體中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
}
"""What the languages of messages are called in themselves."""

ENGLISH_INSTEAD = frozenset({"zh-hans", "zh-hant", "ko", "vi"})
"""What is said in a danger is said in these too; their readers find the rest in English."""


class LanguageMiddleware:
    """Activates the language; ``request.reading`` is ja, en or easy.

    ``request.chosen`` is what the reader chose, '' when nothing: one of the seven languages of warnings, easy as EASY.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(COOKIE, "")
        request.chosen = chosen  # type: ignore[attr-defined]
        reading = "en" if chosen in ENGLISH_INSTEAD else chosen or _asked_for(request)
        if reading not in {EASY, *(code for code, _ in settings.LANGUAGES)}:
            reading = settings.LANGUAGE_CODE
        request.reading = reading  # type: ignore[attr-defined]
        with translation.override("ja" if reading == EASY else reading):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "ja")
        return response


def _asked_for(request: HttpRequest) -> str:
    for language, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(language)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
