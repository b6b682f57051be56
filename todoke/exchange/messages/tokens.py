"""Short signed links to a message: they show and answer that one, and do nothing else."""

import base64
import binascii
from uuid import UUID

from todoke.kernel.signing import is_mac, mac

PURPOSE = "message link"
BYTES = 8


def token_of(message_id: UUID) -> str:
    """32 characters: the id, and eight bytes that only this program can make."""
    return base64.urlsafe_b64encode(message_id.bytes + mac(PURPOSE, message_id.bytes, BYTES)).decode()


def message_id_of(token: str) -> UUID | None:
    """The id in a token that this program made."""
    try:
        content = base64.urlsafe_b64decode(token.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    if len(content) != 16 + BYTES or not is_mac(PURPOSE, content[:16], content[16:]):
        return None
    return UUID(bytes=content[:16])
