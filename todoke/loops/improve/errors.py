"""What can be wrong with figures, reports and rounds."""

from todoke.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, StaleError


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


class NotPlanningOfficeError(NotAllowedError):
    """これは、方針を担当する課の仕事です。"""

    code = "not-planning-office"


class NotReportersError(NotAllowedError):
    """この報告は、あなたの課のものではありません。"""

    code = "not-reporters"


class RoundOpenError(StaleError):
    """その年度の実績報告は、もう始まっています。"""

    code = "round-open"


class YearNotOverError(InvalidInputError):
    """年度が終わってから始めてください。"""

    code = "year-not-over"


class DaysOutOfOrderError(InvalidInputError):
    """日付は、始める日、締切、会議、公表の順にしてください。"""

    code = "days-out-of-order"


class NoReportingOfficeError(InvalidInputError):
    """報告する課がまだ登録されていません：{functions}"""

    code = "no-reporting-office"


class ExplanationMissingError(InvalidInputError):
    """前の数値と大きくちがう数値があります。「数値の説明」に理由を書いてください。"""

    code = "explanation-missing"


class NotEvaluatedError(StaleError):
    """まだ評価していません。先に「規則で評価する」を押してください。"""

    code = "not-evaluated"


class PublishedError(StaleError):
    """この年度の評価は公表されています。もう変えられません。"""

    code = "evaluation-published"


class EvaluationReasonMissingError(InvalidInputError):
    """規則と違う評価にする理由を書いてください。県民も読みます。"""

    code = "evaluation-reason-missing"


class UnfinishedTeamError(InvalidInputError):
    """結果と、引き継ぐ課を入れてください。"""

    code = "unfinished-team"


class WordsMissingError(InvalidInputError):
    """書いていないところがあります。"""

    code = "words-missing"


class MeetingChangedError(StaleError):
    """この会議の記録は、あなたが開いたあとに変わりました。新しい内容を確かめてから、もう一度書いてください。"""

    code = "meeting-changed"


class ReportTakenBackError(StaleError):
    """この報告は、いま書きかえられません。"""

    code = "report-taken"
