"""Every string of the sources that a reader sees, as gettext would find it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = ["_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"]
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
SOURCES = Path(settings.BASE_DIR) / "todoke"


def _strings(source: str) -> Iterator[str]:
    for _line, _function, messages, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
        for message in messages if isinstance(messages, tuple) else (messages,):
            if isinstance(message, str):
                yield message


def source_strings() -> dict[str, str]:
    """Japanese message ids, each with a file that it stands in; the docstrings of errors are such strings too."""
    found: dict[str, str] = {}
    for path in sorted(SOURCES.rglob("*")):
        name = str(path.relative_to(SOURCES))
        if path.suffix == ".html":
            # templatize writes a stray letter where the template has plain text; only calls count.
            text = templatize(path.read_text(), origin=name)
        elif path.suffix == ".py" and "migrations" not in path.parts:
            text = path.read_text()
            for docstring in re.findall(r"class \w+Error\(\w+\):\n    \"\"\"(.+?)\"\"\"", text, re.DOTALL):
                if JAPANESE.search(docstring):
                    found.setdefault(docstring, name)
        else:
            continue
        for message in _strings(text):
            if JAPANESE.search(message):
                found.setdefault(message, name)
    return found
