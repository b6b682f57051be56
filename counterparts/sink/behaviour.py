"""How a provider behaves, for a while, to those who rely on it."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Behaviour:
    """Well, unless told otherwise. A ``share`` below 1 makes what is wrong happen that often only."""

    delay: float = 0
    """Seconds before it answers."""

    status: int = 0
    """It answers with that status and takes nothing."""

    retry_after: int = 0
    lie: str = ""
    """error-body: it says 200 and in the body that it failed; took-it-after-all: it says 503 and took it."""

    receipts: str = "delivered"
    """delivered, none, twice, failed."""

    share: float = 1

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Behaviour":
        """From JSON; what is not said is as it should be. Raises TypeError, ValueError."""
        kinds: dict[str, Any] = {name: type(value) for name, value in asdict(cls()).items()}
        return cls(**{name: kinds[name](value) for name, value in given.items() if name in kinds})
