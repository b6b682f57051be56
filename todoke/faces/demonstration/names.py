"""Names that nobody takes for real: every surname is a word for a sample."""

from dataclasses import dataclass

from todoke.kernel.text import search_key

_SURNAMES = (
    "見本ミホン 例示レイジ 試験シケン 仮名カメイ 架空カクウ 模擬モギ 仮想カソウ 雛形ヒナガタ 試作シサク "
    "例題レイダイ 演習エンシュウ 練習レンシュウ 想定ソウテイ 標本ヒョウホン 習作シュウサク 凡例ハンレイ "
    "定型テイケイ 書式ショシキ 記入キニュウ 手本テホン"
)
_MALE = (
    "太郎タロウ 一郎イチロウ 次郎ジロウ 修オサム 誠マコト 健ケン 翔ショウ 蓮レン 大輔ダイスケ 拓也タクヤ "
    "和夫カズオ 正マサシ 浩ヒロシ 茂シゲル 隆タカシ 実ミノル 学マナブ 進ススム 悟サトル 豊ユタカ 直樹ナオキ "
    "亮リョウ 陸リク 湊ミナト 悠真ユウマ 大和ヤマト 朝陽アサヒ 颯太ソウタ 樹イツキ 律リツ 昭アキラ 勇イサム "
    "清キヨシ 博ヒロシ 剛ツヨシ 純ジュン 光ヒカル 海斗カイト 航ワタル 晴ハル"
)
_FEMALE = (
    "花子ハナコ 葵アオイ 恵メグミ 由美ユミ 陽子ヨウコ 和子カズコ 幸子サチコ 節子セツコ 洋子ヨウコ 京子キョウコ "
    "美咲ミサキ 愛アイ 彩アヤ 舞マイ 結衣ユイ 陽菜ヒナ 凛リン 詩ウタ 紬ツムギ 芽依メイ 千代チヨ 文子フミコ "
    "久美子クミコ 真由美マユミ 裕子ユウコ 直美ナオミ 香カオリ 純子ジュンコ 明美アケミ 智子トモコ 桜サクラ "
    "楓カエデ 杏アン 澪ミオ 莉子リコ 琴音コトネ 菫スミレ 光ヒカリ 千尋チヒロ 望ノゾミ"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A full name as the register writes it, its reading, and its key for comparison."""

    full: str
    kana: str
    key: str


def named(surname: str, surname_kana: str, given: str, given_kana: str) -> Name:
    """A half-width space between 氏 and 名."""
    full = f"{surname} {given}"
    return Name(full, f"{surname_kana} {given_kana}", search_key(full))


def _parted(words: str) -> list[tuple[str, str]]:
    """``見本ミホン`` into name and reading."""
    pairs = []
    for word in words.split():
        start = next(n for n, c in enumerate(word) if "ァ" <= c <= "ー")
        pairs.append((word[:start], word[start:]))
    return pairs


SURNAMES = _parted(_SURNAMES)
GIVEN = {"1": _parted(_MALE), "2": _parted(_FEMALE)}
"""By gender (ISO 5218): 1 male, 2 female."""
NAMES: dict[str, list[list[Name]]] = {
    gender: [[named(*surname, *given) for given in givens] for surname in SURNAMES] for gender, givens in GIVEN.items()
}
"""By gender, surname and given name: all there are, made once."""
