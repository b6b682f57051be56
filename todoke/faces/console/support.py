"""The list of who needs help in a disaster: guarded by a reason, printable, and added to at the counter."""

from datetime import date

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.typed import ReasonMissingError, typed
from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError, TodokeError
from todoke.kernel.rules import age_on
from todoke.loops.reach.queries.support import Supported, needing_help, with_people
from todoke.registry.organisations.officers import principal
from todoke.registry.people import access, helpers, keys
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.agency import registered_person
from todoke.registry.people.keys import label_of
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Reader, Source
from todoke.registry.places.queries import municipalities

REASON = "support-list-reason"
PURPOSE, WHAT = gettext_noop("災害のときに助けるため"), gettext_noop("避難行動要支援者名簿")
KEYS = ("name", "birth_date", "address.full", *keys.NEEDS)
PAGE = 200
"""Also of a printed sheet, so that nobody prints whom they did not look at."""


class NoOnePersonError(InvalidInputError):
    """この市町村に、この名前と生まれた日の人は、1人に決まりません。書き方を確かめてください。"""

    code = "no-one-person"


def _area(request: CrisisRequest) -> str:
    """The municipality looked at: the desk's own, or for the prefecture's the one that was chosen."""
    if request.desk.own:
        return request.desk.own
    codes = [one.code for one in municipalities()]
    asked = typed(request.GET, "area", 5)
    return asked if asked in codes else (codes[0] if codes else "")


def _reader(request: CrisisRequest, reason: str) -> Reader:
    return Reader(principal(request.officer), request.desk.name[:60], PURPOSE, _(WHAT), reason)


@never_cache
@require_http_methods(["GET", "POST"])
@desk_required
def support_list(request: CrisisRequest) -> HttpResponse:
    """After a reason, said once a session: who needs what, who helps them; those without helper first if asked."""
    if request.method == "POST":
        reason = typed(request.POST, "reason", 200).strip()
        if not reason:
            return _reason_page(request, ReasonMissingError())
        request.session[REASON] = reason
        return redirect("console:support-list")
    if not request.session.get(REASON):
        return _reason_page(request)
    return _list_page(request)


def _reason_page(request: CrisisRequest, failed: TodokeError | None = None) -> HttpResponse:
    context = {"failed": failed}
    return render(request, "console/support_reason.html", context, status=failed.status if failed else 200)


@transaction.atomic
def _list_page(request: CrisisRequest, failed: TodokeError | None = None) -> HttpResponse:
    reader, area = _reader(request, str(request.session.get(REASON, ""))), _area(request)
    alone = request.GET.get("alone") == "yes"
    found = needing_help(area, reader=reader, alone=alone) if area else []
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    people = with_people(list(page.object_list))
    access.announce_many(residents=[one.resident for one in people], reader=reader, keys=KEYS)
    audit.record(
        actor=principal(request.officer),
        action="support-list.read",
        subject=f"municipality:{area}",
        organisation_id=request.desk.offices[0].pk,
        people=len(people),
    )
    context = {
        "area": area,
        "areas": municipalities() if request.desk.prefectural else [],
        "alone": alone,
        "page": page,
        "rows": [_row(one) for one in people],
        "needs": [(key, label_of(key)) for key in keys.NEEDS],
        "now": clock.now(),
        "failed": failed,
        "typed": request.POST.dict(),
    }
    return render(request, "console/support_list.html", context, status=failed.status if failed else 200)


def _row(one: Supported) -> dict[str, object]:
    return {
        "resident": one.resident,
        "age": age_on(one.resident.birth_date, clock.today()),
        "needs": [label_of(f"needs.{need}") for need in one.needs],
        "helpers": [{"name": row.name, "phone": row.phone} for row in one.helpers],
    }


@require_POST
@desk_required
def support_add(request: CrisisRequest) -> HttpResponse:
    """Somebody came to the counter, or was visited: what they need, and who agreed to help them."""
    if not request.session.get(REASON):
        return _reason_page(request, ReasonMissingError())
    try:
        person = _person(request)
        _said(request, person)
    except TodokeError as failed:
        return _list_page(request, failed)
    return redirect("console:support-list")


def _person(request: CrisisRequest) -> Resident:
    """Raises NoOnePersonError where no one person of the desk's municipality is meant."""
    try:
        born = date.fromisoformat(typed(request.POST, "birth_date", 10))
    except ValueError:
        raise NoOnePersonError from None
    found = registered_person(name=typed(request.POST, "name", 100), birth_date=born)
    if found is None or not request.desk.sees(found.household.municipality_code):
        raise NoOnePersonError
    return found


@transaction.atomic
def _said(request: CrisisRequest, person: Resident) -> None:
    by = principal(request.officer)
    wanted = {key for key in request.POST.getlist("need") if key in keys.NEEDS}
    access.announce(resident=person, reader=_reader(request, str(request.session[REASON])), keys=KEYS)
    learn_facts(resident=person, said=dict.fromkeys(wanted, True), source=Source.OFFICE, detail=_(WHAT))
    if name := typed(request.POST, "helper", 100).strip():
        phone = typed(request.POST, "phone", 20)
        row, _code = helpers.ask_helper(person=person, by=by, name=name, relation="volunteer", phone=phone)
        helpers.note_agreement(helper_id=row.pk, person=person, by=by)
    audit.record(
        actor=by,
        action="support-list.add",
        subject=f"resident:{person.pk}",
        organisation_id=request.desk.offices[0].pk,
        needs=len(wanted),
    )
