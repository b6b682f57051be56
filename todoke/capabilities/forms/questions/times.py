"""Days and times of day."""

import re
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from todoke.capabilities.forms.questions.kind import Raw, Typed
from todoke.capabilities.forms.types import Question
from todoke.kernel import clock
from todoke.kernel.text import to_halfwidth


class Date(Typed):
    """A day, asked in three fields; kept as YYYY-MM-DD."""

    name: ClassVar[str] = "date"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Year, month and day joined; '' when all three are empty."""
        parts = [to_halfwidth(super(Date, self).parse(question, f"{field}-{part}", raw)) for part in ("y", "m", "d")]
        if not any(parts):
            return ""
        return "-".join([parts[0], *(p.zfill(2) if p.isdigit() else p for p in parts[1:])])

    def problem(self, question: Question, value: Any) -> str | None:
        """No day of the calendar, or outside the bounds ``earliest`` and ``latest`` (a date or ``today``)."""
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
            return _("年は西暦4桁、月と日は数字で入れてください。例：2024年6月8日")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return _("その日付はありません。月と日を確かめてください。")
        if (earliest := _bound(question, "earliest")) and day < earliest:
            return _("{day}以降の日付を入れてください。").format(day=_words(earliest))
        if (latest := _bound(question, "latest")) and day > latest:
            return _("{day}までの日付を入れてください。").format(day=_words(latest))
        return None

    def present(self, question: Question, value: Any, reading: str) -> str:
        """In words."""
        try:
            return _words(date.fromisoformat(value))
        except ValueError:
            return str(value)


def _bound(question: Question, which: str) -> date | None:
    bound = question.settings.get(which)
    if bound is None:
        return None
    return clock.today() if bound == "today" else date.fromisoformat(str(bound))


def _words(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


class Time(Typed):
    """A time of day; 0830, 8:30 and ８時３０分 all mean the same. Kept as HH:MM."""

    name: ClassVar[str] = "time"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """HH:MM, or as typed."""
        typed = to_halfwidth(super().parse(question, field, raw))
        match = re.fullmatch(r"(\d{1,2})[:時](\d{1,2})分?|(\d{1,2})(\d{2})|(\d{1,2})時", typed)
        if match is None:
            return typed
        hour = match[1] or match[3] or match[5]
        return f"{int(hour):02}:{int(match[2] or match[4] or 0):02}"

    def problem(self, question: Question, value: Any) -> str | None:
        """No time of day."""
        match = re.fullmatch(r"(\d{2}):(\d{2})", str(value))
        if match is None or int(match[1]) > 23 or int(match[2]) > 59:
            return _("時刻を24時間の形で入れてください。8時30分なら 0830 です。")
        return None
