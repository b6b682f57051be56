"""Answers to choose from."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _

from todoke.capabilities.forms.questions.kind import Raw, Typed
from todoke.capabilities.forms.types import Question
from todoke.registry.catalogue.types import in_language


class Choice(Typed):
    """One of several."""

    name: ClassVar[str] = "choice"

    def problem(self, question: Question, value: Any) -> str | None:
        """Not one of the options."""
        return None if value in {option.id for option in question.options} else _("選択肢から選んでください。")

    def missing(self, question: Question) -> str:
        """Ask to choose."""
        return _("どれかを選んでください。")

    def present(self, question: Question, value: Any, reading: str) -> str:
        """The option's label."""
        return next((in_language(o.label, reading) for o in question.options if o.id == value), str(value))


class Choices(Choice):
    """Some of several."""

    name = "choices"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """Those that are options, in the order of the options."""
        sent = set(raw(field))
        return [option.id for option in question.options if option.id in sent]

    def problem(self, question: Question, value: Any) -> str | None:
        """Not some of the options."""
        known = {option.id for option in question.options}
        return None if isinstance(value, list) and set(value) <= known else _("選択肢から選んでください。")

    def missing(self, question: Question) -> str:
        """Ask to choose."""
        return _("あてはまるものを1つ以上選んでください。")

    def present(self, question: Question, value: Any, reading: str) -> str:
        """The labels in a row."""
        labels = [in_language(option.label, reading) for option in question.options if option.id in value]
        return (", " if reading == "en" else "、").join(labels)


class YesNo(Typed):
    """Yes or no."""

    name: ClassVar[str] = "yes_no"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """True, false, or '' for not answered."""
        return {"yes": True, "no": False}.get(super().parse(question, field, raw), "")

    def problem(self, question: Question, value: Any) -> str | None:
        """Neither."""
        return None if isinstance(value, bool) else _("「はい」か「いいえ」を選んでください。")

    def missing(self, question: Question) -> str:
        """Ask to choose."""
        return _("「はい」か「いいえ」を選んでください。")

    def present(self, question: Question, value: Any, reading: str) -> str:
        """In a word."""
        return _("はい") if value else _("いいえ")
