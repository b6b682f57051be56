"""Writes of the catalogue."""

from collections.abc import Iterable

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.types import Pack


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
    return published
