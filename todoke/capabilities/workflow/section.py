"""The workflow's part of a pack."""

from typing import Any

from todoke.registry.catalogue.section import IDENTIFIER, RULE, TEXTS

EVENTS = ("submitted", "returned", "corrected", "answered", "decided", "withdrawn")
"""What an applicant is told of; a pack words a message for each."""

PLACEHOLDERS = frozenset({"receipt_number", "title", "office", "text", "due_on", "outcome", "secret_note", "name"})
LETTER_PLACEHOLDERS = frozenset({"name", "receipt_number", "received_on", "reasons", "title", "body", "head"})

WORKFLOW: dict[str, Any] = {
    "type": "object",
    "required": ["standard_days", "correction_days", "outcomes", "appeal"],
    "properties": {
        "standard_days": {"type": "integer", "minimum": 1, "maximum": 366},
        "correction_days": {"type": "integer", "minimum": 1, "maximum": 90},
        "outcomes": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "titles", "favourable", "letter_title", "letter"],
                "properties": {
                    "id": IDENTIFIER,
                    "titles": TEXTS,
                    "favourable": {"type": "boolean"},
                    "letter_title": {"type": "string", "minLength": 1},
                    "letter": {"type": "string", "minLength": 1},
                    "learns": {"type": "object", "additionalProperties": IDENTIFIER},
                },
                "additionalProperties": False,
            },
        },
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "question", "weight", "when", "text", "clear"],
                "properties": {
                    "id": IDENTIFIER,
                    "question": IDENTIFIER,
                    "weight": {"enum": ["must", "caution", "note"]},
                    "when": RULE,
                    "text": TEXTS,
                    "clear": TEXTS,
                },
                "additionalProperties": False,
            },
        },
        "renewal": {
            "type": "object",
            "required": ["after_months", "notice_days"],
            "properties": {
                "after_months": {"type": "integer", "minimum": 1, "maximum": 120},
                "notice_days": {"type": "integer", "minimum": 1, "maximum": 180},
            },
            "additionalProperties": False,
        },
        "appeal": {
            "type": "object",
            "required": ["authority", "defendant", "representative"],
            "properties": {key: {"type": "string"} for key in ("authority", "defendant", "representative")},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
