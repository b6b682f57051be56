"""Pictures of charts for where SVG is not shown, by the typesetter that makes the documents."""

from functools import cache
from pathlib import Path
from threading import Lock

import typst
from django.conf import settings

FOLDER = Path(__file__).parent
FONTS = settings.BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-sans-jp"
WEIGHTS = ("400Regular", "700Bold")
SHARP = 144
"""Points to the inch: two for each of the drawing's."""

_one_at_a_time = Lock()


def png_of(svg: str) -> bytes:
    """A drawing at twice its size, on white."""
    return _compiled("chart.typ", {"svg": svg}, SHARP)


def card_png(facts: str) -> bytes:
    """The picture of a shared link from its facts, as JSON."""
    return _compiled("card.typ", {"facts": facts}, 72)


def _compiled(template: str, inputs: dict[str, str], ppi: int) -> bytes:
    with _one_at_a_time:
        made = _compiler(template).compile(format="png", ppi=ppi, sys_inputs=inputs)
    return bytes(made)  # type: ignore[arg-type]


@cache
def _compiler(template: str) -> typst.Compiler:
    fonts = [str(FONTS / weight) for weight in WEIGHTS if (FONTS / weight).is_dir()]
    return typst.Compiler(FOLDER / template, root=FOLDER, font_paths=fonts)  # type: ignore[misc]
