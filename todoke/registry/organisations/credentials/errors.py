"""What can go wrong when somebody proves who they are."""

from todoke.kernel.errors import InvalidInputError, NotFoundError, TodokeError


class SignInRefusedError(TodokeError):
    """ログインできませんでした。ログイン名、パスワード、確認コードを確かめてください。5回続けて間違えると、15分間はこの方法でログインできません。"""

    # One message for an unknown name, a wrong password, a used code and a locked account: it tells a stranger nothing.
    code = "sign-in-refused"
    status = 403


class PasskeyRefusedError(TodokeError):
    """パスキーを確かめられませんでした。もう一度試すか、パスワードと確認コードでログインしてください。"""

    code = "passkey-refused"
    status = 403


class PasskeyNotAddedError(InvalidInputError):
    """パスキーを登録できませんでした。もう一度「パスキーを登録する」を押してください。"""

    code = "passkey-not-added"


class PasskeyKnownError(InvalidInputError):
    """このパスキーはもう登録されています。"""

    code = "passkey-known"


class LastWayInError(InvalidInputError):
    """これを消すとログインできなくなります。先にほかのパスキーか、パスワードと確認コードを登録してください。"""

    code = "last-way-in"


class PasswordTooShortError(InvalidInputError):
    """パスワードは12文字以上にしてください。"""

    code = "password-too-short"


class PasswordTooCommonError(InvalidInputError):
    """このパスワードは広く知られていて、当てられやすいものです。ほかのものにしてください。"""

    code = "password-too-common"


class PasswordNumericError(InvalidInputError):
    """数字だけのパスワードは使えません。文字を混ぜてください。"""

    code = "password-numeric"


class PasswordTooSimilarError(InvalidInputError):
    """氏名、ログイン名、メールアドレスに似たパスワードは使えません。"""

    code = "password-too-similar"


class PasswordsDifferError(InvalidInputError):
    """2回入れたパスワードが違います。同じものを入れてください。"""

    code = "passwords-differ"


class WrongCodeError(InvalidInputError):
    """確認コードが合いません。アプリにいま出ている6桁の数字を入れてください。"""

    code = "wrong-code"


class InvitationEndedError(NotFoundError):
    """この招待は使えません。期限が過ぎたか、もう使われています。課の管理者に、新しい招待を頼んでください。"""

    code = "invitation-ended"
