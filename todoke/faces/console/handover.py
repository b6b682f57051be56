"""The report for who takes over."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.kernel.errors import NotFoundError


@require_safe
@desk_required
def report(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """Two pages of A4."""
    raise NotFoundError
