"""Line charts: what was, the way to the target, and where it stands now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from todoke.faces.charts.drawing import Drawing, text
from todoke.faces.charts.scale import Plot, ticks

COLOURS = 4
LEAST = 44
"""Points between two words at the axis of time."""


@dataclass(frozen=True)
class Series:
    """A line; a point without a value is not published, and the line has a gap there."""

    label: str
    points: Sequence[tuple[date, Decimal | None]]
    path: Sequence[tuple[date, Decimal]] = ()
    """The way to the target, which is its last point."""


@dataclass(frozen=True)
class Labels:
    """The words in a chart."""

    title: str
    description: str
    now: str
    goal: str
    """Beside the last point of the path."""

    value: Callable[[float], str]
    day: Callable[[date], str]


def small_line(series: Series, labels: Labels) -> Drawing:
    """One line without an axis of values, for a place between sentences."""
    plot = _plot([series], Drawing(300, 128, "", "", ""), left=6, right=66, top=14, bottom=36)
    goal = series.path[-1] if series.path else None
    body = [_axis(plot), _path(plot, series), _line(plot, series, 0), *_goal(plot, goal, labels.goal)]
    body += _days(plot, [plot.first, plot.last], _last_day(series), labels)
    return Drawing(300, 128, labels.title, labels.description, "".join(body))


def line_chart(series: Sequence[Series], labels: Labels, *, wide: bool) -> Drawing:
    """Lines with both axes; each is known by its mark and, where there is room, by its name at its end."""
    size = Drawing(720, 340, "", "", "") if wide else Drawing(340, 280, "", "", "")
    alone = len(series) == 1
    right = (92 if alone else 168) if wide else (60 if alone else 26)
    plot = _plot(series, size, left=58 if wide else 46, right=right, top=20, bottom=34)
    body = []
    for tick in ticks(plot.low, plot.high):
        y = plot.y(tick)
        if plot.top - 1 <= y <= plot.bottom + 1:
            body.append(f'<path class="chart-grid" d="M{plot.left:.0f} {y:.1f}H{plot.right:.0f}"/>')
            body.append(text(labels.value(tick), plot.left - 8, y + 4, anchor="end"))
    body.append(_axis(plot))
    body += [_path(plot, one) for one in series]
    body += [_line(plot, one, number) for number, one in enumerate(series)]
    if alone and series[0].path:
        body += _goal(plot, series[0].path[-1], labels.goal)
    if not alone:
        body += _names(plot, series, size, wide=wide)
    newest = max((day for one in series if (day := _last_day(one))), default=None)
    body += _days(plot, _years(plot), newest, labels)
    return Drawing(size.width, size.height, labels.title, labels.description, "".join(body))


def _plot(series: Sequence[Series], size: Drawing, *, left: float, right: float, top: float, bottom: float) -> Plot:
    known = [(day, float(value)) for one in series for day, value in (*one.points, *one.path) if value is not None]
    days = [day for one in series for day, _value in (*one.points, *one.path)] or [date.min]
    values = [value for _day, value in known] or [0.0]
    scale = ticks(min(values), max(values) if max(values) > min(values) else min(values) + 1)
    return Plot(left, top, size.width - right, size.height - bottom, min(days), max(days), scale[0], scale[-1])


def _axis(plot: Plot) -> str:
    return f'<path class="chart-axis" d="M{plot.left:.0f} {plot.bottom:.1f}H{plot.right:.0f}"/>'


def _path(plot: Plot, series: Series) -> str:
    if len(series.path) < 2:
        return ""
    way = plot.polyline([(day, float(value)) for day, value in series.path])
    return f'<path class="chart-path" d="{way}"/>'


def _line(plot: Plot, series: Series, number: int) -> str:
    colour, dash = number % COLOURS + 1, " chart-dash" if number >= COLOURS else ""
    parts = []
    for known, points in groupby(series.points, key=lambda point: point[1] is not None):
        way = [(day, float(value)) for day, value in points if value is not None]
        if known and len(way) > 1:
            parts.append(f'<path class="chart-line series-{colour}{dash}" d="{plot.polyline(way)}"/>')
        elif known:
            parts.append(mark(number, plot.x(way[0][0]), plot.y(way[0][1])))
    last = _last(series)
    if last:
        parts.append(mark(number, plot.x(last[0]), plot.y(last[1])))
    return "".join(parts)


def mark(number: int, x: float, y: float) -> str:
    """Series differ by shape too: round, square, pointed, on its corner."""
    shapes = (
        f'<circle class="{{}}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>',
        f'<path class="{{}}" d="M{x - 5:.1f} {y - 5:.1f}h10v10h-10z"/>',
        f'<path class="{{}}" d="M{x:.1f} {y - 6.5:.1f}l6 11h-12z"/>',
        f'<path class="{{}}" d="M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"/>',
    )
    return shapes[number % COLOURS].format(f"mark-{number % COLOURS + 1}")


def _goal(plot: Plot, goal: tuple[date, Decimal] | None, words: str) -> list[str]:
    if goal is None:
        return []
    x, y = plot.x(goal[0]), plot.y(float(goal[1]))
    return [f'<circle class="chart-goal" cx="{x:.1f}" cy="{y:.1f}" r="5"/>', text(words, x + 10, y + 5)]


def _names(plot: Plot, series: Sequence[Series], size: Drawing, *, wide: bool) -> list[str]:
    """At the ends of the lines, apart from one another; where it is narrow, their numbers."""
    ends = sorted(
        (plot.y(last[1]), number, one.label) for number, one in enumerate(series) if (last := _last(one)) is not None
    )
    found, lowest = [], plot.top - 12
    for y, number, label in ends:
        lowest = max(y + 4, lowest + 17)
        short = label if len(label) <= 12 else f"{label[:11]}…"
        words = f"{number + 1} {short}" if wide else str(number + 1)
        found.append(text(words, plot.right + 10, min(lowest, size.height - 6), css="chart-strong"))
    return found


def _last(series: Series) -> tuple[date, float] | None:
    return next(((day, float(value)) for day, value in reversed(series.points) if value is not None), None)


def _last_day(series: Series) -> date | None:
    last = _last(series)
    return last[0] if last else None


def _years(plot: Plot) -> list[date]:
    """The ends of fiscal years; of quarters where it is about less than two years."""
    months = (
        (3,)
        if (plot.last - plot.first).days > 2 * 366
        else (3, 9)
        if (plot.last - plot.first).days > 366
        else (3, 6, 9, 12)
    )
    return [
        day
        for year in range(plot.first.year, plot.last.year + 1)
        for month in months
        if plot.first <= (day := date(year, month, 30 if month in (6, 9) else 31)) <= plot.last
    ]


def _days(plot: Plot, days: Sequence[date], now: date | None, labels: Labels) -> list[str]:
    """Words at the axis of time, ``now`` before all, so far apart that none touches another."""
    wanted = [(now, labels.now, "chart-strong")] if now else []
    wanted += [(day, labels.day(day), "chart-words") for day in days if day != now]
    taken: list[float] = []
    found = []
    for day, words, css in wanted:
        x = plot.x(day)
        if all(abs(x - other) >= LEAST for other in taken):
            taken.append(x)
            first = x - plot.left < LEAST / 2
            at = plot.left if first else x
            found.append(
                text(
                    words,
                    at,
                    plot.bottom + 20,
                    css=css,
                    anchor="start" if first else "middle",
                )
            )
    return found
