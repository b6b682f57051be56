"""LINE Messaging API: a push message to who linked their account.

https://developers.line.biz/en/reference/messaging-api/#send-push-message. A retry carries the same X-Line-Retry-Key,
which has to be a UUID; LINE answers a copy with 409 and the id of the first request.
"""

import json
from uuid import uuid5

from django.conf import settings

from todoke.exchange.messages.channels.http import post
from todoke.exchange.messages.types import Failure, Letter, Outcome

LONGEST = 5000
"""Characters of a text message."""


class Line:
    """Subject, body and link as one text message."""

    name = "line"

    def is_on(self) -> bool:
        return bool(settings.LINE_TOKEN)

    def send(self, letter: Letter) -> Outcome:
        link = f"\n\n{letter.link}"
        text = f"{letter.text.subject}\n\n{letter.text.body}"[: LONGEST - len(link)] + link
        content = {"to": letter.address, "messages": [{"type": "text", "text": text}]}
        answer = post(
            f"{settings.LINE_URL}/v2/bot/message/push",
            json.dumps(content, ensure_ascii=False).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.LINE_TOKEN}",
                "X-Line-Retry-Key": str(uuid5(letter.message, letter.key)),
            },
        )
        said = answer.json()
        taken_before = answer.headers.get("x-line-accepted-request-id", "")
        if answer.status == 409 and taken_before:
            return Outcome(provider_id=taken_before[:100])
        if answer.failure:
            return answer.outcome()
        if not isinstance(said, dict) or not isinstance(said.get("sentMessages"), list):
            return Outcome(Failure.UNCLEAR)
        return Outcome(provider_id=answer.headers.get("x-line-request-id", "")[:100])
