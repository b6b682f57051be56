"""What can be wrong with figures, reports and rounds."""

from todoke.kernel.errors import InvalidInputError, NotFoundError, StaleError


class NoPolicyError(NotFoundError):
    """公表された方針がまだありません。"""

    code = "no-policy"


class NoIndicatorError(NotFoundError):
    """その指標はありません。"""

    code = "no-indicator"


class ImpossibleFigureError(InvalidInputError):
    """その数値はありえません。マイナスの数や、100％を超える割合でないか、確かめてください。"""

    code = "impossible-figure"


class UnlikelyFigureError(StaleError):
    """前の数値の10倍以上か、10分の1以下です。間違いがなければ、理由を書いてもう一度登録してください。"""

    code = "unlikely-figure"
    status = 422


class ComputedFigureError(InvalidInputError):
    """この指標はトドケが自動で集計しています。手では登録できません。"""

    code = "computed-figure"


class NothingToReleaseError(StaleError):
    """公表できる新しい数値がありません。"""

    code = "nothing-to-release"
