"""What the rules of a form may ask of its answers."""

from todoke.capabilities.forms.types import Form, Question
from todoke.kernel.rules import BOOL, INT, STR, Shape

_SHAPES = {
    "yes_no": BOOL,
    "number": INT,
    "decimal": INT,
    "address": Shape("record", members={"postal_code": STR, "text": STR}),
}
_SILENT = frozenset({"heading", "statement", "upload"})
"""Without a value that a rule could see."""


def names_of(form: Form) -> dict[str, Shape]:
    """``answers.<question>`` for every question that has an answer."""
    return {f"answers.{q.id}": shape_of_question(q) for q in form.questions() if q.type not in _SILENT}


def item_shapes(group: Question) -> dict[str, Shape]:
    """The members of an item of a group: its inner questions, ``id`` and ``source``."""
    inner = {q.id: shape_of_question(q) for q in group.questions if q.type not in _SILENT}
    return {"id": STR, "source": STR, **inner}


def shape_of_question(question: Question) -> Shape:
    """The shape of an answer as it is stored: a date is text, YYYY-MM-DD, until ``date()`` reads it."""
    if question.type == "group":
        return Shape("list", item=Shape("record", members=item_shapes(question)))
    words = Shape("str", options=frozenset(option.id for option in question.options))
    if question.type == "choice":
        return words
    if question.type == "choices":
        return Shape("list", item=words)
    return _SHAPES.get(question.type, STR)
