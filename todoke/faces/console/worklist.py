"""The worklist (受付一覧): what is due, for whom, and what the checks say."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.case import reason_for
from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.apply import queries
from todoke.loops.apply.access import note_look
from todoke.loops.apply.actions.review import assign_case
from todoke.loops.apply.findings import findings_of
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.queries import current_packs, pack_of
from todoke.registry.people.access import ReasonNeededError
from todoke.registry.people.keys import KEYS

VIEW_TITLES = {
    "mine": _("わたしの担当"),
    "overdue": _("期限超過"),
    "corrected": _("補正が届いた"),
    "to-approve": _("わたしの決裁待ち"),
    "proposed": _("自分の起案・決裁待ち"),
    "open": _("課の全件"),
    "closed": _("終わった件"),
}
PAGE_SIZE = 50


def _row(request: OfficerRequest, case: Case) -> dict[str, object]:
    """Of a case with sensitive facts no finding is said before a reason is: the list leaves no row for its subject."""
    pack = pack_of(case.pack_version_id)
    guarded = any(KEYS[key].sensitive for key in pack.purposes) and not reason_for(request, case)
    findings = [] if guarded else [f for f in findings_of(case) if f.raised and not f.dismissed]
    return {"case": case, "pack": pack, "findings": findings, "guarded": guarded}


@require_safe
@officer_required
def worklist(request: OfficerRequest) -> HttpResponse:
    """A saved view, narrowed by search and service."""
    view = request.GET.get("view", "mine")
    if view not in VIEW_TITLES:
        view = "mine"
    words = request.GET.get("q", "").strip()[:100]
    if words and "view" not in request.GET:
        view = "open"
    pack = request.GET.get("pack", "")
    left = request.GET.get("left", "")[:3]
    page = Paginator(queries.worklist(request.officer, view, words, pack), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(request, case) for case in page.object_list]
    counts = queries.view_counts(request.officer)
    context = {
        "view": view,
        "title": VIEW_TITLES[view],
        "views": [(name, title, counts[name]) for name, title in VIEW_TITLES.items()],
        "rows": rows,
        "peek": rows[0] if rows and not rows[0]["guarded"] else None,
        "page": page,
        "words": words,
        "pack": pack,
        "packs": current_packs(),
        "loads": queries.desk_loads(request.officer),
        "today": clock.today(),
        "now": clock.now(),
        "left": left if left.isascii() and left.isdigit() and left != "0" else "",
    }
    return render(request, "console/worklist.html", context)


@require_safe
@officer_required
def peek(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """The side panel of one case."""
    case = queries.case_for(request.officer, receipt_number)
    if case is None:
        raise NotFoundError
    try:
        note_look(case=case, officer=request.officer, reason=reason_for(request, case))
    except ReasonNeededError:
        return render(request, "console/peek_reason.html", {"case": case})
    return render(request, "console/peek.html", {"peek": _row(request, case), "today": clock.today()})


@require_POST
@officer_required
def assign_selected(request: OfficerRequest) -> HttpResponse:
    """Take the selected cases on oneself, but not from a colleague; those that were left are counted."""
    left = 0
    for receipt_number in request.POST.getlist("case")[:PAGE_SIZE]:
        case = queries.case_for(request.officer, receipt_number)
        if case is None or case.assignee_id not in {None, request.officer.pk}:
            left += 1
            continue
        try:
            assign_case(case=case, officer=request.officer, by=request.officer, revision=case.revision)
        except TodokeError:
            left += 1
    return redirect(f"{reverse('console:worklist')}?left={left}")
