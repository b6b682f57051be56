"""Tables of the loop from a warning to the residents, a file per noun."""

from todoke.loops.reach.models.alert import Alert
from todoke.loops.reach.models.incident import Incident
from todoke.loops.reach.models.order import Order
from todoke.loops.reach.models.telegram import Telegram
from todoke.loops.reach.models.warning import AreaWarning

__all__ = ["Alert", "AreaWarning", "Incident", "Order", "Telegram"]
