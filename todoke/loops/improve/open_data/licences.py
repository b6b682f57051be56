"""Licences that data is given under."""

from dataclasses import dataclass

from todoke.loops.improve.open_data.types import texts
from todoke.registry.catalogue.types import Texts


@dataclass(frozen=True)
class Licence:
    """``kind``: in the EU's list of kinds of licences."""

    id: str
    url: str
    titles: Texts
    kind: str


_CC_BY = Licence(
    "CC-BY-4.0",
    "https://creativecommons.org/licenses/by/4.0/",
    texts("クリエイティブ・コモンズ 表示 4.0 国際", "Creative Commons Attribution 4.0 International"),
    "Attribution",
)
LICENCES = {
    one.id: one
    for one in (
        _CC_BY,
        Licence(
            "PDL-1.0",
            "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
            texts("公共データ利用規約（第1.0版）", "Public Data License (Version 1.0)"),
            "Attribution",
        ),
        Licence(
            "CC0-1.0",
            "https://creativecommons.org/publicdomain/zero/1.0/",
            texts("CC0 1.0 全世界", "CC0 1.0 Universal"),
            "PublicDomain",
        ),
    )
}


def licence_named(id_: str) -> Licence:
    """The licence; one that is not known here is the strictest of those that are."""
    return LICENCES.get(id_, _CC_BY)
