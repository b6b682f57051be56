"""What the crisis desk calls things: orders, hazards, figures, and reasons to call somebody."""

from django.utils.translation import gettext as _

from todoke.loops.reach.models import Incident
from todoke.loops.reach.types import OrderKind, Variant
from todoke.registry.places.models import Municipality


def order_name(kind: str) -> str:
    """避難指示."""
    return {
        OrderKind.ELDERLY: _("高齢者等避難"),
        OrderKind.EVACUATE: _("避難指示"),
        OrderKind.SECURE: _("緊急安全確保"),
    }[OrderKind(kind)]


def hazard_name(hazard: str) -> str:
    """津波; what is no hazard of ours as it is stored."""
    return {
        "flood": _("洪水"),
        "inland_flood": _("内水氾濫"),
        "landslide": _("土砂災害"),
        "storm_surge": _("高潮"),
        "earthquake": _("地震"),
        "tsunami": _("津波"),
        "fire": _("大規模火災"),
        "volcano": _("火山"),
        "nuclear": _("原子力災害"),
        "missile": _("ミサイル"),
        "snow": _("大雪"),
    }.get(hazard, hazard)


def title_of(incident: Incident) -> str:
    """津波 11月27日 12:31."""
    return hazard_name(incident.hazard)


def place_name(place: Municipality, reading: str) -> str:
    """In the reader's language."""
    return place.name_en if reading == "en" else place.name


def label(column: str) -> str:
    """What a figure is called."""
    return {
        "people": _("対象"),
        "reached": _("到達"),
        "safe": _("無事"),
        "moving": _("移動中"),
        "help": _("要救助"),
        "silent": _("回答なし"),
        "unreached": _("不達"),
    }[column]


def need_name(code: str) -> str:
    """Of a reason for which somebody is called."""
    return {
        Variant.ELECTRICITY: _("電源が必要な機器"),
        Variant.DIALYSIS: _("透析"),
        Variant.WHEELCHAIR: _("車いす"),
        Variant.SIGHT: _("視覚障害"),
        Variant.HEARING: _("聴覚障害"),
        "elderly_alone": _("高齢の一人暮らし"),
        "elderly": _("75歳以上"),
        "infant": _("乳幼児のいる世帯"),
    }.get(code, code)
