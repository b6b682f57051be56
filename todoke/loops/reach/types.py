"""What other rooms see of the loop."""

from enum import StrEnum

from todoke.registry.places.types import Hazard


class Change(StrEnum):
    """How a warning, or an order, differs from what was said before."""

    ISSUED = "issued"
    RAISED = "raised"
    LOWERED = "lowered"
    UPDATED = "updated"
    CANCELLED = "cancelled"


class OrderKind(StrEnum):
    """A municipality's evacuation information (災害対策基本法56条2項, 60条1項, 60条3項): 警戒レベル 3, 4, 5."""

    ELDERLY = "elderly"
    EVACUATE = "evacuate"
    SECURE = "secure"

    @property
    def level(self) -> int:
        """Its 警戒レベル, where its hazard has them."""
        return {OrderKind.ELDERLY: 3, OrderKind.EVACUATE: 4, OrderKind.SECURE: 5}[self]


class Variant(StrEnum):
    """For whom a message differs; of several the first that fits."""

    HELPER = "helper"
    WHEELCHAIR = "wheelchair"
    ELECTRICITY = "electricity"
    DIALYSIS = "dialysis"
    SIGHT = "sight"
    HEARING = "hearing"
    STANDARD = "standard"


OVER = "over"
"""In place of a plan's step: nothing is in force any more."""

WITH_LEVELS = frozenset({Hazard.FLOOD, Hazard.INLAND_FLOOD, Hazard.LANDSLIDE, Hazard.STORM_SURGE})
"""Hazards that have a 警戒レベル; an order before a tsunami has a name and no number."""
