"""What arrived."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

KEPT = 20_000
"""Messages that are kept in full; of the others the keys."""


@dataclass(frozen=True)
class Arrived:
    """A message that had an effect."""

    number: str
    at: datetime
    channel: str
    to: str
    key: str
    text: str


@dataclass
class Store:
    """In memory: it is gone with the process."""

    requests: int = 0
    copies: int = 0
    receipts: int = 0
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    messages: deque[Arrived] = field(default_factory=lambda: deque(maxlen=KEPT))

    def take(self, channel: str, key: str, to: str, text: str, answer: Any) -> Any:
        """Keep a message once for its key; the answer of the first time. Without a key each is a new one."""
        named = (channel, key or f"none-{self.requests}")
        if key and named in self.answers:
            self.copies += 1
            return self.answers[named]
        self.answers[named] = answer
        self.effects[named] += 1
        self.messages.appendleft(Arrived(str(len(self.answers)), datetime.now(UTC), channel, to, key, text))
        return answer

    def newest(self, to: str = "", limit: int = 100) -> list[Arrived]:
        """Newest first."""
        return list(islice((one for one in self.messages if not to or one.to == to), limit))
