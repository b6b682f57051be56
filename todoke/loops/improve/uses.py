"""What the rooms below tell of their use, written down in the transaction in which it happened."""

from collections.abc import Iterable
from datetime import date

import numpy as np

from todoke.capabilities.forms.models import Draft
from todoke.exchange.messages.models import Mailing, Message, Reply
from todoke.exchange.messages.types import Batch
from todoke.exchange.passes.presence import PresenceChange
from todoke.kernel import clock
from todoke.kernel.events import listen
from todoke.loops.apply.models import Case, Decision
from todoke.loops.improve.models import Use
from todoke.loops.improve.types import Kind
from todoke.loops.reach.queries.incidents import only_drills
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Shelter

_PURPOSES = {"alert": "warning", "call": "warning", "notice": "notice", "survey": "survey"}
"""Of what a message is about; anything else serves a service."""


def this_month() -> date:
    """The first day of the month, in Japan."""
    return clock.today().replace(day=1)


def _use(kind: Kind, *, municipality: str = "", service: str = "", value: int = 0, **attributes: str | bool) -> Use:
    return Use(
        kind=kind,
        month=this_month(),
        municipality_code=municipality,
        service=service,
        attributes=attributes,
        value=value,
    )


def _home(resident: Resident | None) -> str:
    return resident.household.municipality_code if resident else ""


def _is_internal(filled_in: Draft | Case) -> bool:
    """Whether it is among offices: what they report is no use of a service."""
    return pack_of(filled_in.pack_version_id).is_internal


@listen("draft-begun")
def _draft_begun(draft: Draft) -> None:
    if _is_internal(draft):
        return
    _use(Kind.DRAFT_BEGUN, municipality=_home(draft.resident), service=draft.pack_version.pack).save()


@listen("case-received")
def _case_received(case: Case, by_agent: bool) -> None:
    if _is_internal(case):
        return
    channel = "agent" if by_agent else "online"
    service, municipality = case.pack_version.pack, _home(case.resident)
    _use(Kind.CASE_RECEIVED, municipality=municipality, service=service, channel=channel).save()


@listen("case-decided")
def _case_decided(case: Case, decision: Decision) -> None:
    """The value is the days from receipt to decision, as 行政手続法6条 counts a standard period."""
    if _is_internal(case):
        return
    days = (clock.today() - case.received_at.astimezone(clock.JAPAN).date()).days
    _use(
        Kind.CASE_DECIDED,
        municipality=_home(case.resident),
        service=case.pack_version.pack,
        value=days,
        outcome=decision.outcome,
        favourable=decision.favourable,
    ).save()


@listen("service-told")
def _service_told(resident: Resident, pack: str) -> None:
    _use(Kind.SERVICE_TOLD, municipality=_home(resident), service=pack).save()


def _purpose(about: str) -> str:
    return _PURPOSES.get(about.partition(":")[0], "service")


@listen("messages.written")
def _messages_written(mailing: Mailing, batch: Batch) -> None:
    """A row for each municipality, however many messages: it stands in the way of a warning."""
    places, counts = np.unique(batch.municipalities, return_counts=True)
    uses = []
    for place, count in zip(places, counts, strict=True):
        use = _use(Kind.MESSAGE_SENT, municipality=place.decode(), purpose=_purpose(mailing.wording.about))
        use.count = int(count)
        uses.append(use)
    Use.objects.bulk_create(uses)


@listen("messages.sent")
def _message_sent(message: Message) -> None:
    if message.about.startswith("report:"):
        return
    _use(Kind.MESSAGE_SENT, municipality=message.municipality_code, purpose=_purpose(message.about)).save()


@listen("messages.read")
def _message_read(message: Message) -> None:
    about = message.wording.about if message.wording else message.about
    _use(Kind.MESSAGE_READ, municipality=message.municipality_code, purpose=_purpose(about)).save()


@listen("messages.replied")
def _replied(reply: Reply) -> None:
    _use(Kind.REPLY, municipality=reply.message.municipality_code, answer=reply.answer).save()


@listen("passes.presence_changed")
def _presence_changed(changes: Iterable[PresenceChange]) -> None:
    """Who arrives is counted once at each shelter; who leaves is not."""
    arrived = [change for change in changes if change.after is not None]
    if not arrived:
        return
    drill = only_drills()
    rows = Shelter.objects.filter(pk__in={change.after for change in arrived})
    homes = dict(rows.values_list("pk", "municipality_id"))
    Use.objects.bulk_create(
        _use(Kind.CHECKED_IN, municipality=homes.get(change.after or 0, ""), drill=drill) for change in arrived
    )
