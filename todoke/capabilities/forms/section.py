"""The form's part of a pack."""

from typing import Any

from todoke.capabilities.forms.questions import KINDS
from todoke.registry.catalogue.section import IDENTIFIER, RULE, TEXTS

OPTION = {
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": IDENTIFIER, "label": TEXTS, "help": TEXTS},
    "additionalProperties": False,
}


def _question(types: list[str], inner: dict[str, Any] | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": IDENTIFIER,
        "type": {"enum": types},
        "label": TEXTS,
        "help": TEXTS,
        "required": {"type": "boolean"},
        "show_if": RULE,
        "valid_if": RULE,
        "invalid": TEXTS,
        "fact": {"type": "string"},
        "options": {"type": "array", "minItems": 2, "items": OPTION},
        "only": RULE,
        "ask_again": {"type": "boolean"},
        "min": {"type": "integer"},
        "max": {"type": "integer"},
        "max_length": {"type": "integer", "minimum": 1},
        "decimals": {"type": "integer", "minimum": 0, "maximum": 4},
        "unit": TEXTS,
        "earliest": {"type": "string"},
        "latest": {"type": "string"},
        "autocomplete": {"type": "string"},
    }
    if inner:
        properties |= {"item": TEXTS, "add": TEXTS, "questions": {"type": "array", "minItems": 1, "items": inner}}
    return {
        "type": "object",
        "required": ["id", "type", "label"],
        "properties": properties,
        "dependentRequired": {"valid_if": ["invalid"], "invalid": ["valid_if"]},
        "additionalProperties": False,
    }


FORM: dict[str, Any] = {
    "type": "object",
    "required": ["pages"],
    "properties": {
        "pages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "title", "questions"],
                "properties": {
                    "id": IDENTIFIER,
                    "title": TEXTS,
                    "lead": TEXTS,
                    "show_if": RULE,
                    "questions": {
                        "type": "array",
                        "minItems": 1,
                        "items": _question([*KINDS, "group"], _question([k for k in KINDS if k != "upload"], None)),
                    },
                },
                "additionalProperties": False,
            },
        }
    },
    "additionalProperties": False,
}
