"""Namespaces and code values of Lアラート: its current edition is for members only, so each can be replaced."""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from todoke.kernel.configuration import ConfigurationError
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind
from todoke.registry.places.types import Hazard, Openness

EXERCISES = {Status.NORMAL: "Actual", Status.DRILL: "Exercise", Status.TEST: "Test"}


@dataclass(frozen=True)
class Profile:
    """The defaults are of XML edition 1.3 and of the words of the Act since 2021-05-20."""

    edxl: str = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
    commons: str = "http://xml.publiccommons.ne.jp/xml/edxl/"
    report: str = "http://xml.publiccommons.ne.jp/pcxml1/3"
    head: str = "http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/"
    basis: str = "http://xml.publiccommons.ne.jp/pcxml1/elementBasis3/"
    evacuation: str = "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3"
    shelter: str = "http://xml.publiccommons.ne.jp/pcxml1/body/shelter3"
    confidentiality: str = "UNCLASSIFIED AND NOT SENSITIVE"
    evacuation_category: str = "EvacuationOrder"
    shelter_category: str = "Shelter"
    issued: str = "発令"
    lifted: str = "解除"
    household_unit: str = "世帯"
    phone: str = "PHONE"
    soap: str = "http://soap.publiccommons.ne.jp/"
    soap_envelope: str = "http://schemas.xmlsoap.org/soap/envelope/"
    soap_action: str = ""
    message_as: str = "xml"
    """How ``publish`` carries the document: as an element (xml), or as a string (text). Both are read."""

    whole_state: bool = False
    """Whether an update names all that is in force, so that what it does not name is over; else only what it lifts."""

    sorts: dict[str, str] = field(
        default_factory=lambda: {
            OrderKind.ELDERLY: "高齢者等避難",
            OrderKind.EVACUATE: "避難指示",
            OrderKind.SECURE: "緊急安全確保",
        }
    )
    older_sorts: dict[str, str] = field(
        default_factory=lambda: {
            "避難準備": OrderKind.ELDERLY,
            "避難準備・高齢者等避難開始": OrderKind.ELDERLY,
            "避難勧告": OrderKind.EVACUATE,
            "災害発生情報": OrderKind.SECURE,
        }
    )
    disasters: dict[str, str] = field(
        default_factory=lambda: {
            Hazard.TSUNAMI: "津波",
            Hazard.STORM_SURGE: "高潮",
            Hazard.LANDSLIDE: "土砂災害",
            Hazard.INLAND_FLOOD: "内水氾濫",
            Hazard.FLOOD: "洪水",
            Hazard.VOLCANO: "噴火",
            Hazard.NUCLEAR: "原子力災害",
            Hazard.EARTHQUAKE: "地震",
            Hazard.FIRE: "大規模な火事",
            Hazard.SNOW: "大雪",
        }
    )
    """Names of disasters in what we write."""

    hazards: dict[str, str] = field(
        default_factory=lambda: {
            "津波": Hazard.TSUNAMI,
            "高潮": Hazard.STORM_SURGE,
            "土砂": Hazard.LANDSLIDE,
            "がけ崩れ": Hazard.LANDSLIDE,
            "内水": Hazard.INLAND_FLOOD,
            "洪水": Hazard.FLOOD,
            "氾濫": Hazard.FLOOD,
            "はん濫": Hazard.FLOOD,
            "河川": Hazard.FLOOD,
            "噴火": Hazard.VOLCANO,
            "火山": Hazard.VOLCANO,
            "原子力": Hazard.NUCLEAR,
            "地震": Hazard.EARTHQUAKE,
            "火災": Hazard.FIRE,
            "火事": Hazard.FIRE,
            "大雪": Hazard.SNOW,
            "大雨": Hazard.FLOOD,
            "豪雨": Hazard.FLOOD,
            "台風": Hazard.FLOOD,
        }
    )
    """Words by which a disaster is known for a hazard, the first that is found: messages have no code for it."""

    shelter_states: dict[str, str] = field(
        default_factory=lambda: {Openness.OPEN: "開設", Openness.FULL: "開設", Openness.CLOSED: "閉鎖"}
    )
    open_states: tuple[str, ...] = ("開設", "常設")
    closed_states: tuple[str, ...] = ("閉鎖",)

    def hazard_of(self, *texts: str) -> Hazard | None:
        """The hazard that the first of the texts to name one names."""
        found = (hazard for text in texts for word, hazard in self.hazards.items() if word in text)
        named = next(found, None)
        return Hazard(named) if named else None

    def openness_of(self, state: str) -> Openness | None:
        """What a word for the state of a shelter says; None for 未開設, 不明 and what we do not know."""
        if state in self.open_states:
            return Openness.OPEN
        return Openness.CLOSED if state in self.closed_states else None

    def kind_of(self, sort: str) -> OrderKind | None:
        """The order that a word means, those no longer used included."""
        for kind, word in self.sorts.items():
            if word == sort:
                return OrderKind(kind)
        return OrderKind(self.older_sorts[sort]) if sort in self.older_sorts else None


def load_profile(path: str) -> Profile:
    """The profile of a YAML file with some of its fields; the defaults for an empty path.

    Raises ConfigurationError for a field that there is not, or of the wrong kind.
    """
    if not path:
        return Profile()
    try:
        said: Any = yaml.safe_load(Path(path).read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"TODOKE_COMMONS_PROFILE cannot be read: {error}") from error
    known = {one.name: type(getattr(Profile(), one.name)) for one in fields(Profile)}
    if not isinstance(said, dict):
        raise ConfigurationError("TODOKE_COMMONS_PROFILE holds no mapping")
    for name, value in said.items():
        if name not in known:
            raise ConfigurationError(f"TODOKE_COMMONS_PROFILE: there is no field {name}; there are {', '.join(known)}")
        if known[name] is tuple and isinstance(value, list):
            said[name] = value = tuple(value)
        if not isinstance(value, known[name]):
            raise ConfigurationError(f"TODOKE_COMMONS_PROFILE: {name} must be a {known[name].__name__}")
    words = set(OrderKind)
    if set(said.get("sorts", words)) != words or set(said.get("older_sorts", {}).values()) - words:
        raise ConfigurationError(f"TODOKE_COMMONS_PROFILE: sorts are of {', '.join(OrderKind)}")
    if set(said.get("hazards", {}).values()) - set(Hazard) or said.get("message_as", "xml") not in {"xml", "text"}:
        raise ConfigurationError("TODOKE_COMMONS_PROFILE: hazards are those of places, message_as is xml or text")
    for name in ("disasters", "shelter_states"):
        if name in said:
            said[name] = {**getattr(Profile(), name), **said[name]}
    return replace(Profile(), **said)


@lru_cache(maxsize=4)
def profile_at(path: str) -> Profile:
    """The same, read once for a process. Raises ConfigurationError."""
    return load_profile(path)
