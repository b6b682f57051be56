"""Why a telegram is of concern to the prefecture served, or not."""

from enum import StrEnum

from django.utils.translation import gettext as _


class Reason(StrEnum):
    """What decided."""

    HERE = "here"
    WITHDRAWS = "withdraws"
    NOTHING_IN_FORCE = "nothing-in-force"
    NO_LONGER_NAMED = "no-longer-named"
    OVER = "over"
    ELSEWHERE = "elsewhere"
    NO_PLACE = "no-place"
    FORECAST = "forecast"
    OBSERVATION = "observation"
    EXPLANATION = "explanation"
    NOTICE = "notice"
    AT_SEA = "at-sea"
    POSITION = "position"
    FOR_MACHINES = "for-machines"
    RESTATES = "restates"
    LEVELS_ARRIVE = "levels-arrive"
    DELIVERY_TEST = "delivery-test"
    SHAPES_ONLY = "shapes-only"
    OURS = "ours"
    KNOWN_REVISION = "known-revision"
    DRILL_OF_SHELTERS = "drill-of-shelters"
    UNKNOWN_ORDER = "unknown-order"
    OTHER_MESSAGE = "other-message"
    UNKNOWN_HERE = "unknown-here"
    UNKNOWN = "unknown"


def words_of(reason: str) -> str:
    """A sentence for people; a reason that came from elsewhere is its own."""
    known: dict[str, str] = {
        Reason.HERE: _("この県の地域について知らせています。"),
        Reason.WITHDRAWS: _("前の電文を取り消します。"),
        Reason.NOTHING_IN_FORCE: _("この県で出ているものはありません。"),
        Reason.NO_LONGER_NAMED: _("前の電文にあったこの県の地域が、なくなりました。"),
        Reason.OVER: _("届いたときには、もう終わっていました。"),
        Reason.ELSEWHERE: _("ほかの都道府県だけの情報です。"),
        Reason.NO_PLACE: _("地域を示していません。"),
        Reason.FORECAST: _("天気や気候の予報です。警報は別の電文で来ます。"),
        Reason.OBSERVATION: _("観測の記録です。"),
        Reason.EXPLANATION: _("解説の文章です。警報は別の電文で来ます。"),
        Reason.NOTICE: _("気象庁からの事務的なお知らせです。"),
        Reason.AT_SEA: _("海の上の船に向けた情報です。"),
        Reason.POSITION: _("台風の位置と進路です。警報は別の電文で来ます。"),
        Reason.FOR_MACHINES: _("機械で使う緊急地震速報の予報です。住民への警報は別の電文で来ます。"),
        Reason.RESTATES: _("別の電文と同じ内容です。二重には扱いません。"),
        Reason.LEVELS_ARRIVE: _("同じ気象台から、警戒レベルの付いた電文が来ています。古い形の電文は重ねて扱いません。"),
        Reason.DELIVERY_TEST: _("配信の試験です。"),
        Reason.SHAPES_ONLY: _("図形だけで地域を示しています。職員が見て判断してください。"),
        Reason.OURS: _("この県からLアラートに出したものが、戻ってきました。"),
        Reason.KNOWN_REVISION: _("同じ文書の、同じ版か新しい版をもう受け取っています。"),
        Reason.DRILL_OF_SHELTERS: _("訓練の避難所情報です。避難所の状態は変えません。"),
        Reason.UNKNOWN_ORDER: _("知らない避難情報の区分があります。職員が見て判断してください。"),
        Reason.OTHER_MESSAGE: _("Lアラートのほかの種類の情報です。避難情報と避難所情報だけを扱います。"),
        Reason.UNKNOWN_HERE: _("知らない種類の電文ですが、この県の地域を示しています。職員が見て判断してください。"),
        Reason.UNKNOWN: _("知らない種類の電文で、この県の地域を示していません。"),
    }
    return known.get(reason, reason)
