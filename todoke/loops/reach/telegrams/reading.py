"""The one door: bytes in, a telegram out."""

from todoke.loops.reach.telegrams import cap, cap_telegrams, jma, sensor
from todoke.loops.reach.telegrams.commons.notice import read_message
from todoke.loops.reach.telegrams.commons.profile import Profile
from todoke.loops.reach.telegrams.commons.soap import distribution
from todoke.loops.reach.telegrams.errors import ForeignTelegramError
from todoke.loops.reach.telegrams.markup import parse
from todoke.loops.reach.telegrams.types import Telegram


def read(body: bytes, *, prefecture: str, name: str = "", profile: Profile | None = None) -> Telegram:
    """What the bytes say to the prefecture of this code (JIS X 0401). ``name`` is of the file or of its address.

    ``profile`` is of the edition of Lアラート, where it is not the default one.

    Raises TelegramError, and nothing else.
    """
    if body[:1] == b"{":
        return sensor.read_notice(body, prefecture)
    root = distribution(parse(body))
    if root.name == "Report" and root.namespace == jma.NAMESPACE:
        return jma.read_report(root, name, prefecture)
    if root.name == "alert" and root.namespace == cap.NAMESPACE:
        return cap_telegrams.read_alert(root, prefecture)
    if root.name == "EDXLDistribution":
        return read_message(root, prefecture, profile or Profile())
    raise ForeignTelegramError(root=root.name[:40])
