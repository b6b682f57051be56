"""Ids of demonstration people: ordered, and made from what they name, so that a load makes the same rows again."""

from uuid import UUID


def person_id(municipality_code: str, household: int, member: int) -> UUID:
    """Version 8 of RFC 9562. ``member`` 0 is the household itself, 1 its head."""
    return UUID(f"de400000-{int(municipality_code):04x}-8000-8000-{household:09x}{member:03x}")
