"""The words of this room: priorities, states, failures, and what a channel is given and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from numpy.typing import NDArray

LANGUAGES = ("ja", "easy", "en", "zh-hans", "zh-hant", "ko", "vi")


class Priority(IntEnum):
    """The lower goes first, however many of the higher wait."""

    EMERGENCY = 0
    URGENT = 1
    NORMAL = 2
    NEWSLETTER = 3

    @property
    def of_job(self) -> int:
        """For the queue, where the higher goes first and 0 is what nobody chose."""
        return {0: 90, 1: 60, 2: 0, 3: -30}[self.value]

    @property
    def fall_back_seconds(self) -> int:
        """How long a channel may stay without a receipt before the next one is tried."""
        return {0: 30, 1: 120, 2: 3600, 3: 0}[self.value]

    @property
    def expires_hours(self) -> int:
        """After so long nobody is helped by it; what is not sent by then has failed."""
        return {0: 6, 1: 24, 2: 168, 3: 168}[self.value]


class State(StrEnum):
    """Of a delivery, in the order in which they follow; the last two are ends too."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failure(StrEnum):
    """Why a delivery did not get through: one of these, never a text of some library."""

    UNKNOWN_ADDRESS = "unknown_address"
    """The provider knows no such address, or it has ended; nothing more goes there."""

    REFUSED = "refused"
    """The provider will not take this message, however often it is asked."""

    NOT_ALLOWED = "not_allowed"
    """The provider does not know our key."""

    TOO_MANY = "too_many"
    TIMEOUT = "timeout"
    PROVIDER_DOWN = "provider_down"

    UNCLEAR = "unclear"
    """An answer that does not say that it was taken, whatever its status."""

    EXPIRED = "expired"
    """It was not sent while it was of use."""

    STOPPED = "stopped"
    """The message was called back before it was sent."""

    CHANNEL_OFF = "channel_off"
    """The channel has no settings here."""

    @property
    def again(self) -> bool:
        """Whether a later attempt may succeed."""
        return self in {
            Failure.NOT_ALLOWED,
            Failure.TOO_MANY,
            Failure.TIMEOUT,
            Failure.PROVIDER_DOWN,
            Failure.UNCLEAR,
        }


class Answer(StrEnum):
    """What a resident can say with one tap."""

    SAFE = "safe"
    MOVING = "moving"
    HELP = "help"


@dataclass(frozen=True)
class Batch:
    """Many messages of one or more wordings, as columns of the same length.

    ``started_at`` and the order of the rows make the ids: a retry gives the same. Texts are UTF-8 in arrays of bytes
    (dtype ``S``), without quotation marks, backslashes or control characters; numbers are integers, not below 0.
    """

    started_at: datetime
    residents: NDArray[Any]
    """The 16 bytes of each id, as ``S16``, ``V16`` or rows of ``uint8``."""

    languages: NDArray[Any]
    municipalities: NDArray[Any]
    values: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    variants: NDArray[Any] | None = None
    """Which of the wordings each gets, by its place in the list; None: the first."""

    def __len__(self) -> int:
        return len(self.languages)


@dataclass(frozen=True)
class Text:
    """A message as its reader sees it."""

    sender: str
    subject: str
    body: str
    short: str
    language: str


class Letter(NamedTuple):
    """What a channel carries. ``key`` is the same at every attempt: by it a provider knows a copy."""

    message: UUID
    key: str
    address: Any
    text: Text
    link: str
    priority: Priority
    drill: bool
    expires_at: datetime

    def to(self, address: Any) -> "Letter":
        """The same to an address."""
        return self._replace(address=address)


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: taken (``failure`` is None), or not."""

    failure: Failure | None = None
    provider_id: str = ""
    delivered: bool = False
    retry_after: float = 0
    """Seconds that the provider asked us to wait."""

    address_ended: bool = False
    """The provider says that nobody is there any more."""


class Channel(Protocol):
    """A way out of the house. Every adapter passes ``tests/messages/test_channels.py``."""

    name: str

    def is_on(self) -> bool:
        """Whether its settings are there."""

    def send(self, letter: Letter) -> Outcome:
        """One attempt; never raises for what the provider does. May be called from many threads."""


@dataclass(frozen=True)
class Receipt:
    """What a provider says later of what it took."""

    state: State
    provider_id: str = ""
    message: UUID | None = None
    """Where the provider gives our reference back; surer than its own id, which we may not know yet."""

    failure: Failure | None = None


@dataclass(frozen=True)
class Count:
    """How far the messages of a matter have got in one municipality."""

    municipality: str
    messages: int
    sent: int
    """Sent out, be it to the inbox alone."""

    delivered: int
    read: int
    failed: int
    """Sent, not read, and no channel but the inbox took it: who has none, or failed on all."""

    answers: Mapping[str, int]

    @property
    def answered(self) -> int:
        """Who said anything."""
        return sum(self.answers.values())
