"""Tables of the loop from a warning to the residents, a file per noun."""

from todoke.loops.reach.models.alert import Alert
from todoke.loops.reach.models.call import Call
from todoke.loops.reach.models.commons import CommonsDocument, Publication
from todoke.loops.reach.models.feed import Feed
from todoke.loops.reach.models.incident import Incident
from todoke.loops.reach.models.notice import Notice
from todoke.loops.reach.models.order import Order
from todoke.loops.reach.models.situation import Situation
from todoke.loops.reach.models.survey import Answered, NamedAnswer, Tally
from todoke.loops.reach.models.telegram import Telegram
from todoke.loops.reach.models.warning import AreaWarning

__all__ = [
    "Alert",
    "Answered",
    "AreaWarning",
    "Call",
    "CommonsDocument",
    "Feed",
    "Incident",
    "NamedAnswer",
    "Notice",
    "Order",
    "Publication",
    "Situation",
    "Tally",
    "Telegram",
]
