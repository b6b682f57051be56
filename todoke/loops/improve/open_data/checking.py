"""Values of standard data sets: put into the form that the definition asks for, or refused with what is wrong."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils.translation import gettext as _

from todoke.loops.improve.open_data.layouts import Item
from todoke.loops.improve.open_data.types import ColumnType
from todoke.registry.places.adapters.shelter_files import NO, YES, check_digit, five_digits

LONGEST = 4000
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA_DATE = re.compile(r"(令和|平成|昭和|R|H|S)(元|\d{1,2})[年.](\d{1,2})[月.](\d{1,2})日?")
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_TIME = re.compile(r"(\d{1,2})[:時](\d{1,2})?(?::\d{2}|分)?")
_WHOLE = re.compile(r"約?(-?[0-9,]+)(?:\.0+)?[人名円]?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HAS = {"有": "有", "あり": "有", "有り": "有", "無": "無", "なし": "無", "無し": "無"}
_DEGREES = {"緯度": (20, 46), "経度": (122, 154)}
_GOVERNMENTS = frozenset({"全国地方公共団体コード", "所在地_全国地方公共団体コード", "市区町村コード"})


class BadValueError(ValueError):
    """What is wrong with a value, in words."""


def checked(item: Item, given: str) -> str:
    """The value as the definition writes it; '' for nothing. Raises BadValueError."""
    value = given.strip()
    if _CONTROL.search(value):
        raise BadValueError(_("使えない文字があります"))
    if len(value) > LONGEST:
        raise BadValueError(_("長すぎます（{most}文字まで）").format(most=LONGEST))
    if value.startswith(("=", "@")):
        raise BadValueError(_("表計算の式として読まれます"))
    if item.type is not ColumnType.TEXT:
        value = unicodedata.normalize("NFKC", value).strip()
    if not value and item.type is not ColumnType.FLAG:
        if item.required:
            raise BadValueError(_("値がありません"))
        return ""
    if item.choices:
        return _choice(item, value)
    reader = _READERS.get(item.type)
    return reader(item, value) if reader else value


def _choice(item: Item, value: str) -> str:
    if value in item.choices:
        return value
    plainly = unicodedata.normalize("NFKC", value).strip().lower()
    meant = _HAS.get(plainly) or ("有" if plainly in YES else "無" if plainly in NO else "")
    if meant not in item.choices:
        raise BadValueError(_("{choices} のどれかです").format(choices="、".join(item.choices)))
    return meant


def _code(item: Item, value: str) -> str:
    if item.name in _GOVERNMENTS:
        try:
            five = five_digits(value, settings.PREFECTURE)
        except ValueError:
            raise BadValueError(_("全国地方公共団体コードではありません（検査数字が合いません）")) from None
        return five + check_digit(five)
    digits = value.replace("-", "").removeprefix("〒").removesuffix(".0").strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise BadValueError(_("数字ではありません"))
    if item.name == "郵便番号":
        if not 6 <= len(digits) <= 7:
            raise BadValueError(_("7けたではありません"))
        return digits.zfill(7)
    if item.name == "法人番号" and (len(digits) != 13 or _corporate_check(digits[1:]) != digits[0]):
        raise BadValueError(_("法人番号ではありません（検査数字が合いません）"))
    return digits


def _corporate_check(digits: str) -> str:
    """法人番号の指定等に関する省令2条."""
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(digits)))
    return str(9 - total % 9)


def _number(item: Item, value: str) -> str:
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        raise BadValueError(_("数ではありません")) from None
    if not number.is_finite() or abs(number) > 10**12:
        raise BadValueError(_("数ではありません"))
    if item.name in _DEGREES:
        least, most = _DEGREES[item.name]
        if not least <= number <= most:
            raise BadValueError(_("日本の中ではありません（緯度と経度が逆ではありませんか）"))
    return f"{number:f}"


def _whole(_item: Item, value: str) -> str:
    found = _WHOLE.fullmatch(value)
    if found is None or not 0 <= int(found[1].replace(",", "") or "-1") <= 10**9:
        raise BadValueError(_("0以上の整数ではありません"))
    return str(int(found[1].replace(",", "")))


def _date(_item: Item, value: str) -> str:
    try:
        if found := _DATE.fullmatch(value):
            return date(*(int(part) for part in found.groups())).isoformat()
        if found := _ERA_DATE.fullmatch(value):
            era, year, month, day = found.groups()
            return date(_ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day)).isoformat()
    except ValueError:
        pass
    raise BadValueError(_("日付ではありません（2026-04-01 のように）"))


def _time(_item: Item, value: str) -> str:
    found = _TIME.fullmatch(value)
    try:
        if found:
            hour, minute = int(found[1]), int(found[2] or 0)
            return "24:00" if (hour, minute) == (24, 0) else f"{time(hour, minute):%H:%M}"
    except ValueError:
        pass
    raise BadValueError(_("時刻ではありません（09:30 のように）"))


def _flag(_item: Item, value: str) -> str:
    plainly = value.lower()
    if plainly in YES:
        return "1"
    if plainly in NO:
        return ""
    raise BadValueError(_("1 か空ではありません"))


def _url(_item: Item, value: str) -> str:
    for one in value.split(";"):
        if not one.strip().lower().startswith(("https://", "http://")) or re.search(r"\s", one.strip()):
            raise BadValueError(_("https:// で始まるURLではありません"))
    return value


_READERS: dict[ColumnType, Callable[[Item, str], str]] = {
    ColumnType.CODE: _code,
    ColumnType.NUMBER: _number,
    ColumnType.INTEGER: _whole,
    ColumnType.DATE: _date,
    ColumnType.TIME: _time,
    ColumnType.FLAG: _flag,
    ColumnType.URL: _url,
}
