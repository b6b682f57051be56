"""States of a case and kinds of what happens to it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseState(TextChoices):
    """Where a case stands, in the office's words."""

    RECEIVED = "received", _("受付")
    REVIEW = "review", _("審査中")
    RETURNED = "returned", _("補正待ち")
    CORRECTED = "corrected", _("補正が届いた")
    PROPOSED = "proposed", _("決裁待ち")
    DECIDED = "decided", _("決定済み")
    WITHDRAWN = "withdrawn", _("取下げ")


OPEN_STATES = (CaseState.RECEIVED, CaseState.REVIEW, CaseState.RETURNED, CaseState.CORRECTED, CaseState.PROPOSED)
WORKABLE_STATES = (CaseState.RECEIVED, CaseState.REVIEW, CaseState.CORRECTED)


class EventKind(TextChoices):
    """What a line of the time line says happened."""

    SUBMITTED = "submitted", _("申し込みました")
    RECEIVED = "received", _("受け付けました")
    ASSIGNED = "assigned", _("担当が決まりました")
    RETURNED = "returned", _("直してほしいところを知らせました")
    CORRECTED = "corrected", _("直した内容が届きました")
    ASKED = "asked", _("質問が届きました")
    ANSWERED = "answered", _("役所が答えました")
    NOTED = "noted", _("内部メモを書きました")
    DISMISSED = "dismissed", _("指摘を外しました")
    PROPOSED = "proposed", _("決定案を出しました")
    SENT_BACK = "sent-back", _("決定案を差し戻しました")
    DECIDED = "decided", _("決定しました")
    WITHDRAWN = "withdrawn", _("取り下げました")


PUBLIC_EVENTS = (
    EventKind.SUBMITTED,
    EventKind.RECEIVED,
    EventKind.RETURNED,
    EventKind.CORRECTED,
    EventKind.DECIDED,
    EventKind.WITHDRAWN,
)
