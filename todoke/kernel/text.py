"""Japanese text: kept as given, normalised only to be compared."""

import re
import unicodedata

_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DASHES = re.compile("[‐‑‒–—―−ー－ｰ-]")
_VARIANTS = str.maketrans(
    "髙﨑邊邉齋齊斎濵濱嶋嶌冨澤廣國櫻眞榮惠圓德萬", "高崎辺辺斉斉斉浜浜島島富沢広国桜真栄恵円徳万"
)
"""Forms of one character that registers, cards and people write in turn."""

_KANJI_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_NUMBER_BEFORE_UNIT = re.compile("([〇一二三四五六七八九十]+)(?=丁目|番|号)")
_ADDRESS_UNITS = re.compile("(?<=[0-9])(丁目|番地の|番地|番|号の|号|の)(?=[0-9]|$)")
_KANA = re.compile("[ァ-ヶー・ 　]+")


def to_halfwidth(text: str) -> str:
    """Digits, Latin letters and signs in half width, trimmed; kana and kanji stay as they are."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).replace("　", " ").strip()


def to_katakana(text: str) -> str:
    """Hiragana and half-width kana as katakana."""
    full = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in full).strip()


def is_katakana(text: str) -> bool:
    """Whether a reading is in katakana alone, with spaces and ・."""
    return bool(_KANA.fullmatch(text))


def harmless_cell(text: str) -> str:
    """A cell of a CSV file as text: a spreadsheet would take what begins so for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def graphemes(text: str) -> int:
    """How many characters a reader counts: a base with its selectors or combining marks is one."""
    return sum(1 for c in text if not unicodedata.combining(c) and not _SELECTORS.match(c) and c != "\u200d")


def search_key(text: str) -> str:
    """A name or an address to be compared by, never to be shown.

    Width, case, spaces, variation selectors, common variants of characters, dashes, and the ways of writing
    丁目・番地・号 do not count.
    """
    plain = _SELECTORS.sub("", text)
    plain = unicodedata.normalize("NFKC", plain).translate(_VARIANTS).casefold()
    plain = re.sub(r"\s+", "", plain)
    plain = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    plain = _NUMBER_BEFORE_UNIT.sub(lambda found: str(_kanji_number(found.group())), plain)
    plain = re.sub(f"(?<=[0-9]){_DASHES.pattern}(?=[0-9])", "-", plain)
    plain = _ADDRESS_UNITS.sub("-", plain)
    return plain.rstrip("-")


def _kanji_number(text: str) -> int:
    if "十" not in text:
        return int("".join(str(_KANJI_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[ones] if ones else 0)
