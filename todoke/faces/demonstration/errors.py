"""Why a demonstration is not loaded."""

from todoke.kernel.errors import InvalidInputError


class NoDemonstrationError(InvalidInputError):
    """デモ用の職員の合言葉は公開されています。デモ環境でだけ、TODOKE_DEMONSTRATION=1 を付けて実行してください。"""

    code = "no-demonstration"


class RealResidentsError(InvalidInputError):
    """このデータベースには、デモ用でない住民がいます。デモ用のデータは入れません。別のデータベースを使ってください。"""

    code = "real-residents"


class OtherDemonstrationError(InvalidInputError):
    """デモ用の住民がすでに {there} 人います。人数を変えるには、空のデータベースに入れ直してください。"""

    code = "other-demonstration"


class TooFewResidentsError(InvalidInputError):
    """住民は {least} 人以上にしてください。"""

    code = "too-few-residents"


class PopulationUnknownError(InvalidInputError):
    """市区町村の人口が分かりません。先に todoke places import-population FILE.csv を実行してください。"""

    code = "population-unknown"


class UnknownAccountError(InvalidInputError):
    """{login} はデモ用の職員ではありません。"""

    code = "unknown-account"
