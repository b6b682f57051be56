"""What other rooms see of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Where a fact comes from, the surest first; the registers' are corrected at their office."""

    REGISTER = "register"
    CARD = "card"
    OFFICE = "office"
    """An office found it in a case that it decided."""

    SELF = "self"


OFFICIAL = frozenset({Source.REGISTER, Source.CARD, Source.OFFICE})
"""Sources whose facts a person contests and does not overwrite."""


@dataclass(frozen=True)
class KnownFact:
    """A fact with what a reader wants to know of it. ``detail`` names the submission it was said in."""

    key: str
    value: Any
    source: Source
    detail: str = ""
    since: date | None = None
    """When it was learnt."""

    until: date | None = None
    """The last day on which it holds, where it has an end."""

    stale: bool = False
    """Said so long ago that it is to be confirmed before it is relied on."""

    agent: str = ""
    """Who said it for the resident, where they did not say it themselves."""

    contradicted_by: "KnownFact | None" = None
    """What a less sure source says otherwise, later."""

    def as_json(self) -> dict[str, Any]:
        """As kept with a submission."""
        return {
            "key": self.key,
            "value": self.value,
            "source": self.source.value,
            "detail": self.detail,
            "since": self.since.isoformat() if self.since else None,
            "otherwise": self.contradicted_by.as_json() if self.contradicted_by else None,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "KnownFact":
        """What ``as_json`` gave."""
        return cls(
            row["key"],
            row["value"],
            Source(row["source"]),
            row["detail"],
            date.fromisoformat(row["since"]) if row.get("since") else None,
            contradicted_by=cls.from_json(row["otherwise"]) if row.get("otherwise") else None,
        )


@dataclass(frozen=True)
class Reader:
    """Who reads a resident's facts, as the resident will see it.

    ``actor`` is ``officer:…``, ``service:…`` or ``system``; ``purpose`` the declared one; ``reason`` in the reader's
    own words where a key asks for one.
    """

    actor: str
    name: str
    purpose: str
    what: str = ""
    reason: str = ""
