"""A message of Lアラート as a telegram among the others: what is kept of it, and shown."""

from todoke.loops.reach.telegrams.commons.profile import Profile
from todoke.loops.reach.telegrams.commons.reading import STATUSES, read_distribution
from todoke.loops.reach.telegrams.commons.types import Envelope, EvacuationDetail, EvacuationMessage, Message
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import MUNICIPALITY
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.source import unit_of
from todoke.loops.reach.telegrams.types import Area, Kind, Severity, Status, Telegram
from todoke.loops.reach.types import WITH_LEVELS, OrderKind
from todoke.registry.places.types import Hazard

EVACUATION, SHELTER = "EvacuationOrder", "Shelter"
"""Types of telegrams that are messages of Lアラート."""

SEVERITIES = {
    OrderKind.ELDERLY: Severity.WARNING,
    OrderKind.EVACUATE: Severity.SEVERE,
    OrderKind.SECURE: Severity.EMERGENCY,
}


def read_message(root: Node, prefecture: str, profile: Profile) -> Telegram:
    """What an EDXLDistribution says. Raises TelegramError."""
    category = root.value("contentObject/category")
    if category and category not in {profile.evacuation_category, profile.shelter_category}:
        return _other(root, category)
    message = read_distribution(root, profile)
    envelope = message.envelope
    evacuation = isinstance(message, EvacuationMessage)
    areas = _areas(message, profile) if isinstance(message, EvacuationMessage) else ()
    standing = [area for area in areas if area.severity > Severity.NONE]
    concern, reason = _concern(envelope, prefecture)
    return Telegram(
        type=EVACUATION if evacuation else SHELTER,
        title=envelope.title,
        kind=Kind.EVACUATION if evacuation else Kind.SHELTERS,
        status=envelope.status,
        info_type=root.value("distributionType"),
        concern=concern,
        reason=reason,
        unit=unit_of("commons", str(envelope.document_id), envelope.status),
        unit_is_full_state=False,
        event_id=str(envelope.document_id),
        heading=message.disaster,
        editorial_office=envelope.office,
        publishing_office=envelope.publisher,
        issued_at=envelope.reported_at,
        sent_at=envelope.reported_at,
        serial=str(envelope.revision),
        headline=envelope.headline,
        text=message.note,
        level=max((area.level or 0 for area in standing), default=0) or None,
        severity=max((area.severity for area in standing), default=Severity.NONE),
        areas=areas,
        notes=_notes(message),
    )


def _other(root: Node, category: str) -> Telegram:
    return Telegram(
        type=category[:20],
        title=root.value("contentObject/contentDescription"),
        kind=Kind.NOTICE,
        status=STATUSES.get(root.value("distributionStatus"), Status.TEST),
        info_type=root.value("distributionType"),
        concern=False,
        reason=Reason.OTHER_MESSAGE,
        unit=unit_of("commons", root.value("contentObject/documentID"), category),
        unit_is_full_state=False,
        event_id=root.value("contentObject/documentID"),
    )


def hazard_of(message: Message, profile: Profile) -> Hazard | None:
    """What it is about; the message has only words for it."""
    envelope = message.envelope
    return profile.hazard_of(message.disaster, message.note, envelope.headline, envelope.title)


def _concern(envelope: Envelope, prefecture: str) -> tuple[bool, Reason]:
    codes = [code for _name, code in envelope.targets if code]
    if codes and not any(code.startswith(prefecture) for code in codes):
        return False, Reason.ELSEWHERE
    if envelope.status == Status.TEST:
        return False, Reason.DELIVERY_TEST
    return True, Reason.HERE


def _areas(message: EvacuationMessage, profile: Profile) -> tuple[Area, ...]:
    code = next((code for _name, code in message.envelope.targets if code), "")
    place = next((name for name, _code in message.envelope.targets), "")
    levels = hazard_of(message, profile) in WITH_LEVELS
    return tuple(
        Area(
            code=code,
            code_type=MUNICIPALITY,
            name=name or place,
            kind=Kind.EVACUATION,
            severity=_severity(detail, message.envelope),
            warning=detail.sort,
            status=profile.lifted if detail.lifted or message.envelope.cancels else profile.issued,
            level=detail.kind.level if detail.kind and levels and not detail.lifted else None,
        )
        for detail in message.details
        for name in [area.name for area in detail.areas] or [""]
    )


def _severity(detail: EvacuationDetail, envelope: Envelope) -> Severity:
    if detail.lifted or envelope.cancels:
        return Severity.NONE
    return SEVERITIES[detail.kind] if detail.kind else Severity.WARNING


def _notes(message: Message) -> tuple[str, ...]:
    if not isinstance(message, EvacuationMessage):
        return ()
    return tuple(f"unknown order {detail.sort}"[:200] for detail in message.details if detail.kind is None)
