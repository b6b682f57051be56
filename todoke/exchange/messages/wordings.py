"""A message's words: its own, or its wording's in its language with the gaps filled."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from todoke.exchange.messages.models import Message, Wording
from todoke.exchange.messages.types import Priority, Text

GAP = re.compile(r"\{(\w+)\}")
NEAREST = {
    "easy": ("easy", "ja"),
    "zh-hans": ("zh-hans", "zh-hant", "en", "ja"),
    "zh-hant": ("zh-hant", "zh-hans", "en", "ja"),
    "ko": ("ko", "en", "ja"),
    "vi": ("vi", "en", "ja"),
    "en": ("en", "ja"),
}
DRILL = {
    "ja": "【訓練】",
    "easy": "【れんしゅう】",
    "en": "[DRILL] ",
    "zh-hans": "【演练】",
    "zh-hant": "【演練】",
    "ko": "[훈련] ",
    "vi": "[DIỄN TẬP] ",
}
TAGS = {"easy": "ja", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}
"""What a page's ``lang`` calls a language, where it differs."""


class Worded(NamedTuple):
    """A wording as it is kept in memory: it does not change, except that it may be stopped."""

    about: str
    sender: str
    priority: Priority
    drill: bool
    spread: bool
    texts: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]


@lru_cache(maxsize=64)
def wording(number: int) -> Worded:
    """The wording of that id."""
    found = Wording.objects.get(pk=number)
    return Worded(
        found.about,
        found.sender,
        Priority(found.priority),
        found.drill,
        found.spread,
        found.texts,
        found.words,
    )


def text_of(message: Message) -> Text:
    """What its reader sees. A drill says so first of all, whoever worded it."""
    if message.wording_id is None:
        short = f"{message.subject}\n{message.body}"
        return Text(message.sender, message.subject, message.body, short, message.language)
    worded = wording(message.wording_id)
    language = next((one for one in languages_for(message.language) if one in worded.texts), "ja")
    text, values = worded.texts[language], json.loads(message.values or "{}")
    subject = _filled(text.get("subject", ""), worded, values, language)
    body = _filled(text.get("body", ""), worded, values, language)
    short = _filled(text.get("short", ""), worded, values, language) or subject
    if worded.drill:
        mark = DRILL[language]
        subject, body, short = (one if one.startswith(mark) else mark + one for one in (subject, body, short))
    return Text(worded.sender, subject, body, short, language)


def languages_for(language: str) -> tuple[str, ...]:
    """That one, and those that its reader reads rather than nothing."""
    return NEAREST.get(language, ("ja",))


def with_words(message: Message) -> Message:
    """The same object, with the words of its wording where it has none of its own; not to be saved."""
    if message.wording_id is not None:
        text, worded = text_of(message), wording(message.wording_id)
        message.subject, message.body, message.sender, message.about = (
            text.subject,
            text.body,
            text.sender,
            worded.about,
        )
        message.language = text.language
    return message


def _filled(text: str, worded: Worded, values: Mapping[str, Any], language: str) -> str:
    pieces = list(_pieces(text))
    for place in range(1, len(pieces), 2):
        name = pieces[place]
        if name not in values:
            pieces[place] = f"{{{name}}}"
            continue
        value = str(values[name])
        by_language = worded.words.get(name, {}).get(value, {})
        pieces[place] = next((by_language[one] for one in languages_for(language) if one in by_language), value)
    return "".join(pieces)


@lru_cache(maxsize=1024)
def _pieces(text: str) -> tuple[str, ...]:
    """Text and the names of gaps, in turn."""
    return tuple(GAP.split(text))


def parts_of(message: Message, language: str) -> tuple[str, dict[str, Any]]:
    """Every part of its wording with the gaps filled, in the language or the nearest there is, and which that is."""
    if message.wording_id is None:
        return message.language, {"subject": message.subject, "body": message.body}
    worded = wording(message.wording_id)
    found = next((one for one in languages_for(language) if one in worded.texts), "ja")
    values = json.loads(message.values or "{}")

    def fill(part: Any) -> Any:
        if isinstance(part, str):
            return _filled(part, worded, values, found)
        if isinstance(part, Mapping):
            return {name: fill(inner) for name, inner in part.items()}
        return [fill(inner) for inner in part]

    return found, {name: fill(part) for name, part in worded.texts[found].items()}
