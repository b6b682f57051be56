"""Which prefectures and municipalities a code of the agency means. Every look-up needs the code's list."""

from collections.abc import Collection

from todoke.loops.reach.telegrams.types import Area, Kind, Telegram
from todoke.registry.places.prefectures import PREFECTURES

MUNICIPALITY = "気象・地震・火山情報／市町村等"
WEATHER_AREA = "気象情報／府県予報区・細分区域等"
REGION = "全国・地方予報区等"
TSUNAMI_COAST = "津波予報区"
OFFSHORE_COAST = "沿岸地域"
TIDE_STATION = "潮位観測点"
QUAKE_AREA = "地震情報／細分区域"
QUAKE_PREFECTURE = "地震情報／都道府県等"
EARLY_PREFECTURE = "緊急地震速報／府県予報区"
EARLY_REGION = "緊急地震速報／地方予報区"
VOLCANO = "火山名"
SURGE_SECTION = "高潮予報区間"
PREFECTURE = "都道府県"
LOCAL_GOVERNMENT = "全国地方公共団体コード"

_COASTS: dict[str, tuple[str, ...]] = {
    # Those whose name does not begin with a prefecture's; codes as in the agency's 個別コード表 (津波予報区).
    "202": ("02",),
    "312": ("12", "13", "14"),
    "320": ("13",),
    "321": ("13",),
    "330": ("14",),
    "341": ("15",),
    "391": ("23", "24"),
    "522": ("28",),
    "551": ("32",),
    "712": ("40", "41", "42", "43"),
    "731": ("42",),
    "771": ("46",),
    "772": ("46",),
    "800": ("47",),
    "801": ("47",),
    "802": ("47",),
    # Headlines sum coasts up.
    "291": ("02", "03", "04", "07"),
    "492": ("13",),
}

MUNICIPALITIES: dict[tuple[str, str], tuple[str, ...]] = {
    # The coast of Miyagi: the municipalities for which the agency issues 高潮 and 波浪 (市町村等), checked against
    # the tsunami warnings' own area 宮城県.
    (TSUNAMI_COAST, "220"): (
        *("04100", "04202", "04203", "04205", "04207", "04209", "04211", "04214"),
        *("04361", "04362", "04401", "04404", "04406", "04581", "04606"),
    ),
    # 地震情報／細分区域, as the agency lists their municipalities in VXSE53.
    (QUAKE_AREA, "220"): (*("04205", "04212", "04213", "04215", "04444", "04445", "04501", "04505", "04606"),),
    (QUAKE_AREA, "221"): (
        *("04206", "04207", "04208", "04211", "04301", "04302", "04321", "04322", "04323"),
        *("04324", "04341", "04361", "04362"),
    ),
    (QUAKE_AREA, "222"): (
        *("04100", "04202", "04203", "04209", "04214", "04216", "04401", "04404", "04406"),
        *("04421", "04422", "04424", "04581"),
    ),
    # 市町村等をまとめた地域, 2017.
    (WEATHER_AREA, "040011"): (
        *("04100", "04203", "04207", "04209", "04211", "04216", "04361", "04362", "04401"),
        *("04404", "04406", "04421", "04422"),
    ),
    (WEATHER_AREA, "040012"): ("04202", "04214", "04581"),
    (WEATHER_AREA, "040013"): ("04215", "04501", "04505"),
    (WEATHER_AREA, "040014"): ("04205", "04606"),
    (WEATHER_AREA, "040015"): ("04208", "04321", "04322", "04323", "04341"),
    (WEATHER_AREA, "040016"): ("04212", "04213"),
    (WEATHER_AREA, "040021"): ("04100", "04421", "04424"),
    (WEATHER_AREA, "040022"): ("04206", "04301", "04302", "04324"),
    (WEATHER_AREA, "040023"): ("04215", "04444", "04445"),
    (WEATHER_AREA, "040024"): ("04213",),
}
"""What is no municipality itself; a part of a divided city (0410001 仙台市東部) stands for the city."""

_DESIGNATED = (
    *("01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130"),
    *("23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100"),
)
"""Cities with wards."""

_EAST, _WEST = ("040011", "040012", "040013", "040014", "040015", "040016"), ("040021", "040022", "040023", "040024")
_MADE_OF = {"040010": _EAST, "040020": _WEST, "040000": _EAST + _WEST}

_BY_NAME = {prefecture.name: code for code, prefecture in PREFECTURES.items()}
_BY_SHORT_NAME = {name[:-1] if name != "北海道" else name: code for name, code in _BY_NAME.items()}


def prefectures_of(code_type: str, code: str, name: str) -> frozenset[str] | None:
    """The prefectures in which an area lies, by code in JIS X 0401; None where its code does not tell."""
    if code_type in {MUNICIPALITY, WEATHER_AREA, PREFECTURE, QUAKE_PREFECTURE, LOCAL_GOVERNMENT, SURGE_SECTION}:
        return frozenset({code[:2]}) if code[:2] in PREFECTURES else prefectures_in(name)
    if code_type in {TSUNAMI_COAST, OFFSHORE_COAST, TIDE_STATION}:
        return _of_coast(code[:3], name)
    if code_type == EARLY_PREFECTURE:
        return frozenset({code[1:3]}) if code[1:3] in PREFECTURES else prefectures_in(name)
    if code_type == QUAKE_AREA:
        found = prefectures_in(name)
        if found is None and code.isdecimal():
            return frozenset({"01"}) if int(code) < 200 else frozenset({"13"}) if 350 <= int(code) < 360 else None
        return found
    return prefectures_in(name)


def prefectures_in(name: str) -> frozenset[str] | None:
    """The prefecture with which a name begins."""
    code = next((code for prefecture, code in _BY_NAME.items() if name.startswith(prefecture)), None)
    code = code or _BY_SHORT_NAME.get(name)
    return frozenset({code}) if code else None


def municipalities_of(area: Area, known: Collection[str] = ()) -> frozenset[str]:
    """Codes of the municipalities of an area, of 5 digits.

    Of an area that is larger than a municipality and in no table here, all ``known`` ones of its prefectures: too
    many are told rather than too few.
    """
    if area.code_type == MUNICIPALITY and len(area.code) == 7:
        return frozenset({_city(area.code[:5])})
    if area.code_type == LOCAL_GOVERNMENT and area.code[2:5] not in {"", "000"}:
        return frozenset({_city(area.code[:5])})
    coast = TSUNAMI_COAST if area.code_type == OFFSHORE_COAST else area.code_type
    listed = MUNICIPALITIES.get((coast, area.code))
    if listed is None and area.code_type == WEATHER_AREA:
        parts = _MADE_OF.get(area.code, ())
        listed = tuple(code for part in parts for code in MUNICIPALITIES[(WEATHER_AREA, part)])
    if listed:
        return frozenset(listed)
    prefectures = prefectures_of(area.code_type, area.code, area.name) or frozenset()
    return frozenset(code for code in known if code[:2] in prefectures)


def finest(telegram: Telegram, prefecture: str) -> list[Area]:
    """Areas of the prefecture, of each kind by the finest of the lists that the telegram uses."""
    told = [area for area in telegram.areas if is_in(area, prefecture)]
    best: dict[Kind, int] = {}
    for area in told:
        best[area.kind] = max(best.get(area.kind, 0), _fineness(area))
    return [area for area in told if _fineness(area) == best[area.kind]]


def is_in(area: Area, prefecture: str) -> bool:
    """Whether any of it lies in the prefecture."""
    return prefecture in (prefectures_of(area.code_type, area.code, area.name) or ())


def _of_coast(code: str, name: str) -> frozenset[str] | None:
    if code in _COASTS:
        return frozenset(_COASTS[code])
    if code.isdecimal() and 100 <= int(code) < 200:
        return frozenset({"01"})
    return prefectures_in(name)


def _city(code: str) -> str:
    """Wards of a designated city have the codes after it (仙台市 04100: 青葉区 04101)."""
    if code[2] != "1" or code.startswith("13"):
        return code
    return max((city for city in _DESIGNATED if city[:2] == code[:2] and city <= code), default=code)


def _fineness(area: Area) -> int:
    if area.code_type in {MUNICIPALITY, LOCAL_GOVERNMENT}:
        return 4
    if area.code_type in {PREFECTURE, QUAKE_PREFECTURE, EARLY_PREFECTURE}:
        return 1
    if area.code_type == WEATHER_AREA:
        return 1 if area.code.endswith("0000") else 2 if area.code.endswith("0") else 3
    return 3
