"""What the agency's codes of warnings mean: kind, severity and 警戒レベル."""

import re
from dataclasses import dataclass

from todoke.loops.reach.telegrams.types import Kind, Severity


@dataclass(frozen=True)
class Meaning:
    """Of a code of one list. ``known`` is false where it was guessed from the name."""

    kind: Kind
    severity: Severity
    level: int | None = None
    known: bool = True


_LEVELS = {Severity.ADVISORY: 2, Severity.WARNING: 3, Severity.SEVERE: 4, Severity.EMERGENCY: 5}
WITH_LEVELS = {Kind.HEAVY_RAIN, Kind.LANDSLIDE, Kind.STORM_SURGE, Kind.FLOOD}

_SCALE = (Severity.ADVISORY, Severity.WARNING, Severity.SEVERE, Severity.EMERGENCY)
_WEATHER: dict[Kind, tuple[str, ...]] = {
    # 注意報, 警報, 危険警報, 特別警報; the same numbers in the older scheme, which has no 危険警報
    Kind.HEAVY_RAIN: ("10", "03", "43", "33"),
    Kind.LANDSLIDE: ("29", "09", "49", "39"),
    Kind.STORM_SURGE: ("19", "08", "48", "38"),
    Kind.FLOOD: ("18", "04"),
    Kind.SNOWSTORM: ("13", "02", "", "32"),
    Kind.WIND: ("15", "05", "", "35"),
    Kind.WAVE: ("16", "07", "", "37"),
    Kind.HEAVY_SNOW: ("12", "06", "", "36"),
    Kind.THUNDER: ("14",),
    Kind.SNOW_MELT: ("17",),
    Kind.DENSE_FOG: ("20",),
    Kind.DRY_AIR: ("21",),
    Kind.AVALANCHE: ("22",),
    Kind.LOW_TEMPERATURE: ("23",),
    Kind.FROST: ("24",),
    Kind.ICING: ("25",),
    Kind.SNOW_ACCRETION: ("26",),
    Kind.OTHER_ADVISORY: ("27",),
}
WEATHER = {
    code: Meaning(kind, severity, _LEVELS[severity] if kind in WITH_LEVELS else None)
    for kind, codes in _WEATHER.items()
    for severity, code in zip(_SCALE, codes, strict=False)
    if code
}

TSUNAMI = {
    "53": Meaning(Kind.TSUNAMI, Severity.EMERGENCY),
    "52": Meaning(Kind.TSUNAMI, Severity.EMERGENCY),
    "51": Meaning(Kind.TSUNAMI, Severity.WARNING),
    "62": Meaning(Kind.TSUNAMI, Severity.ADVISORY),
    "71": Meaning(Kind.TSUNAMI, Severity.FORECAST),
    "72": Meaning(Kind.TSUNAMI, Severity.FORECAST),
    "73": Meaning(Kind.TSUNAMI, Severity.FORECAST),
    "60": Meaning(Kind.TSUNAMI, Severity.NONE),
    "50": Meaning(Kind.TSUNAMI, Severity.NONE),
    "00": Meaning(Kind.TSUNAMI, Severity.NONE),
}

VOLCANO = {
    # of the municipalities (対象市町村等) and of what they have to do (対象市町村の防災対応等)
    "01": Meaning(Kind.VOLCANO, Severity.EMERGENCY),
    "02": Meaning(Kind.VOLCANO, Severity.WARNING),
    "03": Meaning(Kind.VOLCANO, Severity.WARNING),
    "04": Meaning(Kind.VOLCANO, Severity.NONE),
    "05": Meaning(Kind.VOLCANO, Severity.FORECAST),
    # of the volcano: its own level 1 to 5 (噴火警戒レベル), which is no 警戒レベル
    "11": Meaning(Kind.VOLCANO, Severity.FORECAST),
    "12": Meaning(Kind.VOLCANO, Severity.WARNING),
    "13": Meaning(Kind.VOLCANO, Severity.WARNING),
    "14": Meaning(Kind.VOLCANO, Severity.EMERGENCY),
    "15": Meaning(Kind.VOLCANO, Severity.EMERGENCY),
    # of 噴火速報
    "51": Meaning(Kind.VOLCANO, Severity.WARNING),
    "52": Meaning(Kind.VOLCANO, Severity.WARNING),
    "61": Meaning(Kind.VOLCANO, Severity.WARNING),
    "62": Meaning(Kind.VOLCANO, Severity.WARNING),
}

_INTENSITY = {
    "0": Severity.FORECAST,
    "1": Severity.FORECAST,
    "2": Severity.FORECAST,
    "3": Severity.FORECAST,
    "4": Severity.ADVISORY,
    "5-": Severity.WARNING,
    "5+": Severity.WARNING,
    "6-": Severity.EMERGENCY,
    "6+": Severity.EMERGENCY,
    "7": Severity.EMERGENCY,
}
"""震度; from 6- the agency's early warning counts as a 特別警報, so the shaking itself does here."""

_WORDS: tuple[tuple[str, Kind], ...] = (
    ("土砂", Kind.LANDSLIDE),
    ("大雨", Kind.HEAVY_RAIN),
    ("線状降水帯", Kind.HEAVY_RAIN),
    ("記録雨", Kind.HEAVY_RAIN),
    ("津波", Kind.TSUNAMI),
    ("高潮", Kind.STORM_SURGE),
    ("氾濫", Kind.FLOOD),
    ("洪水", Kind.FLOOD),
    ("暴風雪", Kind.SNOWSTORM),
    ("風雪", Kind.SNOWSTORM),
    ("竜巻", Kind.TORNADO),
    ("暴風", Kind.WIND),
    ("強風", Kind.WIND),
    ("波浪", Kind.WAVE),
    ("着雪", Kind.SNOW_ACCRETION),
    ("融雪", Kind.SNOW_MELT),
    ("大雪", Kind.HEAVY_SNOW),
    ("なだれ", Kind.AVALANCHE),
    ("雷", Kind.THUNDER),
    ("濃霧", Kind.DENSE_FOG),
    ("乾燥", Kind.DRY_AIR),
    ("低温", Kind.LOW_TEMPERATURE),
    ("着氷", Kind.ICING),
    ("霜", Kind.FROST),
    ("噴火", Kind.VOLCANO),
    ("火山", Kind.VOLCANO),
    ("降灰", Kind.ASH_FALL),
    ("地震", Kind.EARTHQUAKE),
    ("台風", Kind.TYPHOON),
    ("熱中症", Kind.HEAT),
)
_GRADES = (
    ("特別警報", Severity.EMERGENCY),
    ("危険警報", Severity.SEVERE),
    ("警報", Severity.WARNING),
    ("注意報", Severity.ADVISORY),
)
_LEVEL = re.compile("レベル([1-5１-５])")


def kind_in(words: str) -> Kind:
    """What a name is about."""
    return next((kind for word, kind in _WORDS if word in words), Kind.UNKNOWN)


def level_in(words: str) -> int | None:
    """The 警戒レベル that a name carries (レベル４大雨危険警報)."""
    found = _LEVEL.search(words)
    return int(found.group(1)) if found else None


def weather(code: str, name: str) -> Meaning:
    """Of a Kind of 気象警報・注意報. A name that carries a higher level than its code is believed."""
    meaning = WEATHER.get(code) or _guess(name)
    told = level_in(name)
    if told and meaning.kind in WITH_LEVELS and told > (meaning.level or 0):
        return Meaning(meaning.kind, _severity_of(told), told, known=False)
    return meaning


def flood(code: str, name: str) -> Meaning:
    """Of a Kind of 指定河川洪水予報 and 水位周知河川: 20 and 21 are level 2, and so on to 53."""
    level = int(code[0]) if len(code) == 2 and code.isdecimal() and "2" <= code[0] <= "5" else None
    if level is None and code not in {"10", "00"}:
        guessed = _guess(name)
        return Meaning(Kind.FLOOD, guessed.severity, guessed.level, known=False)
    return Meaning(Kind.FLOOD, _severity_of(level) if level else Severity.NONE, level)


def tsunami(code: str, name: str) -> Meaning:
    """Of a Kind of 津波警報・注意報・予報."""
    if code in TSUNAMI:
        return TSUNAMI[code]
    severity = _guess(name).severity
    return Meaning(Kind.TSUNAMI, Severity.EMERGENCY if "大津波" in name else severity, known=False)


def volcano(code: str, name: str) -> Meaning:
    """Of a Kind of 噴火警報・予報 and 噴火速報."""
    if code in VOLCANO:
        return VOLCANO[code]
    if "居住地域" in name or "避難" in name:
        return Meaning(Kind.VOLCANO, Severity.EMERGENCY)
    if "警報" in name and "解除" not in name:
        return Meaning(Kind.VOLCANO, Severity.WARNING)
    return Meaning(Kind.VOLCANO, Severity.FORECAST, known="活火山" in name or "予報" in name)


def shaking(intensity: str) -> Severity:
    """Of a 震度 as the agency writes it: 4, 5-, 6+."""
    return _INTENSITY.get(intensity, Severity.FORECAST)


def _severity_of(level: int) -> Severity:
    return next((severity for severity, of in _LEVELS.items() if of == level), Severity.FORECAST)


def _guess(name: str) -> Meaning:
    kind = kind_in(name)
    severity = next((severity for word, severity in _GRADES if word in name), Severity.NONE)
    if severity is Severity.NONE and name:
        severity = Severity.FORECAST
    if kind not in WITH_LEVELS:
        return Meaning(kind, severity, known=False)
    level = level_in(name) or _LEVELS.get(severity)
    return Meaning(kind, max(severity, _severity_of(level)) if level else severity, level, known=False)
