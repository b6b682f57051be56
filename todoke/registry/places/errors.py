"""What can be wrong with data about places. An import is refused whole."""

from todoke.kernel.errors import InvalidInputError, TodokeError


class BadRowError(InvalidInputError):
    """{file} の {line} 行目: {problem}"""

    code = "bad-row"


class BadFileError(InvalidInputError):
    """{file} を読めません: {problem}"""

    code = "bad-file"


class NoPlacesError(InvalidInputError):
    """市区町村がまだありません。先に todoke places load を実行してください。"""

    code = "no-places"


class UnknownPrefectureError(InvalidInputError):
    """都道府県コード {code} はありません。TODOKE_PREFECTURE に 01 から 47 を入れてください。"""

    code = "unknown-prefecture"


class BoundariesMissingError(TodokeError):
    """警報の区域の境界が、パッケージ reversejp の中に見つかりません。requirements の版を確かめてください。"""

    code = "boundaries-missing"
