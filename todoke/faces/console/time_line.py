"""What happened when, in two lanes over the same moments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from todoke.faces.console.crisis_words import order_name, place_name
from todoke.kernel import clock
from todoke.loops.reach.queries.incidents import Happening, What
from todoke.registry.places.models import Municipality

SLOTS = 9
"""Moments that stand on the board."""


def words_of(one: Happening, places: Mapping[str, Municipality], reading: str) -> str:
    """A moment of the time line in a few words."""
    if one.what is What.TELEGRAM:
        return one.words
    if one.alert is not None:
        return _("住民へ送信 {n}人").format(n=f"{one.alert.people:,}")
    assert one.order is not None  # noqa: S101 - the rest is about orders
    place = places.get(one.order.municipality_code)
    said = {
        What.ENTERED: _("{place}が{order}を入力、確認待ち"),
        What.ISSUED: _("{place} {order}"),
        What.LIFTED: _("{place} {order}を解除"),
    }[one.what]
    return said.format(place=place_name(place, reading) if place else "", order=order_name(one.order.kind))


def time_line(found: list[Happening], places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    """Two lanes over the same moments, the newest last; what several municipalities did in one minute is one entry."""
    slots: dict[str, dict[str, list[str]]] = {}
    moments: dict[str, datetime] = {}
    for one in found:
        key = one.at.astimezone(clock.JAPAN).strftime("%m%d%H%M")
        moments.setdefault(key, one.at)
        slots.setdefault(key, {"agency": [], "authority": []})[one.lane].append(words_of(one, places, reading))
    keys = sorted(slots)[-SLOTS:]
    return {
        "slots": [
            {
                "at": moments[key],
                "agency": _few(slots[key]["agency"]),
                "authority": _few(slots[key]["authority"]),
            }
            for key in keys
        ],
    }


def _few(words: list[str]) -> list[str]:
    kept = list(dict.fromkeys(words))
    return kept if len(kept) <= 2 else [kept[0], _("ほか{n}件").format(n=len(kept) - 1)]
