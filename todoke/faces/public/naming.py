"""Names of warnings, orders, places and times in the reader's language."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings

from todoke.faces.public.reading import Reading
from todoke.kernel import clock
from todoke.loops.reach.models import Order
from todoke.loops.reach.queries import level_of
from todoke.loops.reach.telegrams.types import Severity
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

_LEVEL = re.compile("^レベル[0-9０-９]")


def warning_name(kind: str, name: str, severity: int, reading: Reading) -> str:
    """津波警報: in Japanese as its publisher calls it, without the level, which stands beside it."""
    said = _LEVEL.sub("", name)
    if reading.japanese:
        return said
    grade = Severity(severity).name.lower()
    own = reading.words.get("names", {}).get(kind, {}).get(grade)
    phenomenon = reading.words.get("kinds", {}).get(kind)
    if own or not phenomenon:
        return str(own or said)
    return str(reading.words["grades"].get(grade, "{kind}")).format(kind=phenomenon)


def grade_name(severity: int, reading: Reading) -> str:
    """警報, of whatever is warned of."""
    return str(reading.words["grades"].get(Severity(severity).name.lower(), "")).format(kind="").strip().capitalize()


def order_name(order: Order, reading: Reading) -> str:
    """警戒レベル4 避難指示; without the level before a hazard that has none."""
    kind = str(reading.words["order_kinds"][order.kind])
    level = level_of(order)
    return f"{reading.say('order_level', level=level)} {kind}" if level else kind


def publisher_name(publisher: str, reading: Reading) -> str:
    """気象庁, as the reader knows it."""
    return str(reading.words.get("publishers", {}).get(publisher, publisher))


def place_name(place: Municipality, reading: Reading) -> str:
    """A municipality: 石巻市, or Ishinomaki."""
    return place.name if reading.han else place.name_en


def issuer_name(order: Order, place: Municipality | None, reading: Reading) -> str:
    """Whose order it is, and where from it came when it was not entered here."""
    name = place_name(place, reading) if place else order.municipality_code
    if not order.source:
        return name
    return f"{name}（Lアラート）" if reading.japanese else f"{name} (L-Alert)"


def place_names(codes: Collection[str], places: Mapping[str, Municipality], reading: Reading) -> str:
    """Municipalities one after the other; all of them in one word."""
    if codes and set(codes) >= set(places):
        return str(reading.words["everywhere"])
    comma = "、" if reading.han else ", "
    return comma.join(place_name(places[code], reading) for code in sorted(codes) if code in places)


def area_names(
    names: Collection[str], codes: Collection[str], places: Mapping[str, Municipality], reading: Reading
) -> str:
    """Areas as their publisher calls them; in other scripts the municipalities that lie in them."""
    if reading.han:
        return "、".join(names)
    ours = prefecture(settings.PREFECTURE)
    if set(names) == {ours.name}:
        return ours.name_en
    return place_names(codes, places, reading) or ", ".join(names)


def count_of_places(count: int, reading: Reading) -> str:
    """3つの市町村."""
    one, few, many = reading.words["places"]
    return str(one if count == 1 else few if count < 10 else many).format(count=count)


def clock_time(moment: datetime, reading: Reading) -> str:
    """14:49; with the day when it is another than today."""
    local = moment.astimezone(clock.JAPAN)
    time = f"{local.hour}:{local.minute:02}"
    if local.date() == clock.today():
        return time
    return f"{local.month}月{local.day}日 {time}" if reading.han else f"{local.day}/{local.month} {time}"


def day_and_time(moment: datetime, reading: Reading) -> str:
    """11月24日 10:20."""
    local = moment.astimezone(clock.JAPAN)
    time = f"{local.hour}:{local.minute:02}"
    if reading.han:
        return f"{local.month}月{local.day}日 {time}"
    if reading.language == "ko":
        return f"{local.month}월 {local.day}일 {time}"
    return f"{local.day}/{local.month} {time}" if reading.language == "vi" else f"{local.day} {local:%b} {time}"


def height(said: str) -> str:
    """ｍ and digits in half width: ３ｍ is 3m."""
    return unicodedata.normalize("NFKC", said)
