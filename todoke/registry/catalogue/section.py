"""The catalogue's own part of a pack's schema, and the shapes that all sections use."""

from typing import Any

TEXTS: dict[str, Any] = {
    "type": "object",
    "required": ["ja", "en"],
    "properties": {
        "ja": {"type": "string", "minLength": 1},
        "en": {"type": "string", "minLength": 1},
        "easy": {"type": "string", "minLength": 1},
    },
    "additionalProperties": False,
}
IDENTIFIER = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,59}$"}
NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
RULE = {"type": "string", "minLength": 1}

SERVICE: dict[str, Any] = {
    "id": IDENTIFIER,
    "row": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "titles": TEXTS,
    "summary": TEXTS,
    "audience": TEXTS,
    "eligible": RULE,
    "reasons": {"type": "object", "additionalProperties": TEXTS},
    "parameters": {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["from", "value"],
                "properties": {
                    "from": {"type": "string", "format": "date"},
                    "value": {"type": ["boolean", "integer", "string"]},
                    "law": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
    },
    "definitions": {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": {
            "type": "object",
            "required": ["is"],
            "properties": {"of": {"type": "array", "items": NAME}, "is": RULE},
            "additionalProperties": False,
        },
    },
    "amounts": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "label", "value"],
            "properties": {"id": IDENTIFIER, "label": TEXTS, "value": RULE},
            "additionalProperties": False,
        },
    },
    "needed": {"type": "array", "items": TEXTS},
    "owner": {
        "type": "object",
        "required": ["kind", "function"],
        "properties": {
            "kind": {"enum": ["prefecture-office", "municipality-office"]},
            "function": IDENTIFIER,
        },
        "additionalProperties": False,
    },
    "login": {"enum": ["required", "none", "office"]},
    "law": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "life_events": {"type": "array", "items": IDENTIFIER},
    "keywords": {"type": "array", "items": {"type": "string"}},
    "number_prefix": {"type": "string", "minLength": 1, "maxLength": 2},
    "facts": {"type": "object", "additionalProperties": TEXTS},
}
REQUIRED = [
    "id",
    "row",
    "titles",
    "summary",
    "audience",
    "owner",
    "login",
    "law",
    "number_prefix",
    "form",
    "workflow",
]

MESSAGE = {
    "type": "object",
    "required": ["subject", "body"],
    "properties": {"subject": {"type": "string", "minLength": 1}, "body": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}
MESSAGES: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["ja", "en"],
        "properties": {"ja": MESSAGE, "en": MESSAGE, "easy": MESSAGE},
        "additionalProperties": False,
    },
}
