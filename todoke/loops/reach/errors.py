"""What can go wrong when an order is given or lifted, or a message to many is sent."""

from todoke.kernel.errors import InvalidInputError, NotAllowedError, StaleError


class SecondPersonError(NotAllowedError):
    """入力した人は確認できません。別の職員が確認してください。"""

    code = "second-person"


class NotYourMunicipalityError(NotAllowedError):
    """この市町村の避難情報を扱えるのは、その市町村の危機管理課と、県の災害対策本部だけです。"""

    code = "not-your-municipality"


class NoLevelsError(InvalidInputError):
    """津波には警戒レベルがなく、高齢者等避難と緊急安全確保は選べません。避難指示を選んでください。"""

    code = "no-levels"


class OrderNowhereError(InvalidInputError):
    """対象の区域に、住んでいる人がいません。区域を確かめてください。"""

    code = "order-nowhere"


class ReasonForActingError(InvalidInputError):
    """県が市町村に代わって出すときは、その理由を書いてください（災害対策基本法60条6項）。"""

    code = "reason-for-acting"


class ReasonForLiftingError(InvalidInputError):
    """県が市町村に代わって解除するときは、その理由を書いてください。"""

    code = "reason-for-lifting"


class OrderTooOldError(StaleError):
    """入力から{minutes}分以上たったので、確認できません。いまの状況を確かめて、入力し直してください。"""

    code = "order-too-old"


class OrderMovedOnError(StaleError):
    """この避難情報は、ほかの人がもう進めています。いまの状態を確かめてください。"""

    code = "order-moved-on"


class OrderOfAnotherError(NotAllowedError):
    """この避難情報は、{source}がLアラートで出したものです。解除も、出したところが行います。"""

    code = "order-of-another"


class CallTakenError(StaleError):
    """この人は、{office}の{name}さんが先に受け持ちました。"""

    code = "call-taken"


class NobodyHelpsError(InvalidInputError):
    """この人には、登録された支援者がいません。電話をするか、受け持ってください。"""

    code = "nobody-helps"


class NotYourPeopleError(NotAllowedError):
    """この人に連絡できるのは、住んでいる市町村の危機管理課と、県の災害対策本部だけです。"""

    code = "not-your-people"


class NoTownsError(InvalidInputError):
    """「{towns}」には、場所の分かる世帯がありません。地図の上で区域を描いてください。"""

    code = "no-towns"


class BadOutlineError(InvalidInputError):
    """地図に描いた区域を読めません。点を3つ以上打って、囲んでください。"""

    code = "bad-outline"


class OrderIncompleteError(InvalidInputError):
    """{what}を選んでください。"""

    code = "order-incomplete"
