"""A rule over a whole population: numpy columns, three-valued, equal to the interpreter row by row."""

from todoke.kernel.rules.columns.errors import ColumnsError
from todoke.kernel.rules.columns.evaluation import evaluate_columns
from todoke.kernel.rules.columns.frame import Frame, Link, frame_of
from todoke.kernel.rules.columns.rows import UNKNOWN, values_of
from todoke.kernel.rules.columns.values import Column, Lists, Records, Truth, Value, Words

__all__ = [
    "UNKNOWN",
    "Column",
    "ColumnsError",
    "Frame",
    "Link",
    "Lists",
    "Records",
    "Truth",
    "Value",
    "Words",
    "evaluate_columns",
    "frame_of",
    "values_of",
]
