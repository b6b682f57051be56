"""Jobs that carry messages to the outside."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.exchange.messages.models import Delivery
from todoke.kernel import clock
from todoke.kernel.jobs import RETRY, task

ATTEMPTS = RETRY.max_attempts or 1
"""After so many the delivery is called failed, and nothing is silent."""


@task("messages.deliver_email")
def deliver_email(delivery_id: int) -> None:
    """Hand one e-mail to the SMTP server.

    The row stays locked while the server is asked, so two workers never send it at once. If the worker dies
    after the server took it and before the row says so, it goes out again under the same Message-ID, by which
    mail systems know a copy. An address that the server refuses for good fails at once; anything else is retried.
    """
    try_delivery(delivery_id)


def try_delivery(delivery_id: int) -> None:
    """One attempt; what goes wrong is counted and raised, for the queue to try again."""
    try:
        _deliver(delivery_id)
    except Exception as error:
        Delivery.objects.filter(pk=delivery_id).update(
            attempts=F("attempts") + 1,
            state=Case(When(attempts__gte=ATTEMPTS - 1, then=Value("failed")), default=F("state")),
            error=type(error).__name__[:200],
            changed_at=clock.now(),
        )
        raise


def _deliver(delivery_id: int) -> None:
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("message").get(pk=delivery_id)
        if delivery.state != "queued":
            return
        delivery.attempts += 1
        delivery.changed_at = clock.now()
        message = delivery.message
        with translation.override("en" if message.language == "en" else "ja"):
            ending = _("このメールには返信できません。続きはこちらから見られます。")
        path = "/inbox/" if message.resident_id else "/follow/"
        mail = EmailMessage(
            subject=message.subject,
            body=f"{message.body}\n\n{ending}\n{settings.BASE_URL}{path}\n\n{message.sender}\n",
            to=[delivery.address],
            headers={"Message-ID": f"<{message.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _text in refused.recipients.values()}
            if any(code < 500 for code in codes):
                raise
            delivery.state, delivery.error = "failed", "address refused"
        else:
            delivery.state, delivery.error = "sent", ""
        delivery.save()
