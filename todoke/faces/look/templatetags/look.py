"""Template tags of the look: icons, phrases, dates in words."""

import re
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import budoux
from django import template
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from todoke.exchange.messages.wordings import TAGS
from todoke.faces.look.icons import ICONS
from todoke.kernel import clock
from todoke.kernel.calendar import open_days_between
from todoke.registry.catalogue.types import Texts, in_language
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.keys import KEYS, label_of

register = template.Library()
_WEEKDAYS = "月火水木金土日"


@cache
def _parser() -> Any:
    return budoux.load_default_japanese_parser()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """The icon ``name``, hidden from screen readers: words stand beside it."""
    small = " icon-small" if size == "small" else ""
    shape = mark_safe(ICONS[name])  # noqa: S308 - our own drawing
    return format_html('<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', small, shape)


@register.filter
def phrases(text: object) -> SafeString:
    """The text with break opportunities between phrases of Japanese (for headings and single sentences)."""
    return mark_safe("<wbr>".join(escape(part) for part in phrases_of(str(text))))  # noqa: S308 - each part is escaped


@lru_cache(maxsize=4096)
def phrases_of(text: str) -> tuple[str, ...]:
    """The parts of a text between which a line may end."""
    return (text,) if text.isascii() else tuple(_parser().parse(text))


_READING = re.compile("([一-龠々〆ヶ]+)（([ぁ-ゖー]+)）")


@register.filter
def tag(language: str) -> str:
    """What a page's ``lang`` calls a language of ours."""
    return TAGS.get(language, language)


@register.filter
def ruby(text: object) -> SafeString:
    """A reading in brackets after characters, as easy Japanese has it, stands above them instead."""
    above = r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>"
    return mark_safe(_READING.sub(above, escape(str(text))))  # noqa: S308 - escaped before


@register.filter
def flow(text: object) -> SafeString:
    """``phrases``, or where there are readings ``ruby``: such texts have spaces to break at."""
    return ruby(text) if _READING.search(str(text)) else phrases(text)


@register.filter
def unruby(text: object) -> str:
    """Without readings, where nothing can stand above characters and there is little room."""
    return _READING.sub(r"\1", str(text))


def _english() -> bool:
    return translation.get_language() == "en"


def _day(value: date | datetime) -> date:
    return value.astimezone(clock.JAPAN).date() if isinstance(value, datetime) else value


@register.filter
def jdate(value: date | datetime) -> SafeString:
    """12月1日（火）, with the year where it is another one than today's."""
    day = _day(value)
    year = "" if day.year == clock.today().year else str(day.year)
    if _english():
        words = f"{day:%a} {day.day} {day:%b} {year}".strip()
    else:
        words = f"{year + '年' if year else ''}{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"
    return format_html('<span class="nowrap">{}</span>', words)


@register.filter
def jtime(value: datetime) -> SafeString:
    """今日 9:12, or 11月16日 21:40."""
    moment = value.astimezone(clock.JAPAN)
    time = f"{moment.hour}:{moment.minute:02}"
    if moment.date() == clock.today():
        day = _("今日")
    else:
        day = f"{moment.day} {moment:%b}" if _english() else f"{moment.month}月{moment.day}日"
        if moment.year != clock.today().year:
            day = f"{day} {moment.year}" if _english() else f"{moment.year}年{day}"
    return format_html('<span class="nowrap"><time datetime="{}">{} {}</time></span>', moment.isoformat(), day, time)


@register.filter
def short_date(value: date | datetime) -> str:
    """11/24."""
    day = _day(value)
    return f"{day.month}/{day.day}"


@register.filter
def era_date(value: object) -> str:
    """2024年6月8日（令和6年）; as it is where it is no date."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if _english():
        return f"{day.day} {day:%B} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日{era_of(day)}"


def era_of(day: date) -> str:
    """（令和6年）: the eras since 1868, each from its first day."""
    eras = (
        (date(2019, 5, 1), "令和"),
        (date(1989, 1, 8), "平成"),
        (date(1926, 12, 25), "昭和"),
        (date(1912, 7, 30), "大正"),
    )
    for first, name in eras:
        if day >= first:
            year = day.year - first.year + 1
            return f"（{name}{'元' if year == 1 else year}年）"
    return ""


@register.filter
def left(value: date) -> str:
    """1日超過, 本日, あと3日, in days of the calendar."""
    days = (value - clock.today()).days
    if days < 0:
        return _("{days}日超過").format(days=-days)
    return _("本日") if days == 0 else _("あと{days}日").format(days=days)


@register.filter
def open_days_left(value: date) -> int:
    """Days on which the office is open, up to that day."""
    return open_days_between(clock.today(), value)


@register.filter
def overdue(value: date) -> bool:
    """Whether the day has passed, or is today."""
    return value <= clock.today()


@register.simple_tag(takes_context=True)
def words(context: template.Context, texts: Texts) -> str:
    """A pack's text in the reader's language."""
    return in_language(texts, str(context.get("language", "ja")))


@register.simple_tag(name="office_name")
def _office_name(office: Organisation | None) -> str:
    """An office with what it is a part of, in the reader's language."""
    return office_name(office, "en" if _english() else "ja") if office else ""


@register.simple_tag
def source_chip(source: str, detail: str = "", since: date | None = None) -> SafeString:
    """Where a value comes from, and when it was learnt: solid for registers, dashed for what the person said."""
    names = {
        "register": _("住民基本台帳"),
        "card": _("マイナンバーカード"),
        "office": _("役所の決定"),
        "self": _("あなたが入力"),
    }
    name = _("前回の申請") if source == "self" and detail else names[source]
    kind = "source-self" if source == "self" else "source-register"
    drawing = icon("saved" if source == "self" else "register", "small")
    when = format_html(_("（{}）"), jdate(since)) if since else ""
    return format_html('<span class="source {}">{}{}{}</span>', kind, drawing, name, when)


@register.simple_tag
def fact_label(key: str) -> str:
    """The name of a fact."""
    return label_of(key) if key in KEYS else key


@register.filter
def thousands(value: int) -> str:
    """1,234,567."""
    return f"{value:,}"


@register.filter
def paragraphs(text: str) -> list[str]:
    """Parts that an empty line divides."""
    return text.split("\n\n")


@register.filter
def get(mapping: Any, key: str) -> Any:
    """A value by key."""
    return mapping.get(key, "")
