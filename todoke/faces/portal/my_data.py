"""What is known of the resident, and who looked."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.visitors import ResidentRequest, resident_required
from todoke.registry.people.actions import set_contact
from todoke.registry.people.keys import in_words, label_of
from todoke.registry.people.queries import access_entries, own_facts


def _page(request: ResidentRequest, *, email: str, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "facts": [
            {"label": label_of(fact.key), "text": in_words(fact), "source": fact.source.value, "detail": fact.detail}
            for fact in own_facts(request.resident).values()
        ],
        "entries": Paginator(access_entries(request.resident), 10).get_page(request.GET.get("page")),
        "email": email,
        "error": error,
    }
    return render(request, "portal/my_data.html", context, status=status)


@require_safe
@resident_required
def my_data(request: ResidentRequest) -> HttpResponse:
    """The log first: who, what, why; then the data with their sources."""
    return _page(request, email=request.resident.email)


@require_POST
@resident_required
def contact(request: ResidentRequest) -> HttpResponse:
    """Where e-mails go; empty: none."""
    email = request.POST.get("email", "").strip()
    try:
        if email:
            validate_email(email)
    except ValidationError:
        error = _("メールアドレスの形になっていません。例：hanako@example.jp")
        return _page(request, email=email, error=error, status=422)
    set_contact(resident=request.resident, email=email, wants_email=bool(email))
    return redirect("portal:my-data")
