"""What messages of Lアラート say."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind


@dataclass(frozen=True)
class Envelope:
    """Who says it, where, and which message it is of a document that grows: a first report is revision 1.

    ``targets`` are pairs of a name and a code of a local government of 6 digits.
    """

    document_id: UUID
    revision: int
    distribution_id: UUID
    sender_id: str
    office: str
    publisher: str
    title: str
    headline: str
    targets: tuple[tuple[str, str], ...]
    first_created_at: datetime
    created_at: datetime
    reported_at: datetime
    status: Status = Status.NORMAL
    cancels: bool = False

    def next(self, *, distribution_id: UUID, at: datetime, title: str = "", headline: str = "") -> "Envelope":
        """The envelope of an update: the same document, one revision on."""
        return replace(
            self,
            distribution_id=distribution_id,
            revision=self.revision + 1,
            created_at=at,
            reported_at=at,
            title=title or self.title,
            headline=headline or self.headline,
        )


@dataclass(frozen=True)
class EvacuationArea:
    """A district that is told of."""

    name: str
    at: datetime | None = None
    name_kana: str = ""
    target: str = ""
    households: int | None = None
    people: int | None = None


@dataclass(frozen=True)
class EvacuationDetail:
    """What is issued, or lifted, and where. ``kind`` is None for a word (``sort``) that the profile does not have."""

    kind: OrderKind | None
    lifted: bool
    areas: tuple[EvacuationArea, ...]
    sort: str = ""
    target: str = ""


@dataclass(frozen=True)
class EvacuationMessage:
    """避難情報: everything that a municipality has in force, and what it has just lifted."""

    envelope: Envelope
    details: tuple[EvacuationDetail, ...]
    disaster: str = ""
    note: str = ""
    households: int | None = None
    people: int | None = None


@dataclass(frozen=True)
class ShelterEntry:
    """A shelter and its state: 開設, 閉鎖, 常設, 未開設, 不明."""

    name: str
    state: str
    kind: str = "避難所"
    name_kana: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    at: datetime | None = None
    people: int | None = None
    people_voluntary: int | None = None
    households: int | None = None
    households_voluntary: int | None = None
    capacity: int | None = None


@dataclass(frozen=True)
class ShelterMessage:
    """避難所情報."""

    envelope: Envelope
    shelters: tuple[ShelterEntry, ...]
    disaster: str = ""
    note: str = ""


Message = EvacuationMessage | ShelterMessage
