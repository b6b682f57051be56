"""Who works at what: the planning office at the whole, a department, a municipality at their reports."""

from django.db.models import Q, QuerySet

from todoke.loops.apply.queries import DESK_ROLES
from todoke.loops.improve.models import Report
from todoke.loops.improve.queries.papers import desks_for_paper
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Policy
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind

ADVISERS = "advisers"
"""The function of the organisation that outside advisers are members of."""

MUNICIPALITIES = "municipalities"
"""The function of the prefecture's office that municipalities report to."""


def _works(officer: Officer) -> QuerySet[Membership]:
    return Membership.objects.filter(officer=officer, role__in=DESK_ROLES)


def plans(officer: Officer, policy: Policy) -> bool:
    """Whether the officer works in the office whose policy it is."""
    return _works(officer).filter(organisation__function=policy.owner, organisation__municipality_code="").exists()


def functions_of(officer: Officer) -> set[str]:
    """The functions of the prefecture's offices in which the officer works."""
    rows = _works(officer).filter(organisation__municipality_code="").exclude(organisation__function="")
    return set(rows.values_list("organisation__function", flat=True))


def municipalities_of(officer: Officer, policy: Policy) -> set[str]:
    """Codes of the municipalities whose report the officer fills in.

    It is the desk with the planning office's function there; where a municipality has none, any of its desks.
    """
    rows = _works(officer).exclude(organisation__municipality_code="")
    found = set(rows.values_list("organisation__municipality_code", "organisation__function"))
    special = set(
        Organisation.objects.filter(function=policy.owner, municipality_code__in={code for code, _of in found})
        .filter(kind=OrganisationKind.OFFICE)
        .values_list("municipality_code", flat=True)
    )
    return {code for code, function in found if function == policy.owner or code not in special}


def is_concerned(officer: Officer, policy: Policy) -> bool:
    """Whether the officer has anything to do with the policy's reports and figures."""
    departments = {department.function for department in policy.departments} | {policy.owner, MUNICIPALITIES}
    return bool(
        functions_of(officer) & departments or may_comment(officer, policy) or municipalities_of(officer, policy)
    )


def has_work(officer: Officer) -> bool:
    """Whether there is anything to do for the officer: to report, to keep figures, or to count paper."""
    policies = current_policies()
    return bool(policies) and (is_concerned(officer, policies[0]) or bool(desks_for_paper(officer)))


def may_comment(officer: Officer, policy: Policy) -> bool:
    """An outside adviser, or who enters what one said."""
    advises = officer.memberships.filter(organisation__function=ADVISERS, organisation__municipality_code="")
    return plans(officer, policy) or advises.exists()


def reports_of(officer: Officer, policy: Policy) -> QuerySet[Report]:
    """The reports that the officer fills in, of all rounds of the policy."""
    offices = _works(officer).values("organisation")
    own = Q(municipality_code="", office__in=offices) | Q(
        municipality_code__in=municipalities_of(officer, policy), measure=""
    )
    return Report.objects.filter(own, round__policy=policy.id).select_related("round", "office", "case", "draft")


def reporters(report: Report, policy: Policy) -> QuerySet[Officer]:
    """Who fills a report in: officers of the measure's office, or of the municipality."""
    desks = Membership.objects.filter(role__in=DESK_ROLES)
    if report.municipality_code:
        offices = Organisation.objects.filter(municipality_code=report.municipality_code)
        desk = offices.filter(function=policy.owner, kind=OrganisationKind.OFFICE)
        desks = desks.filter(organisation__in=desk if desk.exists() else offices)
    else:
        desks = desks.filter(organisation=report.office_id)
    return Officer.objects.filter(active=True, pk__in=desks.values("officer")).order_by("login")
