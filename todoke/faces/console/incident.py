"""The disaster that a page of the crisis desk is about."""

from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.models import Incident


def incident_of(incident_id: int) -> Incident:
    """Raises NotFoundError."""
    found = Incident.objects.filter(pk=incident_id).first()
    if found is None:
        raise NotFoundError
    return found
