"""What the apply loop does by itself."""

from typing import Any

from todoke.kernel.events import listen
from todoke.kernel.jobs import task
from todoke.loops.apply import proactive
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.people import consents
from todoke.registry.people.models import Agency, Resident


@task("apply.check_resident")
def check_resident(resident_id: str) -> None:
    """What fits a resident whose facts changed."""
    resident = Resident.objects.select_related("household").filter(pk=resident_id).first()
    if resident and "proactive" in consents.standing(resident):
        proactive.check_one(resident)


@task("apply.check_everybody")
def check_everybody(pack_id: str, after: str = "") -> None:
    """Of one service, a page of those who want to be told and whom it may fit, then the next."""
    pack = next((pack for pack in proactive.told_of() if pack.id == pack_id), None)
    last = proactive.check_page(pack, after) if pack else ""
    if last:
        check_everybody.enqueue(pack_id=pack_id, after=last)


@task("apply.daily", cron="5 15 * * *")
def daily() -> None:
    """At 0:05 in Japan: birthdays, new school years and figures in force since today change what fits."""
    for pack in proactive.told_of():
        check_everybody.enqueue(pack_id=pack.id)
    for decision in proactive.decisions_to_renew():
        proactive.renew(decision=decision)


@listen("facts-changed")
def _facts_changed(resident: Resident, **_what: Any) -> None:
    if "proactive" in consents.standing(resident):
        check_resident.enqueue(resident_id=str(resident.pk))


@listen("agency-granted")
def _agency_granted(agency: Agency) -> None:
    proactive.tell_of_agency(agency)


@listen("service-published")
def _service_published(version: PackVersion) -> None:
    check_everybody.enqueue(pack_id=version.pack)
