"""A yes-or-no fact as a statement: 公務員かどうか becomes 公務員である and 公務員ではない."""

import re

from django.utils.translation import gettext as _

from todoke.kernel.rules.words.names import in_japanese

_ASKED = re.compile(r"(?:かどうか|か)?[？?]?$")
_POLITE = (
    ("ています", "ている"),
    ("でいます", "でいる"),
    ("があります", "がある"),
    ("がいます", "がいる"),
    ("です", ""),
)
_CONTRARY = (
    ("ている", "ていない"),
    ("でいる", "でいない"),
    ("がある", "がない"),
    ("がいる", "がいない"),
    ("できる", "できない"),
    ("である", "ではない"),
    ("する", "しない"),
    ("がない", "がある"),
    ("いない", "いる"),
)
_ENDS_IN_VERB = re.compile("[うくぐすつぬぶむるたい]$")
_NOUNS_LIKE_VERBS = ("お祝い", "扱い", "支払い", "住まい", "障がい")


def statement(label: str, *, positive: bool) -> str:
    """What ``label``, the name of a fact that is true or false, says; ``positive``: that it is true."""
    if not in_japanese():
        fact = label[:1].upper() + label[1:]
        return (_("「{fact}」にあてはまる") if positive else _("「{fact}」にあてはまらない")).format(fact=fact)
    said = _ASKED.sub("", label, count=1)
    for polite, plain in _POLITE:
        if said.endswith(polite):
            said = said.removesuffix(polite) + plain
    for ending, contrary in _CONTRARY:
        if said.endswith(ending):
            return said if positive else said.removesuffix(ending) + contrary
    if ends_in_verb(said):
        return said if positive else _("「{fact}」にあてはまらない").format(fact=said)
    return (_("{fact}である") if positive else _("{fact}ではない")).format(fact=said)


def ends_in_verb(text: str) -> bool:
    """Whether Japanese words are a statement by themselves (持っていない), not a noun."""
    return bool(_ENDS_IN_VERB.search(text)) and not text.endswith(_NOUNS_LIKE_VERBS)
