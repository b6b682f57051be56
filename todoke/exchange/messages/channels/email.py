"""E-mail, by SMTP."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.exchange.messages.types import Failure, Letter, Outcome


class Email:
    """If the worker dies after the server took a mail, it goes out again under the same Message-ID, by which mail
    systems know a copy."""

    name = "email"

    def is_on(self) -> bool:
        return bool(settings.EMAIL_HOST)

    def send(self, letter: Letter) -> Outcome:
        with translation.override("ja" if letter.text.language in ("ja", "easy") else "en"):
            ending = _("このメールには返信できません。続きはこちらから見られます。")
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        text = letter.text
        mail = EmailMessage(
            subject=text.subject,
            body=f"{text.body}\n\n{ending}\n{letter.link}\n\n{text.sender}\n",
            to=[letter.address],
            headers={"Message-ID": f"<{letter.message}@{host}>"},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            permanent = all(code >= 500 for code, _text in refused.recipients.values())
            return Outcome(Failure.UNKNOWN_ADDRESS if permanent else Failure.PROVIDER_DOWN)
        except smtplib.SMTPResponseException as answer:
            return Outcome(_failure(answer))
        except TimeoutError:
            return Outcome(Failure.TIMEOUT)
        except (smtplib.SMTPException, OSError):
            return Outcome(Failure.PROVIDER_DOWN)
        return Outcome()


def _failure(answer: smtplib.SMTPResponseException) -> Failure:
    if isinstance(answer, smtplib.SMTPAuthenticationError):
        return Failure.NOT_ALLOWED
    return Failure.REFUSED if answer.smtp_code >= 500 else Failure.PROVIDER_DOWN
