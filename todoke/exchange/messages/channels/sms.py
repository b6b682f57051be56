"""Text messages by a provider's HTTP API: JSON of a common shape, with the address and key in settings.

Request: ``{"to", "from", "text", "reference"}`` with ``Idempotency-Key``. Taken is what is answered with 2xx and an
``id``; receipts name that, or better our ``reference``.
"""

import json

from django.conf import settings

from todoke.exchange.messages.channels.http import post
from todoke.exchange.messages.types import Failure, Letter, Outcome

LONGEST = 670
"""Characters of a long message that the Japanese networks take; the link is kept, the text is cut."""


class Sms:
    """The short form of a message and its link."""

    name = "sms"

    def is_on(self) -> bool:
        return bool(settings.SMS_URL)

    def send(self, letter: Letter) -> Outcome:
        link = f"\n{letter.link}" if letter.link else ""
        content = {
            "to": letter.address,
            "from": settings.SMS_FROM,
            "text": letter.text.short[: LONGEST - len(link)] + link,
            "reference": letter.key,
        }
        answer = post(
            settings.SMS_URL,
            json.dumps(content, ensure_ascii=False).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.SMS_KEY}",
                "Idempotency-Key": letter.key,
            },
        )
        if answer.failure:
            return answer.outcome()
        said = answer.json()
        if not isinstance(said, dict) or not said.get("id") or said.get("error"):
            return Outcome(Failure.UNCLEAR)
        return Outcome(provider_id=str(said["id"])[:100])
