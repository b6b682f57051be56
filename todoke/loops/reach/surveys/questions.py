"""The questions of a notice, as in a pack's form, on one page."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from todoke.capabilities.forms.section import OPTION
from todoke.capabilities.forms.types import Form, Page, form_of
from todoke.kernel.errors import InvalidInputError
from todoke.registry.catalogue.section import IDENTIFIER, TEXTS

TYPES = ("choice", "choices", "yes_no", "number", "text", "textarea")
MOST = 20
_SCHEMA: dict[str, Any] = {
    "type": "array",
    "maxItems": MOST,
    "items": {
        "type": "object",
        "required": ["id", "type", "label"],
        "additionalProperties": False,
        "properties": {
            "id": IDENTIFIER,
            "type": {"enum": list(TYPES)},
            "label": TEXTS,
            "help": TEXTS,
            "required": {"type": "boolean"},
            "options": {"type": "array", "minItems": 2, "items": OPTION},
            "min": {"type": "integer"},
            "max": {"type": "integer"},
            "max_length": {"type": "integer", "minimum": 1},
        },
        "if": {"properties": {"type": {"enum": ["choice", "choices"]}}},
        "then": {"required": ["options"]},
    },
}


class SurveyError(InvalidInputError):
    """質問に直すところがあります：{why}"""

    code = "survey"


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(_SCHEMA)


def survey_form(questions: Sequence[Mapping[str, Any]]) -> Form:
    """One page with the questions. Raises SurveyError."""
    asked = [dict(question) for question in questions]
    for error in _validator().iter_errors(asked):
        raise SurveyError(why=error.message)
    if len({question["id"] for question in asked}) < len(asked):
        raise SurveyError(why="id")
    return form_of({"pages": [{"id": "questions", "title": {"ja": "質問", "en": "Questions"}, "questions": asked}]})


def survey_page(questions: Sequence[Mapping[str, Any]]) -> Page:
    """Its only page."""
    return survey_form(questions).pages[0]
