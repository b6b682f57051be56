"""Whose crisis desk an officer sits at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.orders import OFFICE
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.naming import office_name
from todoke.registry.organisations.types import Role
from todoke.registry.people.types import Reader
from todoke.registry.places.prefectures import prefecture

COUNTED = gettext_noop("避難情報の対象人数を数えるため。人数だけを数えました")
HANDLING = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
Parameters = ParamSpec("Parameters")


@dataclass(frozen=True)
class Desk:
    """The crisis offices of an officer. The prefecture's sees everybody's names, a municipality's its own people's."""

    offices: tuple[Organisation, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Municipalities whose office it is; '' stands for the prefecture."""
        return frozenset(office.municipality_code for office in self.offices)

    @property
    def prefectural(self) -> bool:
        """Whether it is the prefecture's."""
        return "" in self.codes

    def sees(self, municipality: str) -> bool:
        """Whether it sees the names of a municipality's people, and acts for them."""
        return self.prefectural or municipality in self.codes

    @property
    def own(self) -> str:
        """The municipality that it is of; '' for the prefecture's."""
        return "" if self.prefectural else self.offices[0].municipality_code

    @property
    def name(self) -> str:
        """As residents see who looked."""
        office = self.offices[0]
        return (
            office_name(office) if office.municipality_code else f"{prefecture(settings.PREFECTURE).name} {office.name}"
        )


class CrisisRequest(OfficerRequest):
    """A request of an officer of a crisis desk."""

    desk: Desk


def counting(request: CrisisRequest) -> Reader:
    """As residents see who counted whom an order or a message concerns."""
    return Reader(f"officer:{request.officer.pk}", request.desk.name[:60], COUNTED)


def desk_required(
    view: Callable[Concatenate[CrisisRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Lets in officers of offices with the function ``crisis``; for others the page does not exist."""

    @wraps(view)
    def guarded(request: CrisisRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        rows = request.officer.memberships.filter(organisation__function=OFFICE, role__in=HANDLING)
        found = {row.organisation.pk: row.organisation for row in rows.select_related("organisation__parent")}
        if not found:
            raise NotFoundError
        request.desk = Desk(tuple(sorted(found.values(), key=lambda office: office.municipality_code)))
        return view(request, *args, **kwargs)

    return officer_required(guarded)  # type: ignore[arg-type]
