"""What other rooms see of people."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Where a fact comes from; the registers' are corrected at their office."""

    REGISTER = "register"
    CARD = "card"
    SELF = "self"


@dataclass(frozen=True)
class KnownFact:
    """A fact with what a reader wants to know of it. ``detail`` names the submission it was said in."""

    key: str
    value: Any
    source: Source
    detail: str = ""
    since: date | None = None

    def as_json(self) -> dict[str, Any]:
        """As kept with a submission."""
        return {
            "key": self.key,
            "value": self.value,
            "source": self.source.value,
            "detail": self.detail,
            "since": self.since.isoformat() if self.since else None,
        }
