"""The prefecture's municipalities in steps of one colour; what is not published is hatched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

from django.utils.html import escape

from todoke.faces.charts.drawing import Drawing
from todoke.faces.charts.scale import nice_step
from todoke.faces.look.prefecture_map import WIDTH, prefecture_map

STEPS = 4
CROWDED = 0.6
"""Of all places in one step: then the map would say little."""

HIDDEN, NONE = "hidden", "none"
_NEAR = 60, 20
"""Points across and upwards within which two names would touch."""


@dataclass(frozen=True)
class Step:
    """From ``low``, and below ``high`` where there is a step above it; ``colour`` 3 is the strongest."""

    low: Decimal
    high: Decimal | None
    colour: int
    count: int


def steps(values: Iterable[Decimal], decimals: int) -> list[Step]:
    """At most four steps between round numbers, the highest first; those without a place are left out.

    The steps are equally wide; where most places would be in one of them, they are of equally many places.
    """
    known = sorted(values)
    if not known:
        return []
    even = _between(known, _even_edges(known, decimals))
    if max(step.count for step in even) <= CROWDED * len(known):
        return even
    return _between(known, _edges_of_quarters(known, decimals))


def _between(known: Sequence[Decimal], edges: Sequence[Decimal]) -> list[Step]:
    found = []
    for number, edge in enumerate(edges):
        above = edges[number + 1] if number + 1 < len(edges) else None
        count = sum(value >= edge and (above is None or value < above) for value in known)
        if count:
            found.append(Step(edge, above, STEPS - len(edges) + number, count))
    return found[::-1]


def _even_edges(known: Sequence[Decimal], decimals: int) -> list[Decimal]:
    low, high = float(known[0]), float(known[-1])
    width = nice_step(max(high - low, 10.0**-decimals), STEPS, whole=decimals == 0)
    if floor(high / width) - floor(low / width) >= STEPS:
        width = nice_step((high - low) * STEPS / (STEPS - 1), STEPS, whole=decimals == 0)
    return [Decimal(str(round(n * width, 6))) for n in range(floor(low / width), floor(high / width) + 1)][-STEPS:]


def _edges_of_quarters(known: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Below the least, the middle and so on, rounded down to halves of their first digit."""
    least = 10.0**-decimals
    edges = []
    for quarter in range(STEPS):
        value = float(known[len(known) * quarter // STEPS])
        width = max(10.0 ** floor(log10(value)) / 2, least) if value > 0 else least
        edges.append(Decimal(str(round(floor(value / width) * width, 6))))
    return sorted(set(edges))


def step_of(value: Decimal, among: Sequence[Step]) -> Step:
    """The step in which a value stands."""
    return next((step for step in among if value >= step.low), among[-1])


def place_map(colours: Mapping[str, str], *, names: Mapping[str, str], title: str, description: str) -> Drawing:
    """``colours``: 0 to 3, HIDDEN or NONE by code; ``names``: what is written, the most important first."""
    drawing = prefecture_map()
    body = [
        '<defs><pattern id="map-hidden" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="map-hatch" d="M0 0V6"/></pattern></defs>',
        *(
            f'<path class="map-place step-{colours.get(shape.code, NONE)}" d="{shape.path}"/>'
            for shape in drawing.shapes
        ),
    ]
    labels = {shape.code: shape.label for shape in drawing.shapes}
    taken: list[tuple[float, float]] = []
    for code, name in names.items():
        if code not in labels:
            continue
        x, y = labels[code]
        x = min(max(x, 26), WIDTH - 26)
        if all(abs(x - ax) > _NEAR[0] or abs(y - ay) > _NEAR[1] for ax, ay in taken):
            taken.append((x, y))
            css = f"map-label map-label-{colours.get(code, NONE)}"
            body.append(f'<text class="{css}" x="{x:.0f}" y="{y + 5:.0f}">{escape(name)}</text>')
    return Drawing(WIDTH, drawing.height + 4, title, description, "".join(body))
