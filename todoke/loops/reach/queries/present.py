"""What somebody was told of a disaster, as it stands now."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.db.models import Q

from todoke.exchange.messages.models import Message, Wording
from todoke.exchange.messages.queries import inbox
from todoke.loops.reach.models import Alert, AreaWarning, Incident, Order
from todoke.loops.reach.plans import plans
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import Change, Variant

KEY = "alert:{}:"
"""With what the keys of an alert's wordings begin."""

REMAINING = ":remaining"
"""With what those of a lifting end that are for who stays under another order."""


@dataclass(frozen=True)
class Present:
    """``shown`` is what its reader needs now: the message itself, or what was said since."""

    message: Message
    shown: Message
    alert: Alert
    incident: Incident | None
    severity: Severity
    over: bool
    warnings: tuple[AreaWarning, ...]
    orders: tuple[Order, ...]

    @property
    def moved_on(self) -> bool:
        """Whether something else was said since the message."""
        return self.shown.wording_id != self.message.wording_id

    @property
    def drill(self) -> bool:
        """Whether none of it is meant."""
        return self.alert.drill


def present_of(message: Message) -> Present | None:
    """None for a message that is about no alert.

    Of what the plans of its incident last said to the reader, or of their municipality, the gravest that is not
    over; the newest, when all is over. So the lifting of an order does not hide a warning that is still in force.
    A helper's message follows what its helpers were told, and what is said of all of its municipalities.
    """
    alert = _alert_of(message)
    if alert is None:
        return None
    shown, chosen = _chosen(message, alert)
    stays = REMAINING in (shown.wording.key if shown.wording else "") and bool(chosen.saying.get("remaining"))
    rows = _warnings(chosen, message.municipality_code)
    orders = _orders(chosen, message.municipality_code)
    return Present(
        message=message,
        shown=shown,
        alert=chosen,
        incident=chosen.incident,
        severity=_severity_of(chosen, chosen.saying["remaining"][0]["kind"]) if stays else _severity(chosen),
        over=chosen.change == Change.CANCELLED and not stays,
        warnings=tuple(rows),
        orders=tuple(orders),
    )


def _alert_of(message: Message) -> Alert | None:
    kind, _, rest = (message.wording.key if message.wording else "").partition(":")
    number = rest.split(":")[0]
    if kind != "alert" or not number.isdecimal():
        return None
    return Alert.objects.select_related("incident").filter(pk=int(number)).first()


def _chosen(message: Message, alert: Alert) -> tuple[Message, Alert]:
    if alert.incident is None:
        return message, alert
    said = Q(written_at__isnull=False) | Q(state="writing", people__gt=0)
    since = Alert.objects.select_related("incident").filter(said, incident=alert.incident)
    alerts = sorted({alert, *since}, key=lambda one: (one.caused_at, one.pk))
    helping = bool(message.wording and message.wording.variant == Variant.HELPER)
    worded = _wordings(alerts, helping=helping)
    told = {alert.pk: message}
    if message.resident:
        for own in inbox(message.resident).filter(wording__in=list(worded)).select_related("wording"):
            told.setdefault(worded[own.wording_id or 0], own)
    concerned = set(alert.audience["areas"]) if helping else {message.municipality_code}
    newest: list[Alert] = []
    for one in alerts:
        if one.pk in told or concerned <= set(one.audience["areas"]):
            newest = [other for other in newest if not _overtakes(one, other)] + [one]
    best = max(newest, key=lambda one: (one.change != Change.CANCELLED, _severity(one), one.caused_at))
    if helping and best.change != Change.CANCELLED:
        return told.get(best.pk) or message, best
    return told.get(best.pk) or _as_everybody(best, message) or message, best


def _overtakes(one: Alert, earlier: Alert) -> bool:
    """Whether it says something newer of a place; what is over in one municipality is not over in another."""
    same = (one.plan, one.order_id) == (earlier.plan, earlier.order_id)
    return same and not set(one.audience["areas"]).isdisjoint(earlier.audience["areas"])


def _wordings(alerts: Iterable[Alert], *, helping: bool) -> dict[int, int]:
    """Which alert each wording of theirs for helpers, or for those in danger, belongs to."""
    of_alerts = Q(pk__in=[])
    for alert in alerts:
        of_alerts |= Q(key__startswith=KEY.format(alert.pk))
    rows = Wording.objects.filter(of_alerts).values_list("pk", "key", "variant")
    return {pk: int(key.split(":")[1]) for pk, key, variant in rows if (variant == Variant.HELPER) == helping}


def _as_everybody(alert: Alert, message: Message) -> Message | None:
    """The message with the words that the alert has for all: its reader was not among those told."""
    form = "sheltered" if "shelter" in message.values else "alone"
    rows = Wording.objects.filter(key__startswith=KEY.format(alert.pk), variant=Variant.STANDARD).order_by("key")
    found = next((row for row in rows if row.key.endswith(form)), None) or rows.first()
    if found is None:
        return None
    other = copy(message)
    other.wording = found
    return other


def _severity(alert: Alert) -> Severity:
    return _severity_of(alert, alert.step)


def _severity_of(alert: Alert, step: str) -> Severity:
    plan = plans().get(alert.plan)
    if plan is None or step not in {step.id for step in plan.steps}:
        return Severity.NONE if alert.change == Change.CANCELLED else Severity.WARNING
    return plan.step(step).severity


def _warnings(alert: Alert, municipality: str) -> Iterable[AreaWarning]:
    rows = AreaWarning.objects.filter(
        incident=alert.incident, municipalities__contains=[municipality], severity__gte=Severity.ADVISORY
    ).order_by("ended_at", "-severity", "-issued_at")
    standing = [row for row in rows if row.ended_at is None]
    return standing or sorted(rows, key=lambda row: row.ended_at or row.issued_at)[-1:]


def _orders(alert: Alert, municipality: str) -> Iterable[Order]:
    rows = Order.objects.filter(
        municipality_code=municipality, issued_at__isnull=False, withdrawn_at=None, drill=alert.drill
    ).order_by("-issued_at")
    standing = [row for row in rows if row.lifted_at is None]
    return standing or [row for row in rows if row.incident_id == alert.incident_id][:1]
