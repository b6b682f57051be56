"""Bar charts: a row for each, its words above its bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from todoke.faces.charts.drawing import Drawing, text

ROW = 44


@dataclass(frozen=True)
class Bar:
    """``value`` is None where it is not published; ``words`` say it with its unit."""

    label: str
    value: float | None
    words: str


def bar_chart(bars: Sequence[Bar], *, title: str, description: str, wide: bool) -> Drawing:
    """From nought to the largest; what is below nought has no bar."""
    width = 720 if wide else 340
    largest = max((bar.value for bar in bars if bar.value is not None), default=0) or 1
    body = []
    for number, bar in enumerate(bars):
        y = number * ROW
        body.append(text(bar.label, 0, y + 16))
        body.append(text(bar.words, width, y + 16, css="chart-strong", anchor="end"))
        body.append(f'<rect class="chart-rest" y="{y + 23}" width="{width}" height="12"/>')
        if bar.value is not None and bar.value > 0:
            body.append(f'<rect class="chart-bar" y="{y + 23}" width="{bar.value / largest * width:.1f}" height="12"/>')
    return Drawing(width, max(len(bars), 1) * ROW, title, description, "".join(body))
