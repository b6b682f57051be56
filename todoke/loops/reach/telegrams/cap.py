"""The Common Alerting Protocol 1.2 of OASIS: read, and written in the order that its schema fixes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from todoke.loops.reach.telegrams.errors import IncompleteTelegramError
from todoke.loops.reach.telegrams.markup import Node, element, render
from todoke.loops.reach.telegrams.source import moment_in

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
_UNFIT = re.compile(r"[\s,<&]")


@dataclass(frozen=True)
class CapArea:
    """Where. ``geocodes`` are pairs of a list's name and a code."""

    description: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Resource:
    """A file that belongs to it."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Info:
    """What is said in one language."""

    event: str
    categories: tuple[str, ...] = ("Met",)
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    language: str = "ja-JP"
    responses: tuple[str, ...] = ()
    event_codes: tuple[tuple[str, str], ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True)
class Alert:
    """An alert. ``references`` are triplets of sender, identifier and the time it was sent."""

    identifier: str
    sender: str
    sent: datetime
    status: str = "Actual"
    msg_type: str = "Alert"
    scope: str = "Public"
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[tuple[str, str, datetime], ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()


def write_alert(alert: Alert) -> bytes:
    """The document. Raises ValueError for an identifier or a sender that CAP forbids, or a time without an offset."""
    for name, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not value or _UNFIT.search(value):
            raise ValueError(f"{name} of a CAP alert must not be empty or have spaces, commas, < or &: {value!r}")
    references = " ".join(f"{sender},{identifier},{_time(sent)}" for sender, identifier, sent in alert.references)
    root = _node(
        "alert",
        _node("identifier", alert.identifier),
        _node("sender", alert.sender),
        _node("sent", _time(alert.sent)),
        _node("status", alert.status),
        _node("msgType", alert.msg_type),
        _maybe("source", alert.source),
        _node("scope", alert.scope),
        _maybe("restriction", alert.restriction),
        _maybe("addresses", alert.addresses),
        *(_node("code", code) for code in alert.codes),
        _maybe("note", alert.note),
        _maybe("references", references),
        _maybe("incidents", " ".join(f'"{name}"' if " " in name else name for name in alert.incidents)),
        *(_info(info) for info in alert.infos),
    )
    return render(root, {NAMESPACE: ""})


def parse_alert(root: Node) -> tuple[Alert, list[str]]:
    """An alert, and notes on what was missing or not allowed in it.

    Raises IncompleteTelegramError for what has no identifier, sender or time.
    """
    notes: list[str] = []
    for name in ("identifier", "sender", "sent"):
        if not root.value(name):
            raise IncompleteTelegramError(element=name)
    sent = _moment(root.value("sent"), "sent", notes)
    if sent is None:
        raise IncompleteTelegramError(element="sent")
    for name in ("status", "msgType", "scope"):
        if not root.value(name):
            notes.append(f"{name} is missing")
    return (
        Alert(
            identifier=root.value("identifier"),
            sender=root.value("sender"),
            sent=sent,
            status=root.value("status"),
            msg_type=root.value("msgType"),
            scope=root.value("scope"),
            source=root.value("source"),
            restriction=root.value("restriction"),
            addresses=root.value("addresses"),
            codes=tuple(code.text for code in root.all("code")),
            note=root.value("note"),
            references=tuple(_references(root.value("references"), notes)),
            incidents=tuple(_words(root.value("incidents"))),
            infos=tuple(_parsed_info(info, notes) for info in root.all("info")),
        ),
        notes,
    )


def _node(name: str, *children: "Node | str | None") -> Node:
    return element(NAMESPACE, name, *children)


def _maybe(name: str, text: str) -> Node | None:
    return _node(name, text) if text else None


def _pairs(name: str, pairs: Iterable[tuple[str, str]]) -> list[Node]:
    return [_node(name, _node("valueName", key), _node("value", value)) for key, value in pairs]


def _info(info: Info) -> Node:
    return _node(
        "info",
        _node("language", info.language),
        *(_node("category", category) for category in info.categories),
        _node("event", info.event),
        *(_node("responseType", response) for response in info.responses),
        _node("urgency", info.urgency),
        _node("severity", info.severity),
        _node("certainty", info.certainty),
        *_pairs("eventCode", info.event_codes),
        *(
            _node(name, _time(moment))
            for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires))
            if moment is not None
        ),
        _maybe("senderName", info.sender_name),
        _maybe("headline", info.headline),
        _maybe("description", info.description),
        _maybe("instruction", info.instruction),
        _maybe("web", info.web),
        _maybe("contact", info.contact),
        *_pairs("parameter", info.parameters),
        *(
            _node(
                "resource",
                _node("resourceDesc", resource.description),
                _node("mimeType", resource.mime_type),
                _maybe("size", "" if resource.size is None else str(resource.size)),
                _maybe("uri", resource.uri),
                _maybe("digest", resource.digest),
            )
            for resource in info.resources
        ),
        *(
            _node(
                "area",
                _node("areaDesc", area.description),
                *(_node("polygon", polygon) for polygon in area.polygons),
                *(_node("circle", circle) for circle in area.circles),
                *_pairs("geocode", area.geocodes),
            )
            for area in info.areas
        ),
    )


def _time(moment: datetime) -> str:
    """With a numeric offset: CAP forbids ``Z``, and writes UTC as ``-00:00``."""
    if moment.tzinfo is None:
        raise ValueError("a time of a CAP alert needs an offset")
    text = moment.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def _moment(text: str, what: str, notes: list[str]) -> datetime | None:
    if not text:
        return None
    found = moment_in(text)
    if found is None:
        notes.append(f"{what} is no date and time")
        return None
    if found.tzinfo is None:
        notes.append(f"{what} has no offset")
        return None
    if text.endswith("Z"):
        notes.append(f"{what} ends with Z, which CAP forbids")
    return found


def _references(text: str, notes: list[str]) -> Iterable[tuple[str, str, datetime]]:
    for triplet in text.split():
        sender, _, rest = triplet.partition(",")
        identifier, _, sent = rest.rpartition(",")
        moment = _moment(sent, "references", notes)
        if identifier and moment is not None:
            yield sender, identifier, moment


def _words(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', text)]


def _parsed_pairs(nodes: Iterable[Node]) -> tuple[tuple[str, str], ...]:
    return tuple((node.value("valueName"), node.value("value")) for node in nodes)


def _parsed_info(node: Node, notes: list[str]) -> Info:
    for name in ("category", "event", "urgency", "severity", "certainty"):
        if not node.value(name):
            notes.append(f"info/{name} is missing")
    return Info(
        event=node.value("event"),
        categories=tuple(category.text for category in node.all("category")),
        urgency=node.value("urgency"),
        severity=node.value("severity"),
        certainty=node.value("certainty"),
        language=node.value("language") or "en-US",
        responses=tuple(response.text for response in node.all("responseType")),
        event_codes=_parsed_pairs(node.all("eventCode")),
        effective=_moment(node.value("effective"), "effective", notes),
        onset=_moment(node.value("onset"), "onset", notes),
        expires=_moment(node.value("expires"), "expires", notes),
        sender_name=node.value("senderName"),
        headline=node.value("headline"),
        description=node.value("description"),
        instruction=node.value("instruction"),
        web=node.value("web"),
        contact=node.value("contact"),
        parameters=_parsed_pairs(node.all("parameter")),
        resources=tuple(
            Resource(
                description=resource.value("resourceDesc"),
                mime_type=resource.value("mimeType"),
                size=int(size) if (size := resource.value("size")).isdecimal() and len(size) < 16 else None,
                uri=resource.value("uri"),
                digest=resource.value("digest"),
            )
            for resource in node.all("resource")
        ),
        areas=tuple(
            CapArea(
                description=area.value("areaDesc"),
                polygons=tuple(polygon.text for polygon in area.all("polygon")),
                circles=tuple(circle.text for circle in area.all("circle")),
                geocodes=_parsed_pairs(area.all("geocode")),
            )
            for area in node.all("area")
        ),
    )
