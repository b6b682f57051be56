"""What became of what went out to Lアラート, and what came in from it that nobody here knows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from todoke.kernel import clock
from todoke.loops.reach.models import CommonsDocument, Publication
from todoke.loops.reach.publishing.commons import Failure


@dataclass(frozen=True)
class PublicationNow:
    """The last revision that went out, or is to go out, about an order or a municipality's shelters."""

    publication: Publication
    words: str
    """Lアラート 送信済み 03:15."""

    @property
    def wrong(self) -> bool:
        """Whether somebody has to know: it failed, or has been tried without success."""
        return self.publication.state != "sent" and self.publication.error != ""


def publications_of(order_ids: Collection[int]) -> dict[int, PublicationNow]:
    """By order; an order of which nothing goes out is not in it."""
    rows = Publication.objects.filter(order__in=order_ids).defer("body").order_by("revision")
    return {row.order_id: _now(row) for row in rows if row.order_id is not None}


def publications_of_shelters(municipality_codes: Collection[str]) -> dict[str, PublicationNow]:
    """By municipality, of its shelters."""
    rows = Publication.objects.filter(order=None, municipality_code__in=municipality_codes).defer("body").order_by("pk")
    return {row.municipality_code: _now(row) for row in rows}


def troubled() -> list[PublicationNow]:
    """Those that were not taken, the newest first, unless a newer revision was."""
    rows = list(Publication.objects.exclude(state="sent").exclude(error="").defer("body").order_by("-created_at")[:100])
    sent: dict[object, int] = {}
    numbers = Publication.objects.filter(document_id__in={row.document_id for row in rows}, state="sent")
    for document, revision in numbers.values_list("document_id", "revision"):
        sent[document] = max(revision, sent.get(document, 0))
    return [_now(row) for row in rows if row.revision > sent.get(row.document_id, 0)]


def not_understood() -> QuerySet[CommonsDocument]:
    """Documents of others that name shelters, or words for orders, that we do not know; the newest first."""
    return CommonsDocument.objects.exclude(unknown=[]).order_by("-received_at")


def failure_words(failure: str) -> str:
    """Why, for people."""
    known: dict[str, str] = {
        Failure.UNREACHABLE: _("つながりません"),
        Failure.TIMEOUT: _("返事がありません"),
        Failure.CERTIFICATE: _("証明書を確かめられません"),
        Failure.NOT_ALLOWED: _("利用者として認められません"),
        Failure.TOO_MANY: _("混み合っています"),
        Failure.DOWN: _("相手の障害です"),
        Failure.UNCLEAR: _("返事が読めません"),
        Failure.REFUSED: _("内容が受け付けられませんでした"),
    }
    return known.get(failure, failure)


def _now(row: Publication) -> PublicationNow:
    return PublicationNow(row, _words(row))


def _words(row: Publication) -> str:
    if row.state == "sent" and row.answered_at:
        return _("Lアラート 送信済み {time}").format(time=_time(row.answered_at))
    if row.state == "failed":
        return _("Lアラート 送れませんでした：{why}").format(why=failure_words(row.error))
    if row.error:
        return _("Lアラート 送り直しています（{count}回目）：{why}").format(
            count=row.attempts + 1, why=failure_words(row.error)
        )
    return _("Lアラート 送信待ち")


def _time(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == clock.today() else f"{local.month}/{local.day} {local:%H:%M}"
