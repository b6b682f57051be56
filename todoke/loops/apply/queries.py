"""Reads of cases. Each begins with who asks: nobody gets at a case that is not theirs."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from todoke.kernel import clock
from todoke.kernel.ids import secret_hash
from todoke.loops.apply.errors import TooManyAttemptsError, WrongSecretError
from todoke.loops.apply.models import Case, CorrectionRequest, Proposal
from todoke.loops.apply.types import OPEN_STATES, WORKABLE_STATES, CaseState
from todoke.registry.organisations.models import Membership, Officer
from todoke.registry.organisations.types import Role
from todoke.registry.people.models import Resident

DESK_ROLES = (Role.OFFICER, Role.APPROVER)
"""Who reads an office's cases: administrators and auditors do not, unless they hold one of these too."""

ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)


def cases_of_resident(resident: Resident) -> QuerySet[Case]:
    """The resident's cases, newest first."""
    return resident.cases.select_related("office__parent", "decision").order_by("-received_at")


def case_of_resident(resident: Resident, receipt_number: str) -> Case | None:
    """One of the resident's own cases."""
    return cases_of_resident(resident).filter(receipt_number=receipt_number).first()


def cases_without_login() -> QuerySet[Case]:
    """Cases that a receipt number and a secret lead to."""
    return Case.objects.filter(resident=None).select_related("office__parent", "decision")


def case_by_secret(receipt_number: str, secret: str) -> Case:
    """The case without log-in that both belong to.

    Raises WrongSecretError alike for an unknown number and a wrong secret, TooManyAttemptsError after five wrong
    secrets for fifteen minutes, with the right one too.
    """
    now = clock.now()
    with transaction.atomic():
        case = (
            Case.objects.select_for_update(of=("self",))
            .select_related("office__parent")
            .filter(receipt_number=receipt_number, resident=None)
            .first()
        )
        if case is not None and case.locked_until and case.locked_until > now:
            raise TooManyAttemptsError
        if case is not None and case.secret_hash == secret_hash(secret):
            if case.failed_attempts:
                Case.objects.filter(pk=case.pk).update(failed_attempts=0, locked_until=None)
            return case
        if case is not None:
            failed = case.failed_attempts + 1
            Case.objects.filter(pk=case.pk).update(
                failed_attempts=failed % ATTEMPTS, locked_until=now + LOCKED_FOR if failed >= ATTEMPTS else None
            )
    raise WrongSecretError


def cases_for(officer: Officer) -> QuerySet[Case]:
    """Cases of the offices where the officer works at a desk; of no other."""
    desks = Membership.objects.filter(officer=officer, role__in=DESK_ROLES)
    return Case.objects.filter(office__in=desks.values("organisation"))


def case_for(officer: Officer, receipt_number: str) -> Case | None:
    """One case of the officer's offices."""
    return (
        cases_for(officer)
        .filter(receipt_number=receipt_number)
        .select_related("office__parent", "assignee", "resident__household")
        .first()
    )


def may_approve(officer: Officer, case: Case) -> bool:
    """Whether the officer is an approver of the case's office."""
    return officer.memberships.filter(organisation=case.office_id, role=Role.APPROVER).exists()


def correction_expired(case: Case) -> bool:
    """Whether the last day set for a correction has passed: then the case can be decided (行政手続法7条)."""
    if case.state != CaseState.RETURNED:
        return False
    return not case.correction_requests.filter(answered_at=None, due_on__gte=clock.today()).exists()


def colleagues(case: Case) -> QuerySet[Officer]:
    """Who can be assigned the case."""
    return (
        Officer.objects.filter(active=True, memberships__organisation=case.office_id, memberships__role__in=DESK_ROLES)
        .distinct()
        .order_by("login")
    )


@dataclass(frozen=True)
class View:
    """A saved view of the worklist."""

    id: str
    condition: Q


def views_for(officer: Officer) -> list[View]:
    """The views, in the order in which G and a digit reach them."""
    mine = Q(assignee=officer) | Q(assignee=None)
    today = clock.today()
    waiting = CorrectionRequest.objects.filter(case=OuterRef("pk"), answered_at=None, due_on__gte=today)
    expired = Q(state=CaseState.RETURNED) & Q(~Exists(waiting))
    own = Q(Exists(Proposal.objects.filter(case=OuterRef("pk"), state="open", proposed_by=officer)))
    approving = Membership.objects.filter(officer=officer, role=Role.APPROVER)
    approves = Q(office__in=approving.values("organisation"))
    return [
        View("mine", Q(state__in=OPEN_STATES) & mine),
        View("overdue", Q(state__in=[*WORKABLE_STATES, CaseState.PROPOSED], due_on__lt=today) | expired),
        View("corrected", Q(state=CaseState.CORRECTED)),
        View("to-approve", Q(state=CaseState.PROPOSED) & ~own & approves),
        View("proposed", Q(state=CaseState.PROPOSED) & own),
        View("open", Q(state__in=OPEN_STATES)),
        View("closed", Q(state__in=[CaseState.DECIDED, CaseState.WITHDRAWN])),
    ]


def worklist(officer: Officer, view: str, words: str = "", pack: str = "") -> QuerySet[Case]:
    """The cases of a view, the most urgent first; ``words`` look in number and name."""
    condition = next((v.condition for v in views_for(officer) if v.id == view), Q())
    found = cases_for(officer).filter(condition)
    for word in words.split():
        found = found.filter(Q(receipt_number__icontains=word) | Q(contact_name__icontains=word))
    if pack:
        found = found.filter(pack_version__pack=pack)
    order = ["-closed_at"] if view == "closed" else ["due_on", "receipt_number"]
    rows = found.select_related("assignee", "office__parent").prefetch_related("submissions", "dismissed_findings")
    return rows.order_by(*order)


def view_counts(officer: Officer) -> dict[str, int]:
    """How many cases each view holds."""
    views = views_for(officer)
    return cases_for(officer).aggregate(**{view.id: Count("pk", filter=view.condition) for view in views})


@dataclass(frozen=True)
class Load:
    """What lies on one officer's desk."""

    name: str
    total: int
    today: int
    overdue: int


def desk_loads(officer: Officer) -> list[Load]:
    """Open cases of the officer's offices by who works on them, those of nobody last."""
    today = clock.today()
    running = Q(stopped_on=None)
    rows = (
        Case.objects.filter(pk__in=cases_for(officer).values("pk"), state__in=OPEN_STATES)
        .values("assignee__name")
        .annotate(
            total=Count("pk"),
            today=Count("pk", filter=running & Q(due_on=today)),
            overdue=Count("pk", filter=running & Q(due_on__lt=today)),
        )
    )
    loads = [Load(r["assignee__name"] or "", r["total"], r["today"], r["overdue"]) for r in rows]
    return sorted(loads, key=lambda load: (load.name == "", -load.total))
