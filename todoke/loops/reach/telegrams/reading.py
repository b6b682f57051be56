"""The one door: bytes in, a telegram out."""

from todoke.loops.reach.telegrams import cap, cap_telegrams, jma, sensor
from todoke.loops.reach.telegrams.errors import ForeignTelegramError
from todoke.loops.reach.telegrams.markup import parse
from todoke.loops.reach.telegrams.types import Telegram


def read(body: bytes, *, prefecture: str, name: str = "") -> Telegram:
    """What the bytes say to the prefecture of this code (JIS X 0401). ``name`` is of the file or of its address.

    Raises TelegramError, and nothing else.
    """
    if body[:1] == b"{":
        return sensor.read_notice(body, prefecture)
    root = parse(body)
    if root.name == "Report" and root.namespace == jma.NAMESPACE:
        return jma.read_report(root, name, prefecture)
    if root.name == "alert" and root.namespace == cap.NAMESPACE:
        return cap_telegrams.read_alert(root, prefecture)
    raise ForeignTelegramError(root=root.name[:40])
