"""Readers of telegrams of volcanoes."""

from collections.abc import Iterator

from todoke.loops.reach.telegrams import codes
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import VOLCANO
from todoke.loops.reach.telegrams.source import Source, code_of
from todoke.loops.reach.telegrams.types import Area, Kind, Severity


def eruption(source: Source) -> tuple[Area, ...]:
    """噴火警報・予報 and 噴火速報: the volcano, and the municipalities around it."""
    found = []
    for item, areas in _items(source):
        code, name = item.value("Kind/Code"), item.value("Kind/Name")
        meant = codes.volcano(code, name)
        if not meant.known:
            source.note(f"code {code!r} is not known here: taken by its name")
        found += [
            Area(
                code=code_of(area),
                code_type=areas.attributes.get("codeType", "") or VOLCANO,
                name=area.value("Name"),
                kind=Kind.VOLCANO,
                severity=meant.severity,
                warning=name,
                warning_code=code,
                status=item.value("Kind/Condition") or "発表",
                last_warning=item.value("LastKind/Name"),
                last_warning_code=item.value("LastKind/Code"),
            )
            for area in areas.all("Area")
        ]
    return tuple(found)


def ash(source: Source) -> tuple[Area, ...]:
    """降灰予報: where ash, or small stones, may fall."""
    return tuple(
        Area(
            code=code_of(area),
            code_type=areas.attributes.get("codeType", "") or VOLCANO,
            name=area.value("Name"),
            kind=Kind.ASH_FALL,
            severity=Severity.ADVISORY if "多量" in name and "やや" not in name else Severity.FORECAST,
            warning=name,
            warning_code=item.value("Kind/Code"),
            status="発表",
        )
        for item, areas in _items(source)
        for name in [item.value("Kind/Name")]
        for area in areas.all("Area")
    )


def _items(source: Source) -> Iterator[tuple[Node, Node]]:
    """Items with their areas: of the body, or of the headline where the body has none."""
    told = source.body.all("VolcanoInfo/Item") or source.head.all("Headline/Information/Item")
    for item in told:
        for areas in item.all("Areas"):
            yield item, areas
