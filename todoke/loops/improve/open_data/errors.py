"""What can be wrong with a question to a data set, or with a file for one."""

from todoke.kernel.errors import InvalidInputError, NotFoundError, TodokeError


class NoDataSetError(NotFoundError):
    """そのデータはありません。"""

    code = "no-data-set"


class BadQueryError(InvalidInputError):
    """{name}：{problem}"""

    code = "bad-query"
    status = 400


class TooCostlyError(TodokeError):
    """この条件では、さがすのに時間がかかりすぎます。条件をしぼるか、全体をダウンロードしてください。"""

    code = "too-costly"
    status = 503


class TooManyRequestsError(TodokeError):
    """短い時間に、たくさんのデータを取りすぎています。{seconds} 秒たってから、もう一度試してください。"""

    code = "too-many-requests"
    status = 429


class NotImportedError(InvalidInputError):
    """{file} に取り込めないところが {count} 件あります。何も取り込んでいません。"""

    code = "not-imported"


class NoHeaderError(InvalidInputError):
    """{file} に、{number} {title} の見出しの行が見つかりません。"""

    code = "no-header"


class UnreadableFileError(InvalidInputError):
    """{file} を読めません。{problem}"""

    code = "unreadable-file"


class NotAFileSetError(InvalidInputError):
    """{data_set} は、ファイルから取り込むデータではありません。"""

    code = "not-a-file-set"
