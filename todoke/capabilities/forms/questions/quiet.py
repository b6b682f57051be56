"""What takes no value of its own: files are kept beside the answers, headings and statements only speak."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _

from todoke.capabilities.forms.questions.kind import Raw, Typed
from todoke.capabilities.forms.types import Question


class Upload(Typed):
    """Files; the answer is their names, put there by who reads the draft."""

    name: ClassVar[str] = "upload"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Nothing: files come another way."""
        return None

    def missing(self, question: Question) -> str:
        """Ask for a file."""
        return _("写真かPDFを付けてください。")


class Heading(Typed):
    """A section's title."""

    name: ClassVar[str] = "heading"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Nothing."""
        return None


class Statement(Heading):
    """A paragraph."""

    name = "statement"
