"""Answers in words and numbers."""

import re
from decimal import Decimal as Exact
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from todoke.capabilities.forms.questions.kind import Raw, Typed
from todoke.capabilities.forms.types import Question
from todoke.kernel.text import graphemes, is_katakana, to_halfwidth, to_katakana


class Text(Typed):
    """A line."""

    name: ClassVar[str] = "text"
    longest = 200

    def problem(self, question: Question, value: Any) -> str | None:
        """Too long, or signs that cannot be printed."""
        longest = int(question.settings.get("max_length", self.longest))
        if not isinstance(value, str):
            return _("入力し直してください。")
        if "\x00" in value or any(ord(c) < 32 and c not in "\n\t" for c in value):
            return _("使えない文字が入っています。入力し直してください。")
        if (count := graphemes(value)) > longest:
            return _("{count}文字あります。{longest}文字までにしてください。").format(count=count, longest=longest)
        return None


class TextArea(Text):
    """Several lines."""

    name = "textarea"
    longest = 2000


class Kana(Text):
    """A reading in katakana; hiragana and half width are turned into it."""

    name = "kana"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """In full-width katakana."""
        return to_katakana(super().parse(question, field, raw))

    def problem(self, question: Question, value: Any) -> str | None:
        """Anything but kana."""
        if problem := super().problem(question, value):
            return problem
        return None if is_katakana(value) else _("カタカナで入れてください。例：ミホン ハナコ")


class Email(Text):
    """An address of e-mail."""

    name = "email"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """In half width."""
        return to_halfwidth(super().parse(question, field, raw))

    def problem(self, question: Question, value: Any) -> str | None:
        """Not an address."""
        try:
            validate_email(value)
        except ValidationError:
            return _("メールアドレスの形になっていません。例：hanako@example.jp")
        return None


class Phone(Text):
    """A Japanese telephone number, kept as digits."""

    name = "phone"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Without hyphens, spaces and brackets."""
        typed = to_halfwidth(super().parse(question, field, raw))
        digits = re.sub(r"[-‐−–ー()\s]", "", typed)
        return digits if digits.isdigit() else typed

    def problem(self, question: Question, value: Any) -> str | None:
        """Not 10 or 11 digits that begin with 0 (電気通信番号規則)."""
        if isinstance(value, str) and re.fullmatch(r"0\d{9,10}", value):
            return None
        return _("0から始まる10桁か11桁の電話番号を入れてください。例：0225000000")


class Number(Typed):
    """A whole number."""

    name: ClassVar[str] = "number"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Full-width digits and thousands' commas are fine."""
        typed = to_halfwidth(super().parse(question, field, raw)).replace(",", "")
        return int(typed) if re.fullmatch(r"-?\d{1,15}", typed) else typed

    def problem(self, question: Question, value: Any) -> str | None:
        """No number, or one outside the bounds."""
        if type(value) is not int:
            return _("数字で入れてください。例：120")
        low, high = question.settings.get("min", 0), question.settings.get("max", 10**12)
        if not low <= value <= high:
            return _("{low}から{high}までの数字を入れてください。").format(low=low, high=high)
        return None

    def present(self, question: Question, value: Any, reading: str) -> str:
        """With its unit."""
        unit = question.settings.get("unit", {})
        word = unit.get(reading) or unit.get("ja", "")
        gap = " " if word and word.isascii() else ""
        return f"{value:,}{gap}{word}" if type(value) is int else str(value)


class Decimal(Typed):
    """A number with ``decimals`` places, kept as a whole number of its smallest parts: 23.5 with one place is 235.

    Rules and the bounds ``min`` and ``max`` count in these parts too, so that nothing is rounded.
    """

    name: ClassVar[str] = "decimal"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Full-width digits and thousands' commas are fine; more places than asked for stay as typed."""
        typed = to_halfwidth(super().parse(question, field, raw)).replace(",", "")
        found = re.fullmatch(r"(-?)(\d{1,12})(?:\.(\d+))?", typed)
        if found is None or len((found[3] or "").rstrip("0")) > _places(question):
            return typed
        return int(f"{found[1]}{found[2]}{(found[3] or '')[: _places(question)].ljust(_places(question), '0')}")

    def problem(self, question: Question, value: Any) -> str | None:
        """No number, too many places, or outside the bounds."""
        places = _places(question)
        if type(value) is not int:
            if places:
                return _("数字で入れてください。小数は{places}桁までです。例：{example}").format(
                    places=places, example=f"{Exact(235).scaleb(-1):.{places}f}"
                )
            return _("数字で入れてください。例：120")
        low, high = question.settings.get("min", 0), question.settings.get("max", 10**14)
        if not low <= value <= high:
            return _("{low}から{high}までの数字を入れてください。").format(
                low=_exact(question, low), high=_exact(question, high)
            )
        return None

    def typed(self, question: Question, value: Any) -> Any:
        """As one writes it, without thousands' commas."""
        return str(exact_value(question, value)) if type(value) is int else value

    def present(self, question: Question, value: Any, reading: str) -> str:
        """With its unit."""
        unit = question.settings.get("unit", {})
        word = unit.get(reading) or unit.get("ja", "")
        gap = " " if word.isascii() and word not in {"", "%"} else ""
        return f"{_exact(question, value)}{gap}{word}" if type(value) is int else str(value)


def exact_value(question: Question, value: int) -> Exact:
    """What an answer to a ``decimal`` question stands for."""
    return Exact(value).scaleb(-_places(question))


def _places(question: Question) -> int:
    return int(question.settings.get("decimals", 0))


def _exact(question: Question, value: int) -> str:
    return f"{exact_value(question, value):,.{_places(question)}f}"
