"""The types of telegrams of the JMA: how each is read, and which are of no concern to residents, and why."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from todoke.loops.reach.telegrams import seismic, volcano, weather
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.source import Source
from todoke.loops.reach.telegrams.types import Area, Kind, Role

OLDER_SLOPES = "土砂災害警戒情報"
OLDER_UNIT = "気象警報・注意報"
"""VPWW50, 53 and 54 say the same: the first that comes tells, and the others change nothing."""

Reader = Callable[[Source], tuple[Area, ...]]


@dataclass(frozen=True)
class Entry:
    """A title of ``Control`` and what becomes of its telegrams.

    ``unit`` stands in place of the title where several titles tell the same. ``by_event``: each EventID is a unit.
    """

    title: str
    types: tuple[str, ...]
    kind: Kind
    read: Reader
    no_concern: Reason | None = None
    by_event: bool = False
    full: bool = True
    unit: str = ""
    role: Role = Role.WARNING
    scheme: str = ""
    speaks_for: tuple[Kind, ...] = ()
    """Of a title with levels: kinds of the older scheme that it says in its own way."""


def _none(source: Source) -> tuple[Area, ...]:
    """For telegrams whose areas nobody needs."""
    return ()


def _of_no_concern(reason: Reason, kind: Kind, titles: str, read: Reader = _none) -> list[Entry]:
    """``titles``: lines of a title and its types."""
    found = []
    for line in titles.strip().splitlines():
        title, *types = line.split()
        found.append(Entry(title, tuple(types), kind, read, no_concern=reason, by_event=True, role=Role.INFORMATION))
    return found


_LEVELS = [
    Entry(
        f"気象警報・注意報（Ｒ０６）（{words}",
        (name,),
        kind,
        weather.warnings,
        unit=f"気象警報・注意報（Ｒ０６）{words}",
        scheme="levels",
        speaks_for=(kind, *others),
    )
    for name, words, kind, others in (
        # 洪水 of municipalities, but for rivers with forecasts of their own, became a part of 大雨
        ("VPWW55", "大雨", Kind.HEAVY_RAIN, (Kind.FLOOD,)),
        ("VPWW56", "土砂", Kind.LANDSLIDE, ()),
        ("VPWW57", "高潮", Kind.STORM_SURGE, ()),
        ("VPWW58", "暴風", Kind.WIND, (Kind.SNOWSTORM,)),
        ("VPWW59", "波浪", Kind.WAVE, ()),
        ("VPWW60", "大雪", Kind.HEAVY_SNOW, ()),
        (
            *("VPWW61", "その他", Kind.OTHER_ADVISORY),
            (
                *(Kind.THUNDER, Kind.SNOW_MELT, Kind.DENSE_FOG, Kind.DRY_AIR, Kind.AVALANCHE),
                *(Kind.LOW_TEMPERATURE, Kind.FROST, Kind.ICING, Kind.SNOW_ACCRETION),
            ),
        ),
    )
]
_OLDER = [
    Entry(title, (name,), Kind.UNKNOWN, weather.warnings, unit=OLDER_UNIT, scheme="older")
    for name, title in (
        ("VPWW54", "気象警報・注意報（Ｈ２７）"),
        ("VPWW53", "気象特別警報・警報・注意報"),
        ("VPWW50", "気象警報・注意報"),
    )
]

ENTRIES: tuple[Entry, ...] = (
    Entry("津波警報・注意報・予報", ("VTSE41",), Kind.TSUNAMI, seismic.tsunami),
    Entry("津波情報", ("VTSE51",), Kind.TSUNAMI, seismic.tsunami, by_event=True, role=Role.INFORMATION),
    Entry(
        "沖合の津波観測に関する情報",
        ("VTSE52",),
        Kind.TSUNAMI,
        seismic.tsunami,
        by_event=True,
        role=Role.INFORMATION,
    ),
    Entry("緊急地震速報（警報）", ("VXSE43",), Kind.EARTHQUAKE_EARLY_WARNING, seismic.early_warning, by_event=True),
    Entry("震度速報", ("VXSE51",), Kind.EARTHQUAKE, seismic.intensity, by_event=True),
    Entry("震源・震度に関する情報", ("VXSE53",), Kind.EARTHQUAKE, seismic.intensity, by_event=True),
    Entry(
        "長周期地震動に関する観測情報",
        ("VXSE62",),
        Kind.LONG_PERIOD_MOTION,
        seismic.long_period,
        by_event=True,
        role=Role.INFORMATION,
    ),
    Entry("南海トラフ地震臨時情報", ("VYSE50",), Kind.NANKAI_TROUGH, seismic.nankai),
    Entry("北海道・三陸沖後発地震注意情報", ("VYSE60",), Kind.FOLLOW_UP_QUAKE, seismic.follow_up, by_event=True),
    *_LEVELS,
    *_OLDER,
    Entry(OLDER_SLOPES, ("VXWW50",), Kind.LANDSLIDE, weather.landslide, by_event=True, scheme="older"),
    Entry("指定河川洪水予報", ("VXKO",), Kind.FLOOD, weather.flood, by_event=True),
    Entry("水位周知河川に関する情報", ("VXSU",), Kind.FLOOD, weather.flood, by_event=True),
    Entry("竜巻注意情報（目撃情報付き）", ("VPHW51",), Kind.TORNADO, weather.tornado, unit="竜巻注意情報"),
    Entry("竜巻注意情報", ("VPHW50",), Kind.TORNADO, weather.tornado),
    Entry("記録的短時間大雨情報", ("VPOA50",), Kind.HEAVY_RAIN, weather.record_rain, by_event=True, full=False),
    Entry("府県気象防災速報", ("VPBS50",), Kind.UNKNOWN, weather.bulletin, by_event=True, full=False),
    Entry("熱中症警戒アラート", ("VPFT50",), Kind.HEAT, weather.heat, by_event=True),
    Entry("熱中症特別警戒アラート", ("VPFT50",), Kind.HEAT, weather.heat, by_event=True),
    Entry("早期注意情報（明後日まで）", ("VPFD61",), Kind.EARLY_NOTICE, weather.early_notice, role=Role.INFORMATION),
    Entry("噴火警報・予報", ("VFVO50",), Kind.VOLCANO, volcano.eruption, by_event=True),
    Entry("噴火速報", ("VFVO56",), Kind.VOLCANO, volcano.eruption, by_event=True, full=False),
    *(
        Entry(title, (name,), Kind.ASH_FALL, volcano.ash, by_event=True, role=Role.INFORMATION)
        for title, name in (
            ("降灰予報（定時）", "VFVO53"),
            ("降灰予報（速報）", "VFVO54"),
            ("降灰予報（詳細）", "VFVO55"),
        )
    ),
    *_of_no_concern(
        Reason.RESTATES,
        Kind.UNKNOWN,
        """
        気象警報・注意報（Ｒ０６）集約通報 VPWS50
        気象特別警報報知 VPNO50
        """,
        weather.warnings,
    ),
    *_of_no_concern(
        Reason.RESTATES,
        Kind.EARLY_NOTICE,
        """
        警報級の可能性（明日まで） VPFD60
        """,
        weather.early_notice,
    ),
    *_of_no_concern(
        Reason.FORECAST,
        Kind.EARLY_NOTICE,
        """
        警報級の可能性（明後日以降） VPFW60
        早期注意情報（明明後日以降） VPFW61
        """,
        weather.early_notice,
    ),
    *_of_no_concern(
        Reason.FORECAST,
        Kind.FORECAST,
        """
        気象警報・注意報時系列情報 VPWP50
        府県天気予報 VPFD50 VPFD51
        府県週間天気予報 VPFW50
        府県天気概況 VPFG50
        地域時系列予報 VPFD50
        全般週間天気予報 VPZW50
        地方週間天気予報 VPCW50
        早期天候情報 VPAW51 VPAW50
        異常天候早期警戒情報 VPAW50
        全般１か月予報 VPZK50
        全般３か月予報 VPZK50
        全般暖・寒候期予報 VPZK50
        全般季節予報 VPZK70
        地方１か月予報 VPCK50
        地方３か月予報 VPCK50
        地方暖・寒候期予報 VPCK50
        地方季節予報 VPCK70
        地上実況図 VZSA50
        地上２４時間予想図 VZSF50
        地上４８時間予想図 VZSF51
        アジア太平洋地上実況図 VZSA60
        アジア太平洋海上悪天２４時間予想図 VZSF60
        アジア太平洋海上悪天４８時間予想図 VZSF61
        紫外線 VGUV50
        スモッグ気象情報 VPSG50
        全般スモッグ気象情報 VPSG50
        """,
    ),
    *_of_no_concern(
        Reason.OBSERVATION,
        Kind.OBSERVATION,
        """
        季節観測 VGSK50
        生物季節観測 VGSK55
        特殊気象報 VGSK60
        紫外線観測データ VGUV50
        噴火に関する火山観測報 VFVO52
        推定噴煙流向報 VFVO60
        大雨危険度通知 VPRN50
        """,
    ),
    *_of_no_concern(
        Reason.EXPLANATION,
        Kind.FORECAST,
        """
        全般気象情報 VPZJ50
        地方気象情報 VPCJ50
        府県気象情報 VPFJ50
        全般気象解説情報 VPZJ51
        地方気象解説情報 VPCJ51
        府県気象解説情報 VPFJ51
        全般天候情報 VPZI50
        地方天候情報 VPCI50
        府県天候情報 VPFI50
        """,
    ),
    *_of_no_concern(
        Reason.EXPLANATION,
        Kind.TIDE,
        """
        全般潮位情報 VMCJ50
        地方潮位情報 VMCJ51
        府県潮位情報 VMCJ52
        全般気象解説情報（潮位） VMCJ53
        地方気象解説情報（潮位） VMCJ54
        府県気象解説情報（潮位） VMCJ55
        """,
    ),
    *_of_no_concern(Reason.EXPLANATION, Kind.VOLCANO, "火山の状況に関する解説情報 VFVO51"),
    *_of_no_concern(
        Reason.EXPLANATION,
        Kind.EARTHQUAKE,
        """
        震源に関する情報 VXSE52
        地震の活動状況等に関する情報 VXSE56
        地震回数に関する情報 VXSE60
        顕著な地震の震源要素更新のお知らせ VXSE61
        """,
    ),
    *_of_no_concern(Reason.EXPLANATION, Kind.NANKAI_TROUGH, "南海トラフ地震関連解説情報 VYSE51 VYSE52"),
    *_of_no_concern(
        Reason.FOR_MACHINES,
        Kind.EARTHQUAKE_EARLY_WARNING,
        """
        緊急地震速報（予報） VXSE44
        緊急地震速報（地震動予報） VXSE45
        """,
        seismic.early_warning,
    ),
    *_of_no_concern(Reason.DELIVERY_TEST, Kind.EARTHQUAKE_EARLY_WARNING, "緊急地震速報配信テスト VXSE42"),
    *_of_no_concern(
        Reason.POSITION,
        Kind.TYPHOON,
        """
        台風解析・予報情報（３日予報） VPTW40 VPTW41 VPTW42 VPTW43 VPTW44 VPTW45
        台風解析・予報情報（５日予報） VPTW50 VPTW51 VPTW52 VPTW53 VPTW54 VPTW55
        台風解析・予報情報（５日予報）（Ｈ３０） VPTW60 VPTW61 VPTW62 VPTW63 VPTW64 VPTW65
        台風解析・予報情報 VPTW
        台風の暴風域に入る確率 VPTA50
        全般台風情報 VPTI50
        全般台風情報（定型） VPTI51
        全般台風情報（詳細） VPTI52
        """,
    ),
    *_of_no_concern(
        Reason.AT_SEA,
        Kind.MARINE,
        """
        全般海上警報 VPZU50 VPZU51 VPZU52 VPZU53
        地方海上警報 VPCU50 VPCU51
        地方海上予報 VPCY50 VPCY51
        火山現象に関する海上警報・海上予報 VFSV
        海氷予報 VPCI
        """,
    ),
    *_of_no_concern(
        Reason.NOTICE,
        Kind.NOTICE,
        """
        地震・津波に関するお知らせ VZSE40
        火山に関するお知らせ VZVO40
        """,
    ),
)

UNKNOWN = Entry("", (), Kind.UNKNOWN, weather.warnings, by_event=True, full=False, role=Role.INFORMATION)

_BY_TITLE = sorted(ENTRIES, key=lambda entry: len(entry.title), reverse=True)
_BY_TYPE = {name: entry for entry in reversed(ENTRIES) for name in entry.types}
_TYPE = re.compile(r"(?<![A-Za-z0-9])(V[A-Z]{3}(?:\d\d|ii))(?![A-Za-z0-9])")


def entry_for(title: str, kind: str, name: str) -> Entry:
    """By the title, which selects the reader, then by the InfoKind, then by the type that a file's name says."""
    if "集約" in title:
        return _BY_TYPE["VPWS50"]
    for words in (title, kind):
        for entry in _BY_TITLE:
            if words and words.startswith(entry.title) and (len(entry.title) > 2):
                return entry
    return _BY_TYPE.get(name) or _BY_TYPE.get(name[:4]) or UNKNOWN


def type_in(name: str) -> str:
    """The type that the name of a file carries; empty where it carries none."""
    found = _TYPE.findall(name.rpartition("/")[2])
    return found[-1] if found else ""


def is_of_no_concern(name: str) -> bool:
    """Whether a type tells residents nothing, wherever it is about; what is not known may."""
    entry = _BY_TYPE.get(name) or _BY_TYPE.get(name[:4])
    return entry is not None and entry.no_concern is not None
