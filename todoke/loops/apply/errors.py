"""What can go wrong with a case."""

from todoke.kernel.errors import InvalidInputError, NotAllowedError, StaleError


class CaseChangedError(StaleError):
    """この件は、あなたが開いたあとに変わりました。新しい内容を確かめてから、もう一度操作してください。"""

    code = "case-changed"


class WrongStateError(StaleError):
    """この件は、いまの状態ではその操作ができません。"""

    code = "wrong-state"


class OwnProposalError(NotAllowedError):
    """自分で起案した決定案は承認できません。ほかの決裁者に頼んでください。"""

    code = "own-proposal"


class OpenFindingsError(InvalidInputError):
    """「要確認」の指摘が残っています。補正を求めるか、理由を付けて外してください。"""

    code = "open-findings"


class ReasonsMissingError(InvalidInputError):
    """理由を書いてください。申請者に届く文面です。"""

    code = "reasons-missing"


class TextMissingError(InvalidInputError):
    """本文を書いてください。"""

    code = "text-missing"


class TicksMissingError(InvalidInputError):
    """不利益な決定です。承認の前の確認に、すべて印を付けてください。"""

    code = "ticks-missing"


class AnswersIncompleteError(InvalidInputError):
    """まだ直すところがあります。もう一度、確かめてください。"""

    code = "answers-incomplete"


class WrongSecretError(InvalidInputError):
    """受付番号か合言葉が違います。控えをもう一度確かめてください。"""

    code = "wrong-secret"


class TooManyAttemptsError(InvalidInputError):
    """何度も違う合言葉が入れられたため、15分のあいだ開けません。あとでもう一度試してください。"""

    code = "too-many-attempts"
    status = 429
