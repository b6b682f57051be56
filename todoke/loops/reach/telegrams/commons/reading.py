"""Messages of Lアラート, read by local names: editions differ in their namespaces."""

from datetime import datetime
from uuid import UUID

from todoke.kernel.clock import JAPAN
from todoke.loops.reach.telegrams.commons.profile import EXERCISES, Profile
from todoke.loops.reach.telegrams.commons.soap import distribution
from todoke.loops.reach.telegrams.commons.types import (
    Envelope,
    EvacuationArea,
    EvacuationDetail,
    EvacuationMessage,
    Message,
    ShelterEntry,
    ShelterMessage,
)
from todoke.loops.reach.telegrams.errors import ForeignTelegramError, IncompleteTelegramError
from todoke.loops.reach.telegrams.markup import Node, parse
from todoke.loops.reach.telegrams.source import moment_in
from todoke.loops.reach.telegrams.types import Status

STATUSES = {word: status for status, word in EXERCISES.items()}


def read_commons(body: bytes, profile: Profile) -> Message:
    """Raises TelegramError, also for a category that is neither evacuation nor shelters."""
    return read_distribution(distribution(parse(body)), profile)


def read_distribution(root: Node, profile: Profile) -> Message:
    """The same of a document that was taken apart, and out of the call that carried it."""
    if root.name != "EDXLDistribution":
        raise ForeignTelegramError(root=root.name[:40])
    content = root.find("contentObject") or root
    report = content.find("xmlContent/embeddedXMLContent/Report")
    if report is None:
        raise IncompleteTelegramError(element="Report")
    envelope = _envelope(root, content, report)
    evacuation, shelter = report.find("EvacuationOrder"), report.find("Shelter")
    if evacuation is not None:
        return _evacuation(envelope, evacuation, profile)
    if shelter is not None:
        return ShelterMessage(
            envelope=envelope,
            disaster=shelter.value("Disaster/DisasterName"),
            note=shelter.value("ComplementaryInfo"),
            shelters=tuple(_shelter(one) for one in shelter.all("Informations/Information")),
        )
    raise ForeignTelegramError(root=(content.value("category") or report.value("Control/Title"))[:40])


def _envelope(root: Node, content: Node, report: Node) -> Envelope:
    head = report.find("Head") or report
    reported = _time(head.value("ReportDateTime")) or _time(root.value("dateTimeSent"))
    if reported is None:
        raise IncompleteTelegramError(element="ReportDateTime")
    revision = _number(content.value("documentRevision")) or _number(head.value("documentRevision"))
    return Envelope(
        document_id=_uuid(content.value("documentID") or head.value("documentID"), "documentID"),
        revision=revision or 1,
        distribution_id=_uuid(root.value("distributionID"), "distributionID"),
        sender_id=root.value("senderID").strip('"'),
        office=report.value("Control/EditorialOffice/OfficeName"),
        publisher=report.value("Control/PublishingOffice/OfficeName") or content.value("publishingOfficeName"),
        title=head.value("Title"),
        headline=head.value("Headline/Text"),
        targets=tuple((area.value("areaName"), area.value("jisX0402")) for area in root.all("targetArea")),
        first_created_at=_time(head.value("FirstCreateDateTime")) or reported,
        created_at=_time(head.value("CreateDateTime")) or reported,
        reported_at=reported,
        # What is not said to be real is not taken for real.
        status=STATUSES.get(root.value("distributionStatus"), Status.TEST),
        cancels=root.value("distributionType") == "Cancel",
    )


def _evacuation(envelope: Envelope, body: Node, profile: Profile) -> EvacuationMessage:
    return EvacuationMessage(
        envelope=envelope,
        disaster=body.value("Disaster/DisasterName"),
        note=body.value("ComplementaryInfo"),
        households=_number(body.value("TotalNumber/Households")),
        people=_number(body.value("TotalNumber/HeadCount")),
        details=tuple(
            EvacuationDetail(
                kind=profile.kind_of(detail.value("Sort")),
                sort=detail.value("Sort"),
                lifted=detail.value("IssueOrLift") == profile.lifted,
                target=detail.value("Object"),
                areas=tuple(
                    EvacuationArea(
                        name=area.value("Location/areaName"),
                        name_kana=area.value("Location/areaNameKana"),
                        at=_time(area.value("DateTime")),
                        target=area.value("Object"),
                        households=_number(area.value("Households")),
                        people=_number(area.value("HeadCount")),
                    )
                    for area in detail.all("Areas/Area")
                ),
            )
            for detail in body.all("Detail")
        ),
    )


def _shelter(node: Node) -> ShelterEntry:
    latitude, longitude = _point(node.value("Location/circle"))
    return ShelterEntry(
        name=node.value("Location/areaName"),
        name_kana=node.value("Location/areaNameKana"),
        address=node.value("Location/Address"),
        latitude=latitude,
        longitude=longitude,
        phone=node.value("Location/ContactInfo"),
        kind=node.value("Type"),
        state=node.value("Sort"),
        at=_time(node.value("DateTime")),
        people=_number(node.value("NumberOf/HeadCount")),
        people_voluntary=_number(node.value("NumberOf/HeadCountVoluntary")),
        households=_number(node.value("NumberOf/Households")),
        households_voluntary=_number(node.value("NumberOf/HouseholdsVoluntary")),
        capacity=_number(node.value("Capacity")),
    )


def _point(circle: str) -> tuple[float | None, float | None]:
    """``38.42,141.3,0`` and ``38.42,141.3 0``."""
    numbers = circle.replace(",", " ").split()
    try:
        return float(numbers[0]), float(numbers[1])
    except (IndexError, ValueError):
        return None, None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _time(text: str) -> datetime | None:
    found = moment_in(text) if text else None
    return found.replace(tzinfo=JAPAN) if found is not None and found.tzinfo is None else found


def _uuid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise IncompleteTelegramError(element=name) from error
