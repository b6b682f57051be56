"""Why bytes are no telegram."""

from typing import ClassVar

from todoke.kernel.errors import TodokeError


class TelegramError(TodokeError):
    """電文を読めません。"""

    code: ClassVar[str] = "telegram"
    status: ClassVar[int] = 422


class EmptyTelegramError(TelegramError):
    """電文が空です。"""

    code = "empty"


class OversizedTelegramError(TelegramError):
    """電文が大きすぎます（{limit}まで）。"""

    code = "oversized"


class MalformedTelegramError(TelegramError):
    """XMLの形が正しくありません（{line} 行目：{problem}）。"""

    code = "malformed"


class EncodingTelegramError(TelegramError):
    """文字コードを読めません。UTF-8かUTF-16で送ってください。"""

    code = "encoding"


class ForbiddenTelegramError(TelegramError):
    """DOCTYPEや実体の定義がある電文は読みません。"""

    code = "doctype"


class DeepTelegramError(TelegramError):
    """要素の入れ子が深すぎます（{limit} 段まで）。"""

    code = "too-deep"


class ForeignTelegramError(TelegramError):
    """知らない形式です（最初の要素は {root}）。"""

    code = "unknown-format"


class IncompleteTelegramError(TelegramError):
    """電文に {element} がありません。"""

    code = "incomplete"
