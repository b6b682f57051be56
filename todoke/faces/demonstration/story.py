"""The families of the main story. All live in one municipality and have a child for whom a place can be sought."""

from dataclasses import dataclass
from datetime import date

from todoke.faces.demonstration.households import Person
from todoke.faces.demonstration.names import named

MUNICIPALITY = "04202"
"""石巻市; in another prefecture its first municipality."""
TOWN = "蛇田"
"""Where they live, if the municipality has a town of this name."""


@dataclass(frozen=True)
class Family:
    """``note`` stands beside the cards of the family's adults."""

    note: str
    members: list[Person]


def _family(note: str, surname: tuple[str, str], *members: tuple[str, str, str, str, date]) -> Family:
    people = [
        Person(relation, named(*surname, given, kana), gender, born) for relation, gender, given, kana, born in members
    ]
    return Family(note, people)


FAMILIES = [
    _family(
        "主役の家族。子は8歳と2歳と1歳",
        ("見本", "ミホン"),
        ("head", "2", "花子", "ハナコ", date(1992, 5, 14)),
        ("spouse", "1", "一郎", "イチロウ", date(1990, 11, 3)),
        ("child", "2", "ひかり", "ヒカリ", date(2018, 4, 20)),
        ("child", "2", "はるか", "ハルカ", date(2024, 6, 8)),
        ("child", "1", "そら", "ソラ", date(2025, 9, 2)),
    ),
    _family(
        "子は1歳",
        ("演習", "エンシュウ"),
        ("head", "1", "太郎", "タロウ", date(1988, 5, 2)),
        ("spouse", "2", "由美", "ユミ", date(1990, 8, 14)),
        ("child", "2", "ひなた", "ヒナタ", date(2025, 6, 3)),
    ),
    _family(
        "ひとり親。子は2歳",
        ("仮名", "カメイ"),
        ("head", "2", "美咲", "ミサキ", date(1995, 2, 20)),
        ("child", "1", "みなと", "ミナト", date(2024, 9, 27)),
    ),
    _family(
        "子は4歳と0歳",
        ("例示", "レイジ"),
        ("head", "1", "健", "ケン", date(1987, 7, 9)),
        ("spouse", "2", "彩", "アヤ", date(1989, 12, 1)),
        ("child", "1", "りく", "リク", date(2022, 5, 16)),
        ("child", "2", "うた", "ウタ", date(2026, 3, 11)),
    ),
    _family(
        "双子は1歳",
        ("架空", "カクウ"),
        ("head", "2", "舞", "マイ", date(1993, 10, 22)),
        ("spouse", "1", "直樹", "ナオキ", date(1991, 1, 30)),
        ("child", "2", "つむぎ", "ツムギ", date(2025, 4, 18)),
        ("child", "2", "すみれ", "スミレ", date(2025, 4, 18)),
    ),
    _family(
        "祖母と同居。子は2歳",
        ("模擬", "モギ"),
        ("head", "1", "拓也", "タクヤ", date(1990, 3, 5)),
        ("spouse", "2", "愛", "アイ", date(1994, 6, 25)),
        ("child", "1", "いつき", "イツキ", date(2024, 11, 2)),
        ("parent", "2", "和子", "カズコ", date(1960, 8, 8)),
    ),
    _family(
        "子は0歳",
        ("雛形", "ヒナガタ"),
        ("head", "2", "結衣", "ユイ", date(1998, 4, 1)),
        ("spouse", "1", "翔", "ショウ", date(1997, 9, 12)),
        ("child", "1", "はると", "ハルト", date(2026, 5, 20)),
    ),
    _family(
        "子は7歳、4歳、2歳",
        ("例題", "レイダイ"),
        ("head", "1", "大輔", "ダイスケ", date(1984, 12, 24)),
        ("spouse", "2", "恵", "メグミ", date(1986, 2, 3)),
        ("child", "2", "さくら", "サクラ", date(2019, 4, 2)),
        ("child", "1", "あさひ", "アサヒ", date(2022, 1, 17)),
        ("child", "2", "りん", "リン", date(2024, 7, 7)),
    ),
]
"""The first is the one that the demonstration plays; the others let a person play it again and again."""
