"""Who a person proved to be, and why a log-in may fail."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from todoke.kernel.errors import TodokeError


@dataclass(frozen=True)
class VerifiedIdentity:
    """What an authentication provider vouches for.

    ``subject`` is pairwise: it means nothing outside this prefecture's client. ``address`` is one string, as on the
    card. ``gender`` is of ISO 5218: "1" male, "2" female, "0" when it was not asked for.
    """

    issuer: str
    subject: str
    name: str
    address: str
    birth_date: date
    gender: str
    acr: str
    authenticated_at: datetime


class LoginError(TodokeError):
    """ログインできませんでした。"""

    code = "login-failed"
    status = 400
    advice_text: ClassVar[str] = gettext_noop("もう一度ログインしてください。")

    @property
    def advice(self) -> str:
        """What the person can do now, in the language in force."""
        return _(self.advice_text)


class LoginDeniedError(LoginError):
    """ログインは取りやめられました。"""

    code = "login-denied"
    status = 403
    advice_text = gettext_noop("まだ何も送られていません。続けるときは、もう一度ログインしてください。")


class LoginExpiredError(LoginError):
    """本人確認の有効な時間が過ぎました。"""

    code = "login-expired"
    advice_text = gettext_noop(
        "もう一度ログインしてください。続けて同じことが起きるときは、端末の時刻が合っているか確かめてください。"
    )


class LoginNotBegunHereError(LoginError):
    """このログインは、別の画面で始まったか、始めてから時間がたちすぎています。"""

    code = "login-not-begun-here"
    advice_text = gettext_noop("ほかのログインの画面を閉じてから、この画面でもう一度ログインしてください。")


class CodeReplayedError(LoginError):
    """この本人確認の結果は、もう使われたか、期限が切れています。"""

    code = "login-code-replayed"
    advice_text = gettext_noop("ブラウザーの「戻る」は使わずに、もう一度ログインしてください。")


class UnknownKeyError(LoginError):
    """本人確認の結果が、デジタル認証アプリのものだと確かめられませんでした。"""

    code = "login-unknown-key"
    status = 502
    advice_text = gettext_noop("安全のため、ログインを止めました。しばらく待ってから、もう一度ログインしてください。")


class AssuranceTooLowError(LoginError):
    """本人確認の強さが、この手続きに足りません。"""

    code = "login-assurance-too-low"
    status = 403
    advice_text = gettext_noop("マイナンバーカードと4桁の暗証番号で、もう一度ログインしてください。")


class ProviderDownError(LoginError):
    """デジタル認証アプリのサービスにつながりません。"""

    code = "login-provider-down"
    status = 503
    advice_text = gettext_noop(
        "数分待ってから、もう一度ログインしてください。お急ぎのときは、電話か窓口でも手続きできます。"
    )


class UnexpectedAnswerError(LoginError):
    """デジタル認証アプリから、思わぬ答えが返ってきました。"""

    code = "login-unexpected-answer"
    status = 502
    advice_text = gettext_noop(
        "もう一度ログインしてください。続けて同じことが起きるときは、下の問い合わせ番号をそえて、電話でお知らせください。"
    )
