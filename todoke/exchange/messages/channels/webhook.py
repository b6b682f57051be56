"""A POST to the system of an organisation that looks after a resident: a care home, a company that drives to dialysis.

The body is signed with the secret that the contact point was given: ``Todoke-Signature: sha256=<hex>``.
"""

import hmac
import json

from todoke.exchange.messages.channels.http import post
from todoke.exchange.messages.types import Letter, Outcome


class Webhook:
    """The whole message as JSON; any 2xx is a receipt as well, since there is nothing behind it."""

    name = "webhook"

    def is_on(self) -> bool:
        return True

    def send(self, letter: Letter) -> Outcome:
        text = letter.text
        content = {
            "id": str(letter.message),
            "sender": text.sender,
            "subject": text.subject,
            "body": text.body,
            "short": text.short,
            "language": text.language,
            "link": letter.link,
            "priority": letter.priority.name.lower(),
            "drill": letter.drill,
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        signature = hmac.digest(str(letter.address["secret"]).encode(), body, "sha256").hex()
        answer = post(
            letter.address["url"],
            body,
            {
                "Content-Type": "application/json",
                "Idempotency-Key": letter.key,
                "Todoke-Signature": f"sha256={signature}",
            },
            given=True,
        )
        return answer.outcome() if answer.failure else Outcome(delivered=True)
