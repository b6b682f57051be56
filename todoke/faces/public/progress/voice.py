"""How the pages of progress speak: in Japanese, easy Japanese or English, with figures and days in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from todoke.faces.look.templatetags.look import flow, unruby
from todoke.faces.public.reading import Reading, chosen_by, reading
from todoke.loops.improve.types import Indicator
from todoke.registry.catalogue.types import Texts, in_language
from todoke.registry.places.models import Municipality

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("ja", "easy", "en")
TEN = 10
_PRIVATE = 0xE000
"""Characters that no text has hold the places of figures while it is broken into phrases."""


@dataclass(frozen=True)
class Voice:
    """``language`` is ja, easy or en; ``reading`` has the words of the pages' frame."""

    language: str
    reading: Reading
    words: Mapping[str, Any]

    @property
    def japanese(self) -> bool:
        """Whether dates and names are written as here."""
        return self.language != "en"

    def text(self, texts: Texts) -> str:
        """A text of the policy."""
        return in_language(texts, self.language)

    def say(self, key: str, **gaps: object) -> str:
        """A sentence with its gaps filled."""
        return str(self.words[key]).format(**gaps)

    def plain(self, key: str, **gaps: object) -> str:
        """The same without readings, where nothing can stand above characters."""
        return unruby(self.say(key, **gaps))

    def things(self, count: int) -> str:
        """9つ, 12."""
        return self._things(count).format(n=count)

    def _things(self, count: int) -> str:
        return str(self.words["things"][0 if count < TEN else 1])

    def number(self, value: Decimal | float, decimals: int) -> str:
        """1,040 or 41.2."""
        exact = value if isinstance(value, Decimal) else Decimal(str(round(value, 6)))
        return f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"

    def unit(self, indicator: Indicator) -> str:
        """万人."""
        return self.text(indicator.unit)

    def amount(self, indicator: Indicator, value: Decimal) -> str:
        """41.2万人, 41.2 firms."""
        unit = unruby(self.unit(indicator))
        between = "" if self.japanese or unit == "%" else " "
        return f"{self.number(value, indicator.decimals)}{between}{unit}"

    def goal(self, indicator: Indicator, value: Decimal) -> str:
        """60万人, 0.5トン: what was set has no more digits than it needs."""
        digits = max(0, -int(str(value.normalize().as_tuple().exponent)))
        unit = unruby(self.unit(indicator))
        between = "" if self.japanese or unit == "%" else " "
        return f"{self.number(value, min(digits, indicator.decimals))}{between}{unit}"

    def day(self, day: date) -> str:
        """2026年9月末: figures stand at the end of a month."""
        return self.say("end_of", year=day.year, month=day.month, name=f"{day:%B}")

    def short_day(self, day: date) -> str:
        """2026.9."""
        return f"{day.year}.{day.month}"

    def on(self, day: date) -> str:
        """2026年10月5日."""
        return self.say("on_day", year=day.year, month=day.month, day=day.day, name=f"{day:%B}")

    def place(self, municipality: Municipality) -> str:
        """石巻市, Ishinomaki."""
        return municipality.name if self.japanese else municipality.name_en.split(" City")[0]

    def counted(self, key: str, large: Mapping[str, int], small: Mapping[str, int] | None = None) -> SafeString:
        """A sentence of counts of which the large ones stand out.

        A text names a count as {well}, or as {well_things} with the word that Japanese puts after it.
        """
        counts = {**large, **(small or {})}
        marks = {
            name: chr(_PRIVATE + number) if name in large else str(counts[name]) for number, name in enumerate(counts)
        }
        things = {f"{name}_things": self._things(counts[name]).format(n=mark) for name, mark in marks.items()}
        made = str(flow(self.say(key, **marks, **things)))
        for name, count in large.items():
            made = made.replace(marks[name], f'<b class="figure">{count}</b>')
        return mark_safe(made)  # noqa: S308 - escaped by flow


@cache
def voice(language: str) -> Voice:
    """One of LANGUAGES."""
    return Voice(language, reading(language), yaml.safe_load((WORDS / f"{language}.yaml").read_text()))


def voice_for(request: HttpRequest) -> Voice:
    """The reader's; who reads none of the three is answered in English."""
    chosen = chosen_by(request, own=str(getattr(request, "reading", "ja")))
    return voice(chosen.language if chosen.language in LANGUAGES else "en")
