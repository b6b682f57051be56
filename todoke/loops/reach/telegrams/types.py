"""What a telegram says, whichever format it came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a telegram is about, in one word."""

    TSUNAMI = "tsunami"
    EARTHQUAKE = "earthquake"
    EARTHQUAKE_EARLY_WARNING = "earthquake_early_warning"
    LONG_PERIOD_MOTION = "long_period_motion"
    FOLLOW_UP_QUAKE = "follow_up_quake"
    NANKAI_TROUGH = "nankai_trough"
    HEAVY_RAIN = "heavy_rain"
    LANDSLIDE = "landslide"
    STORM_SURGE = "storm_surge"
    FLOOD = "flood"
    WIND = "wind"
    SNOWSTORM = "snowstorm"
    WAVE = "wave"
    HEAVY_SNOW = "heavy_snow"
    THUNDER = "thunder"
    SNOW_MELT = "snow_melt"
    DENSE_FOG = "dense_fog"
    DRY_AIR = "dry_air"
    AVALANCHE = "avalanche"
    LOW_TEMPERATURE = "low_temperature"
    FROST = "frost"
    ICING = "icing"
    SNOW_ACCRETION = "snow_accretion"
    OTHER_ADVISORY = "other_advisory"
    EARLY_NOTICE = "early_notice"
    HEAT = "heat"
    TORNADO = "tornado"
    TYPHOON = "typhoon"
    VOLCANO = "volcano"
    ASH_FALL = "ash_fall"
    TIDE = "tide"
    MARINE = "marine"
    FORECAST = "forecast"
    OBSERVATION = "observation"
    NOTICE = "notice"
    WATER_LEVEL = "water_level"
    RAINFALL = "rainfall"
    RADIATION = "radiation"
    NUCLEAR = "nuclear"
    MISSILE = "missile"
    EVACUATION = "evacuation"
    """避難情報 of a municipality, which comes by Lアラート: never a warning."""

    SHELTERS = "shelters"
    UNKNOWN = "unknown"


class Severity(IntEnum):
    """One order for warnings of every kind, those without a 警戒レベル among them; greater is graver."""

    NONE = 0
    FORECAST = 1
    ADVISORY = 2
    WARNING = 3
    SEVERE = 4
    """危険警報, 土砂災害警戒情報"""

    EMERGENCY = 5
    """特別警報, 大津波警報"""

    @property
    def word(self) -> str:
        """Its name as it is written in JSON."""
        return self.name.lower()


class Status(StrEnum):
    """Whether it is meant: only ``normal`` may act."""

    NORMAL = "normal"
    DRILL = "drill"
    TEST = "test"


class Role(StrEnum):
    """Whether a telegram raises and lowers what is in force, or only adds to it."""

    WARNING = "warning"
    INFORMATION = "information"


class InfoType(StrEnum):
    """What a telegram does to the earlier ones of its unit, in the agency's own words."""

    ISSUE = "発表"
    CORRECTION = "訂正"
    CANCEL = "取消"
    DELAYED = "遅延"


@dataclass(frozen=True)
class Area:
    """What one area is told of. A code means something only together with its ``code_type``.

    ``status`` is in the agency's words (発表, 継続, 解除, 警報から注意報 …); a tsunami's and a volcano's is worked out
    from what was in force before. ``warning`` of an area whose warning was lifted names what was lifted, and its
    ``severity`` is none. ``shapes`` are polygons and circles as CAP writes them.
    """

    code: str
    code_type: str
    name: str
    kind: Kind
    severity: Severity
    warning: str = ""
    warning_code: str = ""
    status: str = ""
    level: int | None = None
    last_warning: str = ""
    last_warning_code: str = ""
    height: str = ""
    height_m: float | None = None
    arrives_at: datetime | None = None
    arrival: str = ""
    intensity: str = ""
    condition: str = ""
    full: bool | None = None
    shapes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What it is looked up by."""
        return self.code_type, self.code

    @property
    def in_force(self) -> bool:
        """Whether something holds there now."""
        return self.severity > Severity.NONE


@dataclass(frozen=True)
class Earthquake:
    """A quake that a telegram names. ``depth_km`` and the place are None where they are not known."""

    origin_at: datetime | None
    hypocentre: str
    magnitude: str
    latitude: float | None = None
    longitude: float | None = None
    depth_km: float | None = None


@dataclass(frozen=True)
class Telegram:
    """One telegram.

    ``sent_at`` decides which of a unit is newest, never ``serial``. ``unit`` names what is told again and again: the
    newest of a unit holds. With ``unit_is_full_state`` an area that it does not name has nothing in force.
    ``level`` and ``severity`` are the highest of the prefecture served where it is named, else of all areas.
    ``scheme`` is ``levels`` for weather warnings of 2026, ``older`` for those that say the same without levels;
    ``takes_over`` are the units of the latter, be it with events, that one of the former stands in place of, in the
    kinds of ``speaks_for``.
    ``references`` are the ``event_id`` of telegrams that CAP says it follows.
    ``notes`` name what was missing or not known.
    """

    type: str
    title: str
    kind: Kind
    status: Status
    info_type: str
    concern: bool
    reason: str
    unit: str
    unit_is_full_state: bool
    event_id: str = ""
    heading: str = ""
    editorial_office: str = ""
    publishing_office: str = ""
    issued_at: datetime | None = None
    sent_at: datetime | None = None
    valid_until: datetime | None = None
    serial: str = ""
    headline: str = ""
    text: str = ""
    level: int | None = None
    severity: Severity = Severity.NONE
    areas: tuple[Area, ...] = ()
    earthquakes: tuple[Earthquake, ...] = ()
    references: tuple[str, ...] = ()
    role: Role = Role.WARNING
    scheme: str = ""
    takes_over: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def withdraws(self) -> bool:
        """取消: the latest telegram of its unit is as if it had not been sent."""
        return self.info_type == InfoType.CANCEL

    @property
    def corrects(self) -> bool:
        """訂正: it stands in place of the latest telegram of its unit, whatever that said."""
        return self.info_type == InfoType.CORRECTION

    @property
    def replaces(self) -> bool:
        """The earlier telegrams of its unit no longer hold. Others of the unit stand beside them."""
        return not self.withdraws and (self.unit_is_full_state or self.corrects)

    def newer_than(self, other: "Telegram") -> bool:
        """Whether it comes after another of its unit; by when they were sent, not by when they arrived."""
        if self.sent_at is None or other.sent_at is None:
            return other.sent_at is None and self.sent_at is not None
        return self.sent_at > other.sent_at
