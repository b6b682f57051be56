"""The strip at the top of every page: nothing is in force, or what."""

from dataclasses import dataclass

from django.http import HttpRequest

from todoke.faces.public.naming import clock_time, count_of_places, place_name, warning_name
from todoke.faces.public.reading import Reading, chosen_by
from todoke.faces.public.tones import CALM, tone_of_order, tone_of_warning
from todoke.kernel import clock
from todoke.loops.reach.queries import Alarm, alarm
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Municipality


@dataclass(frozen=True)
class Strip:
    """``banner`` when it concerns this reader; then it is larger and has the level's colour."""

    words: str
    time: str
    tone: int
    banner: bool
    label: str
    tag: str
    drill: str


def strip_for(request: HttpRequest, resident: Resident | None) -> Strip:
    """In the reader's language. An alarm in the reader's municipality comes before one elsewhere.

    Who is not known by a place is shown orders and warnings of anywhere, as every reader may be there.
    """
    reading = chosen_by(request, own=_portal_language(request))
    home = resident.household.municipality_code if resident else ""
    everywhere = alarm()
    if not everywhere.is_raised:
        return _strip(reading, reading.words["none"], CALM, everywhere, banner=False)
    here = alarm(home) if home else everywhere
    if home and here.is_raised:
        place = Municipality.objects.defer("boundary").filter(pk=home).first()
        name = place_name(place, reading) if place else ""
        words = reading.say("in_force_here", place=name, what=_what(here, reading))
        return _strip(reading, words, _tone(here), everywhere, banner=True)
    count = everywhere.ordering if everywhere.order else everywhere.warned
    places = count_of_places(count, reading)
    words = reading.say("in_force_in", places=places, what=_what(everywhere, reading))
    return _strip(reading, words, _tone(everywhere) if not home else CALM, everywhere, banner=not home)


def _portal_language(request: HttpRequest) -> str:
    """What the rest of the page is in, unless the reader chose another."""
    return str(getattr(request, "reading", "ja"))


def _what(found: Alarm, reading: Reading) -> str:
    if found.order:
        return str(reading.words["order_kinds"][found.order])
    return warning_name(found.kind, found.name, found.severity, reading)


def _tone(found: Alarm) -> int:
    return tone_of_order(found.order) if found.order else tone_of_warning(found.severity, found.kind, found.level)


def _strip(reading: Reading, words: str, tone: int, everywhere: Alarm, *, banner: bool) -> Strip:
    return Strip(
        words=words,
        time=reading.say("now_at", time=clock_time(clock.now(), reading)),
        tone=tone,
        banner=banner,
        label=reading.words["title"],
        tag=reading.tag,
        drill=reading.words["drill_title"] if everywhere.drill else "",
    )
