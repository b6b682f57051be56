"""Namespaces and code values of Lアラート: its current edition is for members only, so each can be replaced."""

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from todoke.kernel.configuration import ConfigurationError
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind

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
        if not isinstance(value, known[name]):
            raise ConfigurationError(f"TODOKE_COMMONS_PROFILE: {name} must be a {known[name].__name__}")
    words = set(OrderKind)
    if set(said.get("sorts", words)) != words or set(said.get("older_sorts", {}).values()) - words:
        raise ConfigurationError(f"TODOKE_COMMONS_PROFILE: sorts are of {', '.join(OrderKind)}")
    return replace(Profile(), **said)
