"""Alerts that no plan lets go out by themselves: an officer reads them, and sends them or does not."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from todoke.faces.console.crisis import CrisisRequest, counting, desk_required
from todoke.faces.console.crisis_words import title_of
from todoke.faces.console.typed import typed
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.actions.alerts import confirm_alert, drop_alert
from todoke.loops.reach.actions.composing import saying
from todoke.loops.reach.models import Alert, Incident
from todoke.loops.reach.queries.meant import counted
from todoke.loops.reach.types import Variant
from todoke.loops.reach.wordings import texts_of
from todoke.registry.places.queries import known_municipalities

DEEDS = {"send": confirm_alert, "drop": drop_alert}


def waiting_alerts(incident: Incident) -> list[dict[str, object]]:
    """Those of an incident, with their titles."""
    rows = Alert.objects.filter(incident=incident, state="waiting").order_by("caused_at")
    return [{"alert": row, "title": _texts(row)["ja"]["title"]} for row in rows]


def _texts(alert: Alert) -> dict[str, dict[str, str]]:
    return texts_of(saying(alert), Variant.STANDARD, sheltered=False)


@never_cache
@desk_required
def waiting_alert(request: CrisisRequest, alert_id: int) -> HttpResponse:
    """What would be said, where, and to how many."""
    alert = Alert.objects.select_related("incident", "telegram").filter(pk=alert_id).first()
    if alert is None or alert.incident is None:
        raise NotFoundError
    error, status = "", 200
    if request.method == "POST":
        do = DEEDS.get(typed(request.POST, "deed", 10))
        if do is None:
            raise NotFoundError
        try:
            do(officer=request.officer, alert_id=alert.pk)
        except TodokeError as refused:
            error, status = refused.message, refused.status
        else:
            return redirect("console:situation", incident_id=alert.incident.pk)
    places, texts = known_municipalities(), _texts(alert)
    waiting = alert.state == "waiting"
    context = {
        "alert": alert,
        "incident": alert.incident,
        "incident_title": title_of(alert.incident),
        "drill": alert.drill,
        "places": [places[code].name for code in alert.audience["areas"] if code in places],
        "texts": [(language, text["title"], text["body"]) for language, text in texts.items()],
        "waiting": waiting,
        "people": counted(alert, counting(request)) if waiting else alert.people,
        "error": error,
    }
    return render(request, "console/waiting_alert.html", context, status=status)
