"""What a document has to be like, as far as is public: the envelope EDXL-DE 1.0, the report, and the two bodies."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as Tree
from xml.parsers import expat

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP = "http://soap.publiccommons.ne.jp/"
EDXL = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
COMMONS = "http://xml.publiccommons.ne.jp/xml/edxl/"
REPORT = "http://xml.publiccommons.ne.jp/pcxml1/3"
HEAD = "http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/"
BASIS = "http://xml.publiccommons.ne.jp/pcxml1/elementBasis3/"
BODIES = {
    "EvacuationOrder": "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3",
    "Shelter": "http://xml.publiccommons.ne.jp/pcxml1/body/shelter3",
}
SORTS = {"高齢者等避難", "避難指示", "緊急安全確保"}
SHELTER_TYPES = {"避難所", "臨時避難所", "一時避難場所_開設措置なし", "広域避難場所_開設措置なし"}
SHELTER_SORTS = {"開設", "閉鎖", "常設", "未開設", "不明"}
STATUSES = {"Actual", "Exercise", "Test"}
CONFIDENTIALITY = "UNCLASSIFIED AND NOT SENSITIVE"
LARGEST = 4 * 1024 * 1024


class RefusedError(Exception):
    """Why a document is not taken."""


@dataclass(frozen=True)
class Document:
    """A document that is as it should be."""

    document_id: str
    revision: int
    distribution_id: str
    sender: str
    category: str
    status: str
    kind: str
    publisher: str
    headline: str
    targets: tuple[str, ...]
    sorts: tuple[str, ...]
    """What it says of what: 避難指示 発令 湊地区; 湊小学校 開設."""


def document_in(call: bytes) -> tuple[Document, bytes]:
    """The document of a SOAP call, and its bytes in one form. Raises RefusedError."""
    if len(call) > LARGEST:
        raise RefusedError("too large")
    message = _one(_one(_one(_parsed(call), ENVELOPE, "Body"), SOAP, "publish"), SOAP, "message")
    root = message[0] if len(message) else _parsed((message.text or "").encode())
    return check(root), Tree.tostring(root, encoding="utf-8", xml_declaration=True)


def check(root: Tree.Element) -> Document:
    """Raises RefusedError."""
    if root.tag != f"{{{EDXL}}}EDXLDistribution":
        raise RefusedError(f"{root.tag} is no EDXLDistribution")
    content = _one(root, COMMONS, "contentObject")
    report = _one(_one(_one(content, EDXL, "xmlContent"), EDXL, "embeddedXMLContent"), REPORT, "Report")
    head, control = _one(report, HEAD, "Head"), _one(report, REPORT, "Control")
    status = _among(_text(root, EDXL, "distributionStatus"), STATUSES)
    kind = _among(_text(root, EDXL, "distributionType"), {"Report", "Update", "Cancel"})
    revision = int(_matching(_text(content, COMMONS, "documentRevision"), "[1-9][0-9]*"))
    previous = int(_matching(_text(content, COMMONS, "previousDocumentRevision"), "[0-9]+"))
    category = _among(_text(content, COMMONS, "category"), set(BODIES))
    if previous != revision - 1 or (kind == "Report") != (revision == 1):
        raise RefusedError(f"{kind} with revision {revision} after {previous}")
    _among(_text(root, EDXL, "combinedConfidentiality"), {CONFIDENTIALITY})
    _time(_text(root, EDXL, "dateTimeSent"))
    _uuid(_text(root, EDXL, "distributionID"))
    targets = root.findall(f"{{{COMMONS}}}targetArea")
    if not targets:
        raise RefusedError("targetArea is missing")
    for target in targets:
        _code(_text(target, COMMONS, "jisX0402"))
    for name, space, same in (
        ("documentID", COMMONS, _uuid(_text(content, COMMONS, "documentID"))),
        ("documentRevision", COMMONS, str(revision)),
        ("distributionID", EDXL, _text(root, EDXL, "distributionID")),
        ("distributionType", EDXL, kind),
    ):
        if _text(head, space, name) != same:
            raise RefusedError(f"Head and envelope differ in {name}")
    if _text(control, REPORT, "Title") != category or _text(control, EDXL, "distributionStatus") != status:
        raise RefusedError("Control and envelope differ")
    for office in ("EditorialOffice", "PublishingOffice"):
        _text(_one(control, REPORT, office), BASIS, "OfficeName")
    for name in ("CreateDateTime", "FirstCreateDateTime", "ReportDateTime"):
        _time(_text(head, HEAD, name))
    body = _one(report, BODIES[category], category)
    return Document(
        document_id=_text(content, COMMONS, "documentID"),
        revision=revision,
        distribution_id=_text(root, EDXL, "distributionID"),
        sender=_text(root, EDXL, "senderID"),
        category=category,
        status=status,
        kind=kind,
        publisher=_text(content, COMMONS, "publishingOfficeName"),
        headline=_text(_one(head, HEAD, "Headline"), HEAD, "Text"),
        targets=tuple(_text(target, COMMONS, "areaName") for target in targets),
        sorts=_evacuation(body) if category == "EvacuationOrder" else _shelters(body),
    )


def _evacuation(body: Tree.Element) -> tuple[str, ...]:
    space, found = BODIES["EvacuationOrder"], []
    details = body.findall(f"{{{space}}}Detail")
    if not details:
        raise RefusedError("Detail is missing")
    for detail in details:
        sort = _among(_text(detail, space, "Sort"), SORTS)
        deed = _among(_text(detail, space, "IssueOrLift"), {"発令", "解除"})
        areas = _one(detail, space, "Areas").findall(f"{{{space}}}Area")
        if not areas:
            raise RefusedError("Area is missing")
        for area in areas:
            name = _text(_one(area, space, "Location"), COMMONS, "areaName")
            _time(_text(area, space, "DateTime"))
            found.append(f"{sort} {deed} {name}")
    if len({one.rsplit(" ", 1)[0] for one in found}) != len(details):
        raise RefusedError("two Details of one Sort and IssueOrLift")
    return tuple(found)


def _shelters(body: Tree.Element) -> tuple[str, ...]:
    space, found = BODIES["Shelter"], []
    for one in _one(body, space, "Informations").findall(f"{{{space}}}Information"):
        _among(_text(one, space, "Type"), SHELTER_TYPES)
        state = _among(_text(one, space, "Sort"), SHELTER_SORTS)
        _time(_text(one, space, "DateTime"))
        found.append(f"{_text(_one(one, space, 'Location'), COMMONS, 'areaName')} {state}")
    if not found:
        raise RefusedError("Information is missing")
    return tuple(found)


def _parsed(body: bytes) -> Tree.Element:
    """Without a document type: entities could grow without end."""
    checked = expat.ParserCreate()

    def refuse(*_anything: object) -> None:
        raise RefusedError("a document type is not allowed")

    checked.StartDoctypeDeclHandler = refuse
    try:
        checked.Parse(body, True)
        return Tree.fromstring(body)  # noqa: S314
    except (expat.ExpatError, Tree.ParseError, ValueError) as error:
        raise RefusedError(f"no XML: {error}") from error


def _one(parent: Tree.Element, space: str, name: str) -> Tree.Element:
    found = parent.findall(f"{{{space}}}{name}")
    if len(found) != 1:
        raise RefusedError(f"{name} is there {len(found)} times in {parent.tag.rpartition('}')[2]}")
    return found[0]


def _text(parent: Tree.Element, space: str, name: str) -> str:
    text = (_one(parent, space, name).text or "").strip()
    if not text:
        raise RefusedError(f"{name} is empty")
    return text


def _among(text: str, allowed: set[str]) -> str:
    if text not in allowed:
        raise RefusedError(f"{text} is none of {', '.join(sorted(allowed))}")
    return text


def _matching(text: str, pattern: str) -> str:
    if not re.fullmatch(pattern, text):
        raise RefusedError(f"{text} is not as it should be")
    return text


def _uuid(text: str) -> str:
    try:
        UUID(text)
    except ValueError as error:
        raise RefusedError(f"{text} is no UUID") from error
    return text


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusedError(f"{text} is no date and time") from error
    if found.tzinfo is None:
        raise RefusedError(f"{text} has no offset")
    return found


def _code(text: str) -> None:
    """Six digits, of which the last checks the others."""
    _matching(text, "[0-9]{6}")
    total = sum(int(digit) * weight for digit, weight in zip(text[:5], (6, 5, 4, 3, 2), strict=True))
    if (11 - total % 11) % 10 != int(text[5]):
        raise RefusedError(f"{text} is no code of a local government")
