"""What the audit trail's actions are called on the page. An action without a name here is shown as it is stored."""

from django.utils.translation import gettext as _

from todoke.loops.apply.types import EventKind


def deeds() -> dict[str, str]:
    """Stored action → words, in the language in force."""
    return {
        **_of_accounts(),
        **_of_services(),
        **_of_the_crisis_desk(),
        **_of_shelters(),
        **_of_help(),
        **_of_notices(),
        **_of_the_yearly_round(),
        **{f"case.{kind.value}": str(kind.label) for kind in EventKind},
    }


def deed(action: str) -> str:
    """The words for a stored action."""
    return deeds().get(action, action)


def _of_accounts() -> dict[str, str]:
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
        "sign-in": _("住民がログインした"),
    }


def _of_services() -> dict[str, str]:
    return {
        "publish": _("制度を公開した"),
        "roll-back": _("制度を前の版に戻した"),
        "rule.simulate": _("制度を試算した"),
        "agency.grant": _("代理コードを作った"),
        "agency.end": _("代理を終わらせた"),
        "register.move": _("転居を記録した"),
        "register.leave": _("死亡・転出を記録した"),
    }


def _of_the_crisis_desk() -> dict[str, str]:
    return {
        "order.enter": _("避難情報を入力した"),
        "order.issue": _("避難情報を確認して発令した"),
        "order.withdraw": _("避難情報を取り下げた"),
        "order.keep": _("避難情報を続けるとした"),
        "order.enter_lifting": _("避難情報の解除を入力した"),
        "order.lift": _("避難情報を確認して解除した"),
        "call.taken": _("助けの要る人を受け持った"),
        "call.forwarded": _("助けの要る人を支援者へ転送した"),
        "call.resolved": _("助けの要る人を解決とした"),
        "situation.report": _("引継ぎ資料を作った"),
        "publication.send_again": _("Lアラートへもう一度送った"),
    }


def _of_the_yearly_round() -> dict[str, str]:
    return {
        "round.opened": _("実績報告を始めた"),
        "round.moved": _("実績報告の日程を変えた"),
        "report.handed-in": _("報告を出した"),
        "round.evaluated": _("評価した"),
        "evaluation.changed": _("評価を変えた"),
        "round.published": _("評価を公表した"),
        "comment.added": _("有識者の意見を残した"),
        "meeting.called": _("会議を登録した"),
        "meeting.written": _("会議の記録を書いた"),
        "meeting.papers": _("会議資料を残した"),
        "round.papers": _("会議資料を作った"),
        "team.founded": _("検討チームを作った"),
        "team.ended": _("検討チームを終えた"),
        "paper.counted": _("紙の申請の数を入れた"),
    }


def _of_shelters() -> dict[str, str]:
    return {
        "reader.enrol": _("受付の端末を登録した"),
        "reader.take-up": _("受付の端末が使われ始めた"),
        "reader.end": _("受付の端末を止めた"),
        "shelter.open": _("避難所を開設した"),
        "shelter.full": _("避難所を満員とした"),
        "shelter.closed": _("避難所を閉鎖した"),
        "shelters.import": _("避難所のデータを取り込んだ"),
        "zones.import": _("区域のデータを取り込んだ"),
        "zones.end": _("区域のデータを終わらせた"),
        "zone.draw": _("区域を地図に描いた"),
        "zone.end": _("区域を終わらせた"),
        "shelter.people-read": _("避難者名簿を見た"),
        "shelter.people-download": _("避難者名簿を取り出した"),
        "shelter.correct": _("避難所の受付を直した"),
        "pass.cards": _("受付カードを作った"),
        "pass.revoke": _("避難所のコードを止めた"),
        "passes.new-key": _("コードに署名する鍵を作った"),
    }


def _of_help() -> dict[str, str]:
    return {
        "support-list.read": _("避難行動要支援者名簿を見た"),
        "support-list.add": _("避難行動要支援者名簿に加えた"),
        "helper.ask": _("助ける人を頼んだ"),
        "helper.agree": _("助けることを引き受けた"),
        "helper.agreed": _("助ける人が引き受けたと書いた"),
        "helper.end": _("助けることを終わらせた"),
        "family.prepare": _("家族に必要な助けを登録した"),
        "whereabouts.add": _("いる場所を登録した"),
        "whereabouts.end": _("いる場所を消した"),
    }


def _of_notices() -> dict[str, str]:
    return {
        "notice.preview": _("知らせの相手を調べた"),
        "notice.results": _("知らせへの回答を取り出した"),
        "notice.ask": _("知らせを送ろうとした"),
        "notice.confirm": _("知らせを確かめて送った"),
        "notice.withdraw": _("知らせを取りやめた"),
    }
