"""The keys of facts, each with its label."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from todoke.registry.people.types import KnownFact
from todoke.registry.places.queries import municipalities

LABELS = {
    "name": gettext_noop("名前"),
    "name_kana": gettext_noop("名前の読み"),
    "birth_date": gettext_noop("生まれた日"),
    "gender": gettext_noop("性別"),
    "address.municipality": gettext_noop("住んでいる市町村"),
    "address.postal_code": gettext_noop("郵便番号"),
    "address.full": gettext_noop("住所"),
    "household.children": gettext_noop("お子さん"),
    "household.spouse": gettext_noop("配偶者"),
    "contact.phone": gettext_noop("電話番号"),
    "work.employer": gettext_noop("勤め先"),
}


def label_of(key: str) -> str:
    """The key in words. Raises KeyError for a key that is not declared."""
    return _(LABELS[key])


def in_words(fact: KnownFact) -> str:
    """The value as its subject reads it."""
    if fact.key == "gender":
        return {"1": _("男"), "2": _("女")}.get(str(fact.value), _("わかりません"))
    if fact.key == "address.municipality":
        return next((m.name for m in municipalities() if m.code == fact.value), str(fact.value))
    if fact.key == "household.children":
        return "、".join(child["name"] for child in fact.value) or _("いません")
    if fact.key == "household.spouse":
        return str(fact.value["name"])
    if fact.key == "birth_date":
        born = date.fromisoformat(fact.value)
        return _("{year}年{month}月{day}日").format(year=born.year, month=born.month, day=born.day)
    return str(fact.value)
