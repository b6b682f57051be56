"""Organisations and what they consist of."""

from collections.abc import Iterable

from todoke.registry.organisations.models import Organisation


def with_parts(roots: Iterable[int]) -> set[int]:
    """Keys of ``roots`` and of everything below them."""
    parts: dict[int | None, list[int]] = {}
    for key, parent in Organisation.objects.values_list("pk", "parent_id"):
        parts.setdefault(parent, []).append(key)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(parts.get(key, []))
    return found
