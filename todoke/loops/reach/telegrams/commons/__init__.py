"""Lアラート (公共情報コモンズ): a municipality's evacuation information and shelters, in and out."""

from todoke.loops.reach.telegrams.commons.profile import Profile, load_profile
from todoke.loops.reach.telegrams.commons.reading import read_commons
from todoke.loops.reach.telegrams.commons.types import (
    Envelope,
    EvacuationArea,
    EvacuationDetail,
    EvacuationMessage,
    Message,
    ShelterEntry,
    ShelterMessage,
)
from todoke.loops.reach.telegrams.commons.writing import write_commons

__all__ = [
    "Envelope",
    "EvacuationArea",
    "EvacuationDetail",
    "EvacuationMessage",
    "Message",
    "Profile",
    "ShelterEntry",
    "ShelterMessage",
    "load_profile",
    "read_commons",
    "write_commons",
]
