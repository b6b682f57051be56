"""Pictures of charts for where SVG is not shown, by the typesetter that makes the documents."""

from pathlib import Path

from todoke.faces import typesetting

FOLDER = Path(__file__).parent
SHARP = 144
"""Points to the inch: two for each of the drawing's."""


def png_of(svg: str) -> bytes:
    """A drawing at twice its size, on white."""
    return typesetting.png_of(FOLDER / "chart.typ", {"svg": svg}, SHARP)


def card_png(facts: str) -> bytes:
    """The picture of a shared link from its facts, as JSON."""
    return typesetting.png_of(FOLDER / "card.typ", {"facts": facts}, 72)
