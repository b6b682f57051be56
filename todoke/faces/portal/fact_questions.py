"""A declared fact as a question on a page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from todoke.registry.people.keys import KEYS


def question_of(key: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """What the template ``fact_question.html`` needs, with what was typed and what is wrong with it."""
    declared = KEYS[key]
    yes_no = declared.shape.kind == "bool"
    choices = [("yes", _("はい")), ("no", _("いいえ"))] if yes_no else []
    choices = choices or [(value, _(words)) for value, words in (declared.options or {}).items()]
    return {
        "key": key,
        "label": _(declared.question or declared.label),
        "help": _(declared.help) if declared.help else "",
        "choices": choices,
        "pair": yes_no,
        "unit": _(declared.unit) if declared.unit else "",
        "numeric": declared.shape.kind == "int",
        "value": typed.get(key, ""),
        "error": errors.get(key, ""),
    }
