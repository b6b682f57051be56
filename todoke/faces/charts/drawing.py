"""A finished chart: its shapes, with the words that say what it shows."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STYLE = (Path(__file__).parent / "standalone.css").read_text()


@dataclass(frozen=True)
class Drawing:
    """``body`` is SVG in points of ``width`` and ``height``; classes give it its colours."""

    width: int
    height: int
    title: str
    description: str
    body: str

    def inline(self, name: str, css: str = "") -> SafeString:
        """For a page; ``name`` is unique on it."""
        return mark_safe(  # noqa: S308 - title and description are escaped, the body was made of escaped words
            f'<svg class="chart {css}" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{name}-title {name}-words"><title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-words">{escape(self.description)}</desc>{self.body}</svg>'
        )

    def standalone(self, source: str) -> str:
        """A file of its own, with its title above and ``source`` below; light, whatever the reader's theme."""
        height = self.height + 64
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}" width="{self.width}" '
            f'height="{height}" role="img"><title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>'
            f'<style>{_STYLE}</style><rect class="chart-paper" width="100%" height="100%"/>'
            f'<text class="chart-title" x="12" y="27">{escape(self.title)}</text>'
            f'<g transform="translate(0 36)">{self.body}</g>'
            f'<text class="chart-words" x="12" y="{height - 10}">{escape(source)}</text></svg>'
        )


def text(words: str, x: float, y: float, *, css: str = "chart-words", anchor: str = "start") -> str:
    """A line of words whose first, middle or last letter stands at ``x``."""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{css}" x="{x:.0f}" y="{y:.0f}"{where}>{escape(words)}</text>'
