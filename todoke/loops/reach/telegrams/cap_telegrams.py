"""Alerts of CAP as telegrams, and telegrams as alerts of ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from todoke.loops.reach.telegrams import codes
from todoke.loops.reach.telegrams.cap import Alert, CapArea, Info, parse_alert
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import is_in, prefectures_of
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.source import TEXT_LIMIT, unit_of
from todoke.loops.reach.telegrams.types import Area, InfoType, Kind, Severity, Status, Telegram

KIND, SEVERITY, LEVEL = "todoke:kind", "todoke:severity", "todoke:level"
"""Names of our own parameters: a word of ``Kind``, a name of ``Severity``, a 警戒レベル."""

STATUSES = {"Actual": Status.NORMAL, "Exercise": Status.DRILL, "Test": Status.TEST}
_STATUS_OF = {status: word for word, status in STATUSES.items()}
_INFO_TYPES = {"Alert": InfoType.ISSUE, "Update": InfoType.ISSUE, "Cancel": InfoType.CANCEL}
_SEVERITIES = {
    "Extreme": Severity.EMERGENCY,
    "Severe": Severity.SEVERE,
    "Moderate": Severity.WARNING,
    "Minor": Severity.ADVISORY,
    "Unknown": Severity.FORECAST,
}
_BY_LEVEL = {
    5: ("Immediate", "Extreme", "Observed"),
    4: ("Immediate", "Severe", "Likely"),
    3: ("Expected", "Moderate", "Likely"),
    2: ("Future", "Minor", "Possible"),
    1: ("Future", "Unknown", "Possible"),
}
_BY_SEVERITY = {
    Severity.EMERGENCY: ("Immediate", "Extreme", "Likely"),
    Severity.SEVERE: ("Immediate", "Severe", "Likely"),
    Severity.WARNING: ("Immediate", "Severe", "Likely"),
    Severity.ADVISORY: ("Expected", "Minor", "Likely"),
    Severity.FORECAST: ("Future", "Unknown", "Possible"),
    Severity.NONE: ("Past", "Unknown", "Observed"),
}
_GEOLOGICAL = {
    *(Kind.TSUNAMI, Kind.EARTHQUAKE, Kind.EARTHQUAKE_EARLY_WARNING, Kind.LONG_PERIOD_MOTION),
    *(Kind.FOLLOW_UP_QUAKE, Kind.NANKAI_TROUGH, Kind.VOLCANO, Kind.ASH_FALL, Kind.LANDSLIDE),
}
_CATEGORIES = {Kind.RADIATION: "CBRNE", Kind.NUCLEAR: "CBRNE", Kind.MISSILE: "Security", Kind.HEAT: "Health"}


@dataclass(frozen=True)
class Wording:
    """What is said of a telegram in one language."""

    event: str
    headline: str
    description: str = ""
    instruction: str = ""
    web: str = ""


def read_alert(root: Node, prefecture: str) -> Telegram:
    """An alert as a telegram. Raises TelegramError."""
    alert, notes = parse_alert(root)
    info = next((info for info in alert.infos if info.language.startswith("ja")), None)
    info = info or (alert.infos[0] if alert.infos else Info(event=""))
    status = STATUSES.get(alert.status)
    if status is None:
        notes.append(f"status {alert.status!r} is taken as a test")
    info_type = _INFO_TYPES.get(alert.msg_type)
    if info_type is None:
        notes.append(f"msgType {alert.msg_type!r} tells residents nothing")
    kind = _kind(info)
    areas = tuple(area for each in info.areas for area in _areas(info, kind, each))
    concern, reason = _judge(areas, info_type, prefecture)
    here = [area for area in areas if is_in(area, prefecture)] or areas
    identifiers = tuple(identifier for _sender, identifier, _sent in alert.references)
    first = identifiers[0] if identifiers else alert.identifier
    return Telegram(
        type="CAP",
        title=info.event[:200],
        heading=info.headline[:200],
        kind=kind,
        status=status or Status.TEST,
        info_type=info_type or alert.msg_type[:10],
        concern=concern,
        reason=reason,
        unit=unit_of("CAP", alert.sender, status or Status.TEST, first),
        unit_is_full_state=True,
        event_id=alert.identifier[:120],
        editorial_office=alert.sender[:100],
        publishing_office=(info.sender_name or alert.sender)[:100],
        issued_at=alert.sent,
        sent_at=alert.sent,
        valid_until=info.expires,
        headline=info.headline[:TEXT_LIMIT],
        text="\n\n".join(filter(None, [info.description, info.instruction]))[:TEXT_LIMIT],
        level=max((area.level or 0 for area in here), default=0) or None,
        severity=max((area.severity for area in here), default=Severity.NONE),
        areas=areas,
        references=identifiers,
        notes=tuple(notes),
    )


def alert_of(
    telegram: Telegram,
    *,
    identifier: str,
    sender: str,
    sender_name: str,
    wordings: Mapping[str, Wording],
    earlier: Sequence[tuple[str, str, datetime]] = (),
    areas: Iterable[Area] | None = None,
) -> Alert:
    """A telegram as an alert of ours, with an ``Info`` for each language of ``wordings``.

    ``earlier`` are the alerts that it follows, oldest first; with them it is an update, or a cancel.
    """
    if telegram.issued_at is None:
        raise ValueError("a telegram without a time cannot be passed on")
    told = _cap_areas(telegram.areas if areas is None else areas)
    return Alert(
        identifier=identifier,
        sender=sender,
        sent=telegram.issued_at,
        status=_STATUS_OF[telegram.status],
        msg_type="Cancel" if telegram.withdraws and earlier else "Update" if earlier else "Alert",
        note=telegram.heading if telegram.status is Status.DRILL else "",
        references=tuple(earlier),
        infos=tuple(_info(telegram, language, wording, sender_name, told) for language, wording in wordings.items()),
    )


def _info(telegram: Telegram, language: str, wording: Wording, sender_name: str, areas: tuple[CapArea, ...]) -> Info:
    """What is said in one language."""
    urgency, severity, certainty = _BY_LEVEL.get(telegram.level or 0) or _BY_SEVERITY[telegram.severity]
    parameters = [(KIND, str(telegram.kind)), (SEVERITY, telegram.severity.word)]
    if telegram.level:
        parameters.append((LEVEL, str(telegram.level)))
    return Info(
        event=wording.event,
        categories=(_CATEGORIES.get(telegram.kind, "Geo" if telegram.kind in _GEOLOGICAL else "Met"),),
        urgency=urgency,
        severity=severity,
        certainty=certainty,
        language=language,
        responses=_responses(telegram.severity),
        effective=telegram.issued_at,
        expires=telegram.valid_until,
        sender_name=sender_name,
        headline=wording.headline,
        description=wording.description,
        instruction=wording.instruction,
        web=wording.web,
        parameters=tuple(parameters),
        areas=areas,
    )


def _responses(severity: Severity) -> tuple[str, ...]:
    if severity is Severity.NONE:
        return ("AllClear",)
    return ("Evacuate",) if severity >= Severity.SEVERE else ("Prepare",)


def _cap_areas(areas: Iterable[Area]) -> tuple[CapArea, ...]:
    """A shape with one comma is a circle: its middle and radius."""
    return tuple(
        CapArea(
            description=area.name,
            polygons=tuple(shape for shape in area.shapes if shape.count(",") > 1),
            circles=tuple(shape for shape in area.shapes if shape.count(",") == 1),
            geocodes=((area.code_type, area.code),) if area.code else (),
        )
        for area in areas
    )


def _kind(info: Info) -> Kind:
    told = dict(info.parameters).get(KIND, "")
    return Kind(told) if told in set(Kind) else codes.kind_in(info.event)


def _areas(info: Info, kind: Kind, area: CapArea) -> Iterable[Area]:
    parameters = dict(info.parameters)
    named = parameters.get(SEVERITY, "").upper()
    over = "AllClear" in info.responses
    severity = Severity[named] if named in Severity.__members__ else _SEVERITIES.get(info.severity, Severity.FORECAST)
    level = parameters.get(LEVEL, "")
    for code_type, code in area.geocodes or (("", ""),):
        yield Area(
            code=code[:20],
            code_type=code_type[:80],
            name=area.description[:100],
            kind=kind,
            severity=Severity.NONE if over else severity,
            warning=info.event[:60],
            status="解除" if over else "発表",
            level=int(level) if level in {"1", "2", "3", "4", "5"} and not over else None,
            shapes=(*area.polygons, *area.circles),
        )


def _judge(areas: tuple[Area, ...], info_type: InfoType | None, prefecture: str) -> tuple[bool, Reason]:
    if info_type is None:
        return False, Reason.NOTICE
    placed = [prefectures_of(area.code_type, area.code, area.name) for area in areas]
    if any(prefecture in (found or ()) for found in placed):
        return True, Reason.WITHDRAWS if info_type is InfoType.CANCEL else Reason.HERE
    if areas and all(found is not None for found in placed):
        return False, Reason.ELSEWHERE
    if info_type is InfoType.CANCEL:
        return True, Reason.WITHDRAWS
    return (True, Reason.SHAPES_ONLY) if any(area.shapes for area in areas) else (False, Reason.NO_PLACE)
