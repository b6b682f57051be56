"""A report of the JMA, taken apart for the readers of its types."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from todoke.kernel.clock import JAPAN
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import MUNICIPALITY, SURGE_SECTION, WEATHER_AREA

TEXT_LIMIT = 20_000
"""Of headline and text together; the longest explanation in the samples has 9,000 characters."""

UNIT_LIMIT = 300

_PROSE = {
    *("Text", "FreeFormComment", "VolcanoHeadline", "VolcanoActivity", "VolcanoPrevention", "NextAdvisory"),
    *("OtherInfo", "Naming"),
}


@dataclass
class Source:
    """The parts of a report. ``notes`` collect what a reader misses or does not know."""

    title: str
    heading: str
    head: Node
    body: Node
    notes: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Once each, and not without end."""
        if words not in self.notes and len(self.notes) < 50:
            self.notes.append(words)

    def moment(self, text: str, what: str) -> datetime | None:
        """A date and time; None, and a note, for what is none. Without an offset it is Japan's."""
        if not text:
            return None
        found = moment_in(text)
        if found is None:
            self.note(f"{what} is no date and time")
        elif found.tzinfo is None:
            self.note(f"{what} has no offset: taken as Japan's")
            return found.replace(tzinfo=JAPAN)
        return found

    def headline_items(self) -> Iterator[tuple[str, Node, Node, str]]:
        """Of each Information of the headline: its type, an item, an area, and the list of the area's code."""
        for information in self.head.all("Headline/Information"):
            for item in information.all("Item"):
                for areas in item.all("Areas"):
                    for area in areas.all("Area"):
                        yield information.attributes.get("type", ""), item, area, areas.attributes.get("codeType", "")

    def warning_items(self) -> Iterator[tuple[str, Node, Node, str]]:
        """The same of each Warning of the body."""
        for warning in self.body.all("Warning"):
            kind = warning.attributes.get("type", "")
            for item in warning.all("Item"):
                for area in item.all("Area"):
                    yield kind, item, area, area.attributes.get("codeType", "") or list_of(kind)
                for areas in item.all("Areas"):
                    for area in areas.all("Area"):
                        listed = area.attributes.get("codeType", "") or areas.attributes.get("codeType", "")
                        yield kind, item, area, listed or list_of(kind)

    def prose(self) -> str:
        """Sentences of the body, each once, without the empty ones."""
        found: dict[str, None] = {}
        length = 0
        for node in self.body.walk():
            if (node.name in _PROSE or node.name.endswith("Comment")) and node.text and node.text not in found:
                found[node.text] = None
                length += len(node.text)
                if length > TEXT_LIMIT:
                    break
        return "\n\n".join(found)[:TEXT_LIMIT]


def moment_in(text: str) -> datetime | None:
    """A date and time of this age; offsets are whole minutes."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = found.utcoffset()
    if not 1900 <= found.year <= 2200 or (offset is not None and offset.total_seconds() % 60):
        return None
    return found


def unit_of(*parts: str) -> str:
    """The name of a unit; what is too long for its column is shortened to what still tells units apart."""
    unit = "|".join(parts)
    if len(unit) <= UNIT_LIMIT:
        return unit
    return f"{unit[: UNIT_LIMIT - 65]}|{hashlib.sha256(unit.encode()).hexdigest()}"


def list_of(kind: str) -> str:
    """The list that codes of a Warning of this type come from; the body does not say."""
    if "高潮予報区間" in kind:
        return SURGE_SECTION
    if "（市町村等）" in kind or kind == "土砂災害警戒情報":
        return MUNICIPALITY
    return WEATHER_AREA


def code_of(node: Node) -> str:
    """``Code`` of an area or a kind."""
    return node.value("Code")


def number(text: str) -> float | None:
    """A finite number, or None."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return None
    return float(text)
