"""One base class for what goes wrong; a kind of error is a subclass whose docstring is its message."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _


class TodokeError(Exception):
    """思わぬことが起きました。"""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, **details: Any) -> None:
        """``details`` fill the placeholders of the docstring, and are kept for logs and the API."""
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What a person reads, in the language in force."""
        text = _(type(self).__doc__ or "")
        return text.format(**self.details) if self.details else text


class NotFoundError(TodokeError):
    """このページは見つかりません。"""

    code = "not-found"
    status = 404


class NotAllowedError(TodokeError):
    """この操作をする権限がありません。"""

    code = "not-allowed"
    status = 403


class StaleError(TodokeError):
    """ほかの人が先に変更しました。新しい内容を確かめてから、もう一度操作してください。"""

    code = "stale"
    status = 409


class InvalidInputError(TodokeError):
    """入力に直すところがあります。"""

    code = "invalid-input"
    status = 422
