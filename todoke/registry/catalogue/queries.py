"""Reads of the catalogue."""

from functools import lru_cache

from todoke.kernel.text import search_key
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.types import Pack


@lru_cache(maxsize=512)
def _pack(version_id: int) -> Pack:
    return Pack.from_json(PackVersion.objects.values_list("content", flat=True).get(pk=version_id))


def pack_of(version_id: int) -> Pack:
    """The pack of a version; a version never changes, so it is read once."""
    return _pack(version_id)


def current_packs() -> list[Pack]:
    """What can be applied for, by id."""
    return [pack for pack in _in_force() if not pack.is_internal]


def office_packs() -> list[Pack]:
    """What offices fill in among themselves, by id."""
    return [pack for pack in _in_force() if pack.is_internal]


def _in_force() -> list[Pack]:
    ids = PackVersion.objects.filter(current=True).order_by("pack").values_list("pk", flat=True)
    return [pack_of(pk) for pk in ids]


def current_version(pack_id: str) -> PackVersion | None:
    """The version in force of a pack that can be applied for."""
    version = _version_in_force(pack_id)
    return None if version and pack_of(version.pk).is_internal else version


def office_version(pack_id: str) -> PackVersion | None:
    """The version in force of a pack that offices fill in."""
    version = _version_in_force(pack_id)
    return version if version and pack_of(version.pk).is_internal else None


def _version_in_force(pack_id: str) -> PackVersion | None:
    return PackVersion.objects.filter(pack=pack_id, current=True).defer("content").first()


def search(words: str) -> list[Pack]:
    """Services whose titles, summary or keywords hold every word of ``words``, in any width or case."""
    wanted = [search_key(word) for word in words.split()]
    found = []
    for pack in current_packs():
        text = search_key(" ".join([*pack.titles.values(), *pack.summary.values(), *pack.keywords]))
        if all(word in text for word in wanted):
            found.append(pack)
    return found
