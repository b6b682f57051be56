"""Ids of demonstration people: ordered, and made from what they name, so that a load makes the same rows again."""

from uuid import UUID

FIRST_AND_LAST = (UUID("de400000-0000-8000-8000-000000000000"), UUID("de400000-ffff-8000-8000-ffffffffffff"))
"""Between them are all of a load; who was added later has an id like everybody else."""


def person_id(municipality_code: str, household: int, member: int) -> UUID:
    """Version 8 of RFC 9562. ``member`` 0 is the household itself, 1 its head."""
    return UUID(f"de400000-{int(municipality_code):04x}-8000-8000-{household:09x}{member:03x}")
