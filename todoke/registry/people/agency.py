"""Acting for somebody else: parents for their children, and whom a person, a guardian's paper or an office allows.

Who has neither phone nor card signs a paper (委任状) at an office; its officer records it, and the agent takes it up
with a code, as the agent of an online consent does. Every agency has an end.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from todoke.kernel import audit, clock, events, ids
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.kernel.rules import age_on
from todoke.kernel.text import search_key
from todoke.registry.people.access import announce
from todoke.registry.people.models import Agency, Resident
from todoke.registry.people.types import Reader

acting: ContextVar[Resident | None] = ContextVar("acting", default=None)
"""Who acts for the resident of the request in force; None when they act themselves."""

FULL_AGE = 18
"""民法4条: until then the parents act (民法824条)."""

LONGEST = timedelta(days=3 * 366)
PURPOSE, _WHAT = gettext_noop("代わりに手続きするため"), gettext_noop("情報と手続の全体")
BASES = ("consent", "paper", "guardian")


class AgencyError(InvalidInputError):
    """代理の期限は、あしたから3年以内の日にしてください。"""

    code = "agency-end"


class AgencyCodeError(NotFoundError):
    """この代理コードは使えません。期限が切れたか、もう使われたか、書き間違いです。"""

    code = "agency-code"


@dataclass(frozen=True)
class Represented:
    """A person for whom the reader may act."""

    person: Resident
    basis: str
    until: date | None


@transaction.atomic
def grant(*, person: Resident, granted_by: str, basis: str, valid_to: date) -> tuple[Agency, str]:
    """Allow somebody to act for ``person``: whoever is handed the code that is given back. Raises AgencyError."""
    today = clock.today()
    if not today < valid_to <= today + LONGEST or basis not in BASES:
        raise AgencyError
    code = ids.new_secret()
    agency = Agency.objects.create(
        person=person,
        code_hash=ids.secret_hash(code),
        granted_by=granted_by,
        basis=basis,
        created_at=clock.now(),
        valid_to=valid_to,
    )
    audit.record(actor=granted_by, action="agency.grant", subject=f"resident:{person.pk}", basis=basis)
    events.tell("agency-granted", agency=agency)
    return agency, code


@transaction.atomic
def take_up(*, agent: Resident, code: str) -> Agency:
    """Become the agent with the code that one was handed; the same agent may do it twice. Raises AgencyCodeError."""
    standing = Agency.objects.select_for_update().filter(ended_at=None, valid_to__gte=clock.today())
    agency = standing.filter(code_hash=ids.secret_hash(code)).first()
    if agency is None or agency.person_id == agent.pk or agency.agent_id not in {None, agent.pk}:
        raise AgencyCodeError
    if agency.agent_id is None:
        agency.agent = agent
        agency.save(update_fields=["agent"])
        audit.record(actor=f"resident:{agent.pk}", action="agency.take-up", subject=f"resident:{agency.person_id}")
    return agency


@transaction.atomic
def end(*, agency_id: int, by: Resident) -> None:
    """The person or the agent ends it; at once. Raises NotFoundError for others."""
    agency = Agency.objects.select_for_update().filter(Q(person=by) | Q(agent=by), pk=agency_id).first()
    if agency is None:
        raise NotFoundError
    if agency.ended_at is None:
        agency.ended_at = clock.now()
        agency.save(update_fields=["ended_at"])
        audit.record(actor=f"resident:{by.pk}", action="agency.end", subject=f"resident:{agency.person_id}")


@transaction.atomic
def end_all(*, person: Resident, by: str) -> int:
    """An officer whom the person asked ends whatever stands; how many that were."""
    rows = Agency.objects.filter(person=person, ended_at=None)
    ended = rows.update(ended_at=clock.now())
    audit.record(actor=by, action="agency.end", subject=f"resident:{person.pk}", ended=ended)
    return ended


def standing_agencies(person: Resident) -> list[Agency]:
    """Who may act for the person now, or could take it up."""
    rows = Agency.objects.filter(person=person, ended_at=None, valid_to__gte=clock.today())
    return list(rows.select_related("agent").order_by("-id"))


def represented_by(agent: Resident) -> list[Represented]:
    """Whom a resident may act for today: their children under age in the same household, and those who allowed it."""
    today = clock.today()
    found: list[Represented] = []
    if agent.registered and agent.relation in {"head", "spouse"}:
        for child in agent.household.members.filter(relation="child").order_by("birth_date", "pk"):
            if age_on(child.birth_date, today) < FULL_AGE:
                found.append(Represented(child, "parent", None))
    rows = Agency.objects.filter(agent=agent, ended_at=None, valid_to__gte=today).select_related("person__household")
    return found + [Represented(row.person, row.basis, row.valid_to) for row in rows.order_by("id")]


def may_act_for(agent: Resident, person_id: str) -> Resident | None:
    """The person, if the resident may act for them today; None otherwise."""
    return next((one.person for one in represented_by(agent) if str(one.person.pk) == person_id), None)


def registered_person(*, name: str, birth_date: date) -> Resident | None:
    """The one resident of that name and birthday; None if there is none, or more than one."""
    found = Resident.objects.filter(birth_date=birth_date, name_key=search_key(name))[:2]
    return found[0] if len(found) == 1 else None


@transaction.atomic
def begin_acting(*, agent: Resident, person: Resident) -> None:
    """Leave the row by which the person sees that somebody acts for them."""
    reader = Reader(f"resident:{agent.pk}", f"{agent.name}（代理）", PURPOSE, _WHAT)
    announce(resident=person, reader=reader, keys=())
    audit.record(actor=f"resident:{agent.pk}", action="agency.act", subject=f"resident:{person.pk}")
