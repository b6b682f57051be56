"""The outbox of Lアラート: a row with what it tells of, carried until it is taken, refused, or too old to help."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.commons import ACTOR
from todoke.loops.reach.actions.orders import may_order
from todoke.loops.reach.errors import NotYourMunicipalityError, OrderMovedOnError
from todoke.loops.reach.models import Incident, Order, Publication
from todoke.loops.reach.publishing import commons
from todoke.loops.reach.publishing.documents import evacuation_message, shelter_message
from todoke.loops.reach.telegrams.commons import write_commons
from todoke.loops.reach.telegrams.types import Status
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.places.models import ShelterState
from todoke.registry.places.types import Openness

log = structlog.get_logger(__name__)

WAITING, SENT, FAILED = "waiting", "sent", "failed"
EVACUATION, SHELTER = "EvacuationOrder", "Shelter"
SETTLE = timedelta(seconds=5)
"""So long the states of a municipality's shelters are gathered before they go out together."""

LONGEST_WAIT = timedelta(seconds=60)
GIVE_UP = timedelta(hours=24)


@transaction.atomic
def publish_order(order: Order) -> Publication | None:
    """Write down that an order that was issued, or lifted, goes out. None where nothing does, and for another's."""
    if not commons.is_on() or order.source or order.issued_at is None:
        return None
    profile, now = commons.profile(), clock.now()
    message = evacuation_message(order, revision=order.revision, office=_office(order), profile=profile)
    row, _new = Publication.objects.get_or_create(
        document_id=order.document_id,
        revision=order.revision,
        defaults={
            "category": EVACUATION,
            "municipality_code": order.municipality_code,
            "order": order,
            "drill": order.drill,
            "body": write_commons(message, profile),
            "created_at": now,
            "due_at": now,
        },
    )
    return row


@transaction.atomic
def publish_shelters(municipality_code: str) -> Publication | None:
    """Write down that a municipality's shelters changed; one that waits already will say the newest.

    None where nothing goes out.
    """
    if not commons.is_on():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"shelters:{municipality_code}"])
    mine = Publication.objects.filter(category=SHELTER, municipality_code=municipality_code)
    waiting = mine.select_for_update().filter(state=WAITING, body=None).first()
    if waiting is not None:
        return waiting
    last, now, drill = mine.order_by("-pk").first(), clock.now(), _only_drills()
    follows = last is not None and not last.closes and last.drill == drill
    return Publication.objects.create(
        document_id=last.document_id if last is not None and follows else uuid4(),
        revision=last.revision + 1 if last is not None and follows else 1,
        category=SHELTER,
        municipality_code=municipality_code,
        drill=drill,
        created_at=now,
        due_at=now + SETTLE,
    )


def carry(document_id: UUID) -> datetime | None:
    """Hand over what waits of a document, the oldest revision first, one process at a time.

    When to try again; None when nothing is left.
    """
    while commons.is_on():
        if not _freeze(document_id):
            return None
        with transaction.atomic():
            row = _oldest(document_id)
            if row is None:
                return None
            if row.body is None or row.due_at > clock.now():
                return row.due_at
            _attempt(row)
    return None


def due() -> list[UUID]:
    """Documents of which something should have gone out by now: their job was lost, or Lアラート was off."""
    rows = Publication.objects.filter(state=WAITING, due_at__lte=clock.now())
    return list(dict.fromkeys(rows.order_by("due_at").values_list("document_id", flat=True)))


def make_up() -> int:
    """Write down what went out to nobody though it should have: Lアラート was off, or its settings were wrong."""
    if not commons.is_on():
        return 0
    mine = Publication.objects.filter(order=OuterRef("pk"))
    rows = Order.objects.filter(source="", issued_at__gte=clock.now() - GIVE_UP).exclude(
        Exists(mine.filter(revision=OuterRef("revision")))
    )
    made = 0
    for order in rows.filter(Q(lifted_at=None) | Q(Exists(mine))):
        made += publish_order(order) is not None
    return made


@transaction.atomic
def send_again(*, officer: Officer, publication_id: int) -> Publication:
    """Put one that failed back, unless a newer revision is there already.

    Raises NotFoundError, NotYourMunicipalityError, OrderMovedOnError.
    """
    row = Publication.objects.select_for_update(of=("self",)).filter(pk=publication_id).first()
    if row is None:
        raise NotFoundError
    office = may_order(officer, row.municipality_code)
    if office is None:
        raise NotYourMunicipalityError
    newer = Publication.objects.filter(document_id=row.document_id, revision__gt=row.revision, state=SENT)
    if row.state != FAILED or newer.exists():
        raise OrderMovedOnError
    row.state, row.created_at, row.due_at, row.answered_at = WAITING, clock.now(), clock.now(), None
    row.save(update_fields=["state", "created_at", "due_at", "answered_at"])
    audit.record(
        actor=f"officer:{officer.pk}",
        action="publication.send_again",
        subject=f"publication:{row.pk}",
        organisation_id=office.pk,
    )
    events.tell("reach.publication_waits", publication=row)
    return row


def _oldest(document_id: UUID) -> Publication | None:
    rows = Publication.objects.select_for_update().filter(document_id=document_id, state=WAITING)
    return rows.order_by("revision").first()


@transaction.atomic
def _freeze(document_id: UUID) -> bool:
    """Settle what the next attempt says, before it is made: an answer may be lost, and then the same is said again."""
    row = _oldest(document_id)
    if row is None:
        return False
    if row.body is None and row.due_at <= clock.now():
        profile = commons.profile()
        started = Publication.objects.filter(document_id=document_id).order_by("revision")[0].created_at
        states = _states(row.municipality_code, since=started - timedelta(minutes=1))
        message = shelter_message(
            states,
            document_id=document_id,
            revision=row.revision,
            municipality_code=row.municipality_code,
            first=started,
            drill=row.drill,
            profile=profile,
        )
        row.body = write_commons(message, profile)
        row.closes = all(state.state == Openness.CLOSED for state in states)
        row.save(update_fields=["body", "closes"])
    return True


def _attempt(row: Publication) -> None:
    outcome, now = commons.publish(bytes(row.body or b"")), clock.now()
    row.attempts += 1
    row.error, row.said = outcome.failure or "", outcome.said
    if outcome.failure is None:
        row.state, row.answered_at = SENT, now
    elif not outcome.failure.passes or now - row.created_at > GIVE_UP:
        row.state, row.answered_at = FAILED, now
    else:
        row.due_at = now + min(LONGEST_WAIT, timedelta(seconds=3.0 ** min(row.attempts, 5)))
    row.save(update_fields=["attempts", "error", "said", "state", "answered_at", "due_at"])
    log.info("commons", document=str(row.document_id), revision=row.revision, state=row.state, error=row.error)


def _states(municipality_code: str, *, since: datetime) -> list[ShelterState]:
    """The newest of each shelter that we, and not Lアラート, said something of; what was closed before, left out."""
    rows = ShelterState.objects.filter(shelter__municipality=municipality_code).select_related("shelter")
    newest = rows.order_by("shelter_id", "-id").distinct("shelter_id")
    return [row for row in newest if row.actor != ACTOR and (row.state != Openness.CLOSED or row.at >= since)]


def _only_drills() -> bool:
    """Whether a shelter that is opened now is opened in a drill: one goes on, and nothing real does."""
    going_on = set(Incident.objects.filter(ended_at=None).values_list("status", flat=True))
    return Status.DRILL in going_on and Status.NORMAL not in going_on


def _office(order: Order) -> Organisation | None:
    """In which the officer who confirmed it gives orders there."""
    kind, _, number = order.confirmed_by.partition(":")
    officer = Officer.objects.filter(pk=int(number)).first() if kind == "officer" and number.isdecimal() else None
    return may_order(officer, order.municipality_code) if officer else None
