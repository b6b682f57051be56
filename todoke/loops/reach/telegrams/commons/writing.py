"""Messages of Lアラート as EDXL-DE with a Report in it."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from todoke.kernel.clock import JAPAN
from todoke.loops.reach.telegrams.commons.profile import EXERCISES, Profile
from todoke.loops.reach.telegrams.commons.types import (
    Envelope,
    EvacuationDetail,
    EvacuationMessage,
    Message,
    ShelterEntry,
    ShelterMessage,
)
from todoke.loops.reach.telegrams.markup import Node, element, render


def write_commons(message: Message, profile: Profile) -> bytes:
    """The document. Raises ValueError for an evacuation detail whose order the profile has no word for."""
    if isinstance(message, EvacuationMessage):
        category, body = profile.evacuation_category, _evacuation(message, profile)
    else:
        category, body = profile.shelter_category, _shelters(message, profile)
    envelope = message.envelope
    root = _distribution(envelope, _report(envelope, category, body, profile), category, profile)
    return render(
        root,
        {
            profile.edxl: "edxlde",
            profile.commons: "commons",
            profile.report: "pcxml",
            profile.head: "pcx_ib",
            profile.basis: "pcx_eb",
            profile.evacuation: "pcx_ev",
            profile.shelter: "pcx_sh",
        },
    )


def distribution_type(envelope: Envelope) -> str:
    """Report, then Update, and Cancel for what should not have been sent."""
    if envelope.cancels:
        return "Cancel"
    return "Report" if envelope.revision <= 1 else "Update"


def _distribution(envelope: Envelope, report: Node, category: str, profile: Profile) -> Node:
    edxl, commons = partial(element, profile.edxl), partial(element, profile.commons)
    return edxl(
        "EDXLDistribution",
        edxl("distributionID", str(envelope.distribution_id)),
        edxl("senderID", envelope.sender_id),
        edxl("dateTimeSent", _time(envelope.reported_at)),
        edxl("distributionStatus", EXERCISES[envelope.status]),
        edxl("distributionType", distribution_type(envelope)),
        edxl("combinedConfidentiality", profile.confidentiality),
        *(commons("targetArea", *_place(name, code, profile)) for name, code in envelope.targets),
        commons(
            "contentObject",
            edxl("contentDescription", envelope.headline or envelope.title),
            edxl("xmlContent", edxl("embeddedXMLContent", report)),
            commons("publishingOfficeName", envelope.publisher),
            commons("previousDocumentRevision", str(envelope.revision - 1)),
            commons("documentRevision", str(envelope.revision)),
            commons("documentID", str(envelope.document_id)),
            commons("category", category),
        ),
    )


def _place(name: str, code: str, profile: Profile) -> Iterable[Node]:
    yield element(profile.commons, "areaName", name)
    if code:
        yield element(profile.commons, "jisX0402", code)


def _report(envelope: Envelope, category: str, body: Node, profile: Profile) -> Node:
    report, head = partial(element, profile.report), partial(element, profile.head)
    commons, edxl = partial(element, profile.commons), partial(element, profile.edxl)

    def office(name: str) -> Node:
        return element(profile.basis, "OfficeName", name)

    return report(
        "Report",
        report(
            "Control",
            report("Title", category),
            edxl("distributionStatus", EXERCISES[envelope.status]),
            report("EditorialOffice", office(envelope.office)),
            report("PublishingOffice", office(envelope.publisher)),
        ),
        head(
            "Head",
            head("Title", envelope.title),
            head("CreateDateTime", _time(envelope.created_at)),
            head("FirstCreateDateTime", _time(envelope.first_created_at)),
            head("ReportDateTime", _time(envelope.reported_at)),
            edxl("distributionID", str(envelope.distribution_id)),
            edxl("distributionType", distribution_type(envelope)),
            commons("documentRevision", str(envelope.revision)),
            commons("documentID", str(envelope.document_id)),
            head(
                "Headline",
                head("Text", envelope.headline),
                head("Areas", *(head("Area", *_place(name, code, profile)) for name, code in envelope.targets)),
            ),
        ),
        body,
    )


def _evacuation(message: EvacuationMessage, profile: Profile) -> Node:
    made = partial(element, profile.evacuation)
    return made(
        "EvacuationOrder",
        _disaster(message.disaster, profile),
        made("ComplementaryInfo", message.note) if message.note else None,
        made("TotalNumber", *_numbers(message.households, message.people, profile)),
        *(_detail(detail, profile) for detail in message.details),
    )


def _detail(detail: EvacuationDetail, profile: Profile) -> Node:
    made = partial(element, profile.evacuation)
    sort = profile.sorts.get(detail.kind, "") if detail.kind else detail.sort
    if not sort:
        raise ValueError("an evacuation detail has no word for its order")
    return made(
        "Detail",
        made("Sort", sort),
        made("IssueOrLift", profile.lifted if detail.lifted else profile.issued),
        made("Object", detail.target) if detail.target else None,
        made(
            "Areas",
            *(
                made(
                    "Area",
                    made("Location", *_named(area.name, area.name_kana, profile)),
                    made("DateTime", _time(area.at)) if area.at else None,
                    made("Object", area.target) if area.target else None,
                    *_numbers(area.households, area.people, profile),
                )
                for area in detail.areas
            ),
        ),
    )


def _named(name: str, kana: str, profile: Profile) -> Iterable[Node]:
    yield element(profile.commons, "areaName", name)
    if kana:
        yield element(profile.commons, "areaNameKana", kana)


def _numbers(households: int | None, people: int | None, profile: Profile) -> Iterable[Node]:
    if households is not None:
        yield element(profile.evacuation, "Households", str(households), unit=profile.household_unit)
    if people is not None:
        yield element(profile.evacuation, "HeadCount", str(people))


def _disaster(name: str, profile: Profile) -> Node | None:
    basis = partial(element, profile.basis)
    return basis("Disaster", basis("DisasterName", name)) if name else None


def _shelters(message: ShelterMessage, profile: Profile) -> Node:
    made = partial(element, profile.shelter)
    return made(
        "Shelter",
        _disaster(message.disaster, profile),
        made("ComplementaryInfo", message.note) if message.note else None,
        made(
            "TotalNumber",
            *(
                made(name, str(sum(found)))
                for name, found in (
                    ("HeadCount", [one.people for one in message.shelters if one.people is not None]),
                    ("Households", [one.households for one in message.shelters if one.households is not None]),
                )
                if found
            ),
        ),
        made("TotalNumberOfShelter", str(len(message.shelters))),
        made("Informations", *(_shelter(shelter, profile) for shelter in message.shelters)),
    )


def _shelter(shelter: ShelterEntry, profile: Profile) -> Node:
    made = partial(element, profile.shelter)
    circle = None
    if shelter.latitude is not None and shelter.longitude is not None:
        circle = element(profile.edxl, "circle", f"{shelter.latitude:.6f},{shelter.longitude:.6f},0")
    contact = element(profile.basis, "ContactInfo", shelter.phone, contactType=profile.phone) if shelter.phone else None
    numbers = (
        ("HeadCount", shelter.people),
        ("HeadCountVoluntary", shelter.people_voluntary),
        ("Households", shelter.households),
        ("HouseholdsVoluntary", shelter.households_voluntary),
    )
    return made(
        "Information",
        made(
            "Location",
            circle,
            *_named(shelter.name, shelter.name_kana, profile),
            contact,
            made("Address", shelter.address) if shelter.address else None,
        ),
        made("Type", shelter.kind),
        made("Sort", shelter.state),
        made("DateTime", _time(shelter.at)) if shelter.at else None,
        made("NumberOf", *(made(name, str(number)) for name, number in numbers if number is not None)),
        made("Capacity", str(shelter.capacity)) if shelter.capacity is not None else None,
    )


def _time(moment: datetime) -> str:
    return moment.astimezone(JAPAN).replace(microsecond=0).isoformat()
