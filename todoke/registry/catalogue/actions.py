"""Writes of the catalogue."""

from collections.abc import Iterable

from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import NotFoundError
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.types import Pack


class NoSuchVersionError(NotFoundError):
    """その版の手続はありません。"""


@transaction.atomic
def roll_back(*, pack_id: str, number: int, actor: str) -> PackVersion:
    """Put an earlier version into force again: the next drafts begin with it.

    Drafts and cases of the version that was wrong stay, with what was typed. Raises NoSuchVersionError.
    """
    versions = PackVersion.objects.select_for_update().filter(pack=pack_id)
    wanted = versions.filter(number=number).first()
    if wanted is None:
        raise NoSuchVersionError
    versions.filter(current=True).exclude(pk=wanted.pk).update(current=False)
    if not wanted.current:
        wanted.current = True
        wanted.save(update_fields=["current"])
        audit.record(actor=actor, action="roll-back", subject=f"pack:{pack_id}", number=number)
        events.tell("service-published", version=wanted)
    return wanted


@transaction.atomic
def publish_packs(*, packs: Iterable[Pack], actor: str) -> list[PackVersion]:
    """Make ``packs`` the current versions; one whose content did not change gets no new version.

    Drafts and cases keep the version they began with.
    """
    published = []
    for pack in packs:
        current = PackVersion.objects.select_for_update().filter(pack=pack.id, current=True).first()
        if current and current.hash == pack.hash:
            continue
        last = PackVersion.objects.filter(pack=pack.id).order_by("-number").values_list("number", flat=True).first()
        PackVersion.objects.filter(pack=pack.id, current=True).update(current=False)
        published.append(
            PackVersion.objects.create(
                pack=pack.id,
                number=(last or 0) + 1,
                hash=pack.hash,
                content=pack.as_json(),
                published_at=clock.now(),
                current=True,
            )
        )
        audit.record(
            actor=actor, action="publish", subject=f"pack:{pack.id}", number=published[-1].number, hash=pack.hash
        )
    for version in published:
        events.tell("service-published", version=version)
    return published
