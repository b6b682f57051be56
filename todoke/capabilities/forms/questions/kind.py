"""What every type of question can do."""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _

from todoke.capabilities.forms.types import Question

Raw = Callable[[str], list[str]]
"""What the browser sent under a name: none, one or several values."""


class Kind(Protocol):
    """A type of question."""

    name: ClassVar[str]

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """The answer as stored. What cannot be understood stays as typed: ``problem`` will say so."""

    def problem(self, question: Question, value: Any) -> str | None:
        """What is wrong with a value that is not empty, and how to mend it; None when nothing is."""

    def missing(self, question: Question) -> str:
        """What to say when a required answer is not there."""

    def typed(self, question: Question, value: Any) -> Any:
        """What stands in the field for a stored answer."""

    def present(self, question: Question, value: Any, reading: str) -> str:
        """The answer in words."""


class Typed:
    """An answer of one field, by default any text."""

    name: ClassVar[str]

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """The last value sent, without spaces around it."""
        return raw(field)[-1].replace("\r\n", "\n").strip() if raw(field) else ""

    def problem(self, question: Question, value: Any) -> str | None:
        """None."""
        return None

    def missing(self, question: Question) -> str:
        """Ask to fill it in."""
        return _("入力してください。")

    def typed(self, question: Question, value: Any) -> Any:
        """As it is stored."""
        return value

    def present(self, question: Question, value: Any, reading: str) -> str:
        """As it is."""
        return str(value)
