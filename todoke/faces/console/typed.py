"""What somebody typed, as the database can hold it."""

from django.http import QueryDict

from todoke.kernel.errors import InvalidInputError


class ReasonMissingError(InvalidInputError):
    """理由を書いてください。本人も見ます。"""

    code = "reason-missing"


def typed(data: QueryDict, name: str, longest: int = 1000) -> str:
    """The field, without NUL, cut to ``longest`` characters; '' when it was not sent."""
    return clean(data.get(name, ""), longest)


def clean(text: object, longest: int = 1000) -> str:
    """The same for a value from elsewhere, such as JSON."""
    return str(text).replace("\0", "")[:longest]
