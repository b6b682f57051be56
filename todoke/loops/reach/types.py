"""What other rooms see of the loop."""

from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """One order for warnings of every kind, those without a 警戒レベル among them."""

    NONE = 0
    FORECAST = 1
    ADVISORY = 2
    WARNING = 3
    SEVERE = 4
    """危険警報, 土砂災害警戒情報"""

    EMERGENCY = 5
    """特別警報, 大津波警報"""


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
