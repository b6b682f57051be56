"""A report of the JMA (気象庁防災情報XML) as a telegram."""

from datetime import datetime

from todoke.loops.reach.telegrams.catalogue import OLDER_SLOPES, OLDER_UNIT, UNKNOWN, Entry, entry_for, type_in
from todoke.loops.reach.telegrams.errors import IncompleteTelegramError
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import is_in, prefectures_in
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.seismic import earthquakes
from todoke.loops.reach.telegrams.source import TEXT_LIMIT, Source, unit_of
from todoke.loops.reach.telegrams.types import Area, InfoType, Kind, Severity, Status, Telegram

NAMESPACE = "http://xml.kishou.go.jp/jmaxml1/"
STATUSES = {"通常": Status.NORMAL, "訓練": Status.DRILL, "試験": Status.TEST}
TITLE_LIMIT, EVENT_LIMIT, OFFICE_LIMIT, WORD_LIMIT = 200, 120, 100, 10
"""Characters; the longest titles and events in the samples have 40."""
_HEADQUARTERS = "気象庁本庁"
_BACKUP = {"大阪管区気象台", _HEADQUARTERS}
"""Osaka takes over for quakes and tsunamis when Tokyo cannot: one office to us."""
_SEISMIC = {Kind.TSUNAMI, Kind.EARTHQUAKE, Kind.EARTHQUAKE_EARLY_WARNING, Kind.LONG_PERIOD_MOTION}
_SEISMIC |= {Kind.NANKAI_TROUGH, Kind.FOLLOW_UP_QUAKE}


def read_report(root: Node, name: str, prefecture: str) -> Telegram:
    """Raises TelegramError where Control or Head is missing; whatever else is missing is noted."""
    control, source = _source(root)
    entry, named = _entry(source, name)
    event = _event(source.head)
    _note_missing(source, entry, event)
    status = _status(source, control)
    info_type = _info_type(source)
    areas = entry.read(source)
    concern, reason = _judge(entry, areas, prefecture, info_type, source.heading)
    deciding = [area for area in areas if is_in(area, prefecture)] or areas
    office = control.value("EditorialOffice")[:OFFICE_LIMIT]
    sent_at, issued_at = _moments(source, control)
    kind = _kind(entry, deciding)
    return Telegram(
        type=named or (entry.types[0] if entry.types else ""),
        title=source.title,
        heading=source.heading,
        kind=kind,
        status=status,
        info_type=info_type,
        concern=concern,
        reason=reason,
        unit=_unit(entry, source.title, office, status, event, kind),
        unit_is_full_state=entry.full,
        event_id=event,
        editorial_office=office,
        publishing_office=control.value("PublishingOffice")[:OFFICE_LIMIT],
        issued_at=issued_at or sent_at,
        sent_at=sent_at or issued_at,
        valid_until=source.moment(source.head.value("ValidDateTime"), "Head/ValidDateTime"),
        serial=source.head.value("Serial")[:WORD_LIMIT],
        headline=source.head.value("Headline/Text")[:TEXT_LIMIT],
        text=source.prose(),
        level=max((area.level or 0 for area in deciding), default=0) or None,
        severity=max((area.severity for area in deciding), default=Severity.NONE),
        areas=areas,
        earthquakes=tuple(earthquakes(source)),
        role=entry.role,
        scheme=entry.scheme,
        takes_over=_taken_over(entry, office, status),
        speaks_for=tuple(map(str, entry.speaks_for)),
        notes=tuple(source.notes),
    )


def _source(root: Node) -> tuple[Node, Source]:
    """Its Control, and what readers need."""
    control, head = root.find("Control"), root.find("Head")
    if control is None:
        raise IncompleteTelegramError(element="Control")
    if head is None:
        raise IncompleteTelegramError(element="Head")
    source = Source(
        title=control.value("Title")[:TITLE_LIMIT],
        heading=head.value("Title")[:TITLE_LIMIT],
        head=head,
        body=root.find("Body") or Node("Body", "", {}),
    )
    return control, source


def _entry(source: Source, name: str) -> tuple[Entry, str]:
    """The title's entry, and the type that the file's name says."""
    named = type_in(name)
    entry = entry_for(source.title, source.head.value("InfoKind"), named)
    if named and entry.types and not any(named.startswith(each) for each in entry.types):
        source.note(f"the name says {named}, the title {source.title}")
    if entry is UNKNOWN:
        source.note(f"title {source.title!r} is not known")
    return entry, named


def _note_missing(source: Source, entry: Entry, event: str) -> None:
    if not source.title:
        source.note("Control/Title is missing")
    if not event and entry.by_event and entry.no_concern is None:
        source.note("Head/EventID is missing")


def _status(source: Source, control: Node) -> Status:
    found = STATUSES.get(control.value("Status"))
    if found is None:
        source.note(f"Control/Status {control.value('Status')[:WORD_LIMIT]!r} is not known: taken as a test")
        return Status.TEST
    return found


def _info_type(source: Source) -> str:
    found = source.head.value("InfoType")[:WORD_LIMIT]
    if found not in set(InfoType):
        source.note(f"Head/InfoType {found!r} is not known")
    return found


def _moments(source: Source, control: Node) -> tuple[datetime | None, datetime | None]:
    """When it was sent, and when it was issued."""
    sent_at = source.moment(control.value("DateTime"), "Control/DateTime")
    issued_at = source.moment(source.head.value("ReportDateTime"), "Head/ReportDateTime")
    for element, moment in (("Control/DateTime", sent_at), ("Head/ReportDateTime", issued_at)):
        if moment is None:
            source.note(f"{element} is missing")
    return sent_at, issued_at


def _judge(entry: Entry, areas: tuple[Area, ...], prefecture: str, info_type: str, heading: str) -> tuple[bool, Reason]:
    here = [area for area in areas if is_in(area, prefecture)]
    if entry.no_concern is not None:
        return False, entry.no_concern
    if entry is UNKNOWN:
        return (True, Reason.UNKNOWN_HERE) if here else (False, Reason.UNKNOWN)
    if info_type == InfoType.CANCEL:
        titled = prefectures_in(heading)
        elsewhere = bool(areas and not here) or (titled is not None and prefecture not in titled)
        return (False, Reason.ELSEWHERE) if elsewhere else (True, Reason.WITHDRAWS)
    if not areas:
        return False, Reason.NO_PLACE
    if not here:
        return False, Reason.ELSEWHERE
    if any(area.in_force or area.status not in {"なし", "発表警報・注意報はなし"} for area in here):
        return True, Reason.HERE
    return True, Reason.NOTHING_IN_FORCE


def _kind(entry: Entry, areas: tuple[Area, ...] | list[Area]) -> Kind:
    """Of the gravest area; the title's where no area tells."""
    told = [area for area in areas if area.kind is not Kind.UNKNOWN]
    if not told or (entry.kind is not Kind.UNKNOWN and not any(area.in_force for area in told)):
        return entry.kind
    return max(told, key=lambda area: (area.severity, area.level or 0)).kind


def _unit(entry: Entry, title: str, office: str, status: Status, event: str, kind: Kind) -> str:
    if kind in _SEISMIC and office in _BACKUP:
        office = _HEADQUARTERS
    parts = [entry.unit or entry.title or title, office, status]
    return unit_of(*parts, event) if entry.by_event else unit_of(*parts)


def _event(head: Node) -> str:
    return head.value("EventID")[:EVENT_LIMIT]


def _taken_over(entry: Entry, office: str, status: Status) -> tuple[str, ...]:
    """Units without levels of the same observatory that say the same."""
    if entry.scheme != "levels":
        return ()
    return (unit_of(OLDER_UNIT, office, status), unit_of(OLDER_SLOPES, office, status))
