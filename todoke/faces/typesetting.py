"""Documents and pictures by the typesetter: a compiler a template, kept with the fonts that it has read."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst
from django.conf import settings

FONTS = settings.BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-sans-jp"
WEIGHTS = ("400Regular", "700Bold")

Standard = Literal["a-2b", "ua-1"]
"""PDF/A-2b (ISO 19005-2) to be kept, PDF/UA-1 (ISO 14289-1) to be read by everybody."""


def pdf_of(template: Path, inputs: Mapping[str, str], standards: Sequence[Standard]) -> bytes:
    """A document that meets the ``standards``."""
    compiler, alone = _compiler(template)
    with alone:
        made = compiler.compile(format="pdf", sys_inputs=dict(inputs), pdf_standards=list(standards))
    return bytes(made)  # type: ignore[arg-type]


def png_of(template: Path, inputs: Mapping[str, str], ppi: int) -> bytes:
    """A picture with ``ppi`` dots to the inch."""
    compiler, alone = _compiler(template)
    with alone:
        made = compiler.compile(format="png", ppi=ppi, sys_inputs=dict(inputs))
    return bytes(made)  # type: ignore[arg-type]


@cache
def _compiler(template: Path) -> tuple[typst.Compiler, Lock]:
    """With the fonts of the package, the system's besides; one thread at a time."""
    fonts = [str(FONTS / weight) for weight in WEIGHTS if (FONTS / weight).is_dir()]
    return typst.Compiler(template, root=template.parent, font_paths=fonts), Lock()  # type: ignore[misc]
