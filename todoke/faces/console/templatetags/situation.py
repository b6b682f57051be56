"""Template tags of the crisis desk: times, and orders in words and colours."""

from datetime import datetime

from django import template

from todoke.faces.console.crisis_words import hazard_name, order_name
from todoke.faces.public.tones import tone_of_order
from todoke.kernel import clock
from todoke.loops.reach.models import Order

register = template.Library()


@register.filter
def clock_time(moment: datetime) -> str:
    """03:14; with the day before it when it is another than today."""
    local = moment.astimezone(clock.JAPAN)
    day = "" if local.date() == clock.today() else f"{local.month}/{local.day} "
    return f"{day}{local:%H:%M}"


@register.filter
def running(moment: datetime) -> str:
    """1:12, since a moment; in hours from the first one on."""
    seconds = max(0, int((clock.now() - moment).total_seconds()))
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def order_tone(order: Order) -> int:
    """The number of its colour."""
    return tone_of_order(order.kind)


register.filter("order_name", order_name)
register.filter("hazard_name", hazard_name)
