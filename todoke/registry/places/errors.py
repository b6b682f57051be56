"""What can be wrong with data about places. An import is refused whole."""

from collections.abc import Sequence

from todoke.kernel.errors import InvalidInputError, TodokeError
from todoke.registry.places.types import Problem


class BadRowError(InvalidInputError):
    """{file} の {line} 行目: {problem}"""

    code = "bad-row"


class BadFileError(InvalidInputError):
    """{file} を読めません: {problem}"""

    code = "bad-file"


class BadRowsError(InvalidInputError):
    """{file} に取り込めない行が {count} 件あります。何も取り込んでいません。"""

    code = "bad-rows"

    def __init__(self, *, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(file=file, count=len(self.problems))


class UnknownSourceError(InvalidInputError):
    """{source} から取り込んだ区域はありません。"""

    code = "unknown-source"


class NoAreaError(InvalidInputError):
    """区域の形を読めません。地図に線で囲んでください。"""

    code = "no-area"


class ShelterWithdrawnError(InvalidInputError):
    """この避難所は指定が取り消されています。開設できません。"""

    code = "shelter-withdrawn"


class NoPlacesError(InvalidInputError):
    """市区町村がまだありません。先に todoke places load を実行してください。"""

    code = "no-places"


class UnknownPrefectureError(InvalidInputError):
    """都道府県コード {code} はありません。TODOKE_PREFECTURE に 01 から 47 を入れてください。"""

    code = "unknown-prefecture"


class BoundariesMissingError(TodokeError):
    """警報の区域の境界が、パッケージ reversejp の中に見つかりません。requirements の版を確かめてください。"""

    code = "boundaries-missing"
