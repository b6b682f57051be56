"""Tables of the loop from use and reports to what is published, a file per noun."""

from todoke.loops.improve.models.evaluation import Comment, Evaluation
from todoke.loops.improve.models.figure import Figure, Release
from todoke.loops.improve.models.meeting import Meeting, Team
from todoke.loops.improve.models.open_data import FilePart, PublishedFigure, PublishedFile, StandardRow, Visitor
from todoke.loops.improve.models.paper import PaperCount
from todoke.loops.improve.models.policy import PolicyVersion
from todoke.loops.improve.models.round import Report, Round
from todoke.loops.improve.models.use import Outdated, Use, UseCell

__all__ = [
    "Comment",
    "Evaluation",
    "Figure",
    "FilePart",
    "Meeting",
    "Outdated",
    "PaperCount",
    "PolicyVersion",
    "PublishedFigure",
    "PublishedFile",
    "Release",
    "Report",
    "Round",
    "StandardRow",
    "Team",
    "Use",
    "UseCell",
    "Visitor",
]
