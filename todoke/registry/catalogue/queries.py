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
    ids = PackVersion.objects.filter(current=True).order_by("pack").values_list("pk", flat=True)
    return [pack_of(pk) for pk in ids]


def current_version(pack_id: str) -> PackVersion | None:
    """The version in force of a pack."""
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
