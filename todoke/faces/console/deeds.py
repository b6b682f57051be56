"""What the audit trail's actions are called on the page. An action without a name here is shown as it is stored."""

from django.utils.translation import gettext as _

from todoke.loops.apply.types import EventKind


def deeds() -> dict[str, str]:
    """Stored action → words, in the language in force."""
    return {
        "sign-in.done": _("ログインした"),
        "sign-in.refused": _("ログインを断った"),
        "sign-out.done": _("ログアウトした"),
        "sign-out.everywhere": _("すべての端末からログアウトした"),
        "passkey.added": _("パスキーを登録した"),
        "passkey.removed": _("パスキーを消した"),
        "password.set": _("パスワードを変えた"),
        "one-time-code.set": _("確認コードアプリを登録した"),
        "invitation.issued": _("招待した"),
        "invitation.accepted": _("招待を受けた"),
        "role.given": _("役割を与えた"),
        "role.taken": _("役割を外した"),
        "officer.deactivated": _("利用を停止した"),
        "audit.read": _("監査記録を見た"),
        "publish": _("制度を公開した"),
        "roll-back": _("制度を前の版に戻した"),
        "rule.simulate": _("制度を試算した"),
        "agency.grant": _("代理コードを作った"),
        "agency.end": _("代理を終わらせた"),
        "sign-in": _("住民がログインした"),
        **{f"case.{kind.value}": str(kind.label) for kind in EventKind},
    }


def deed(action: str) -> str:
    """The words for a stored action."""
    return deeds().get(action, action)
