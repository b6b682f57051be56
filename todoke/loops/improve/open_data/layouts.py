"""Layouts of 自治体標準オープンデータセット: names of columns in their order, and what older files call the same.

The order of 03 and 05 is that of the definition; of 01, 08 and 12 the items are the definition's, the order of their
second half is ours (see docs/reference/open-data.md). Files are read by name, so that order never matters to a reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from todoke.loops.improve.open_data.types import ColumnType
from todoke.registry.places.adapters.shelter_layouts import plain


@dataclass(frozen=True)
class Item:
    """A column of a layout."""

    name: str
    english: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A standard data set: its number, its columns, and older names of them."""

    number: str
    items: tuple[Item, ...]
    older: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> Mapping[str, Item]:
        """Items by every name they go by, without regard to width, brackets and spaces."""
        items = {plain(item.name): item for item in self.items}
        names = {**OLDER, **self.older}
        return items | {plain(old): items[plain(new)] for old, new in names.items() if plain(new) in items}


def _items(*rows: str) -> tuple[Item, ...]:
    """``name english type! choice|choice`` with the type left out for text; ``!`` marks what must be there."""
    found = []
    for row in rows:
        name, english, *rest = row.split(" ")
        kind = rest[0] if rest else "text"
        choices = tuple(rest[1].split("|")) if len(rest) > 1 else ()
        found.append(Item(name, english, ColumnType(kind.rstrip("!")), kind.endswith("!"), choices))
    return tuple(found)


_HEAD = ("全国地方公共団体コード localGovernmentCode code!", "ID identifier text!")
_GOVERNMENT = "地方公共団体名 localGovernmentName"
_NAME = ("名称 name text!", "名称_カナ nameKana", "名称_英字 nameEn")
_PLACE = (
    "所在地_全国地方公共団体コード locatedLocalGovernmentCode code",
    "町字ID streetAddressId",
    "所在地_連結表記 fullAddress text!",
    "所在地_都道府県 prefecture",
    "所在地_市区町村 city",
    "所在地_町字 streetAddress",
    "所在地_番地以下 cityBlock",
    "建物名等(方書) buildingNameEtc",
    "緯度 latitude number",
    "経度 longitude number",
)
_ALTITUDE = ("高度の種別 altitudeType", "高度の値 altitude number")
_CONTACT = (
    "連絡先メールアドレス contactPointEmailAddress",
    "連絡先FormURL contactPointFormUrl url",
    "連絡先備考（その他、SNSなど） contactPointRemarks",
)
_PHONE = ("電話番号 contactPointPhoneNumber", "内線番号 contactPointExtension")
_BODY = ("法人番号 corporateNumber code", "団体名 organizationName")
_HOURS = ("利用可能曜日 availableDays", "開始時間 opens time", "終了時間 closes time")
_PICTURE = ("画像 image url", "画像_ライセンス imageLicense")
_REMARKS = "備考 remarks"

SHELTERS = Layout(
    "03",
    _items(
        *_HEAD,
        *_NAME,
        *_PLACE,
        "標高 height number",
        *_PHONE,
        *_CONTACT,
        "郵便番号 postalCode code",
        "市区町村コード cityCode code",
        _GOVERNMENT,
        "災害種別_洪水 typeOfDisasterFlood flag",
        "災害種別_崖崩れ、土石流及び地滑り typeOfDisasterLandslide flag",
        "災害種別_高潮 typeOfDisasterStormSurge flag",
        "災害種別_地震 typeOfDisasterEarthquake flag",
        "災害種別_津波 typeOfDisasterTsunami flag",
        "災害種別_大規模な火事 typeOfDisasterFire flag",
        "災害種別_内水氾濫 typeOfDisasterInlandFlood flag",
        "災害種別_火山現象 typeOfDisasterEruption flag",
        "指定避難所との重複 alsoForShelter flag",
        "想定収容人数 maxCapacity integer",
        "対象となる町会・自治会 receptionTargetLocalCommunity",
        "URL url url",
        *_PICTURE,
        _REMARKS,
    ),
)

FACILITIES = Layout(
    "01",
    _items(
        *_HEAD,
        _GOVERNMENT,
        *_NAME,
        *_PLACE,
        *_ALTITUDE,
        *_PHONE,
        *_CONTACT,
        "郵便番号 postalCode code",
        *_BODY,
        *_HOURS,
        "利用可能時間特記事項 hoursRemarks",
        "説明 description",
        "車椅子可 wheelchairAccessible flag",
        "車椅子貸出 wheelchairLending flag",
        "バリアフリートイレ accessibleToilet flag",
        "オストメイト対応トイレ ostomateToilet flag",
        "点字や読上による支援 braille flag",
        "点字ブロック等の移動支援 tactilePaving flag",
        "盲導犬・介助犬、聴導犬同伴 assistanceDogs flag",
        "スロープ、エレベータ、エスカレータ slopeOrElevator flag",
        "優先駐車場 priorityParking flag",
        "授乳室 nursingRoom flag",
        "おむつ替えコーナー diaperChanging flag",
        "URL url url",
        *_PICTURE,
        _REMARKS,
    ),
    {"利用可能日時特記事項": "利用可能時間特記事項"},
)

CHILD_FACILITIES = Layout(
    "05",
    _items(
        *_HEAD,
        _GOVERNMENT,
        *_NAME,
        "種別 type",
        *_PLACE,
        *_ALTITUDE,
        "アクセス方法 access",
        "駐車場情報 parking",
        *_PHONE,
        "FAX番号 contactPointFaxNumber",
        *_CONTACT,
        "郵便番号 postalCode code",
        *_BODY,
        "許可等年月日 dateOfPermission date",
        "収容定員 capacity integer",
        "受入年齢 acceptedAge",
        *_HOURS,
        "利用可能日時特記事項 hoursRemarks",
        "一時預かりの有無(有/無) temporaryCare text 有|無",
        "子供預かり料金種別 careFeeType",
        "子供預かり料金 careFee",
        "子供預かり料金備考 careFeeRemarks",
        "子供預かり開所時間 careOpens time",
        "子供預かり閉所時間 careCloses time",
        "病児保育の有無 sickChildCare",
        "授乳室 nursingRoom",
        "おむつ替えコーナー diaperChanging",
        "飲食可否 eatingAndDrinking",
        "ベビーカー貸出 strollerLending",
        "ベビーカー利用 strollerUse",
        "URL url url",
        *_PICTURE,
        _REMARKS,
    ),
    {"認可等年月日": "許可等年月日", "一時預かりの有無": "一時預かりの有無(有/無)"},
)

AED = Layout(
    "08",
    _items(
        *_HEAD,
        _GOVERNMENT,
        *_NAME,
        *_PLACE,
        *_ALTITUDE,
        "設置位置 installationPosition",
        *_PHONE,
        *_CONTACT,
        "郵便番号 postalCode code",
        *_BODY,
        *_HOURS,
        "利用可能日時特記事項 hoursRemarks",
        "小児対応設備の有無 forChildren text 有|無",
        "URL url url",
        "画像1 image1 url",
        "画像1_ライセンス image1License",
        "画像2 image2 url",
        "画像2_ライセンス image2License",
        "外部利用不可 notForOutsiders flag",
        _REMARKS,
    ),
)

EVENTS = Layout(
    "12",
    _items(
        *_HEAD,
        _GOVERNMENT,
        "イベント名 eventName text!",
        "イベント名_カナ eventNameKana",
        "イベント名_英字 eventNameEn",
        "サブタイトル subTitle",
        "説明 description",
        "コンテンツURL contentUrl url",
        "開始日 dateOfStart date!",
        "終了日 dateOfEnd date",
        "開始時間 startTime time",
        "終了時間 endTime time",
        "開始日時特記事項 dateTimeDescription",
        "場所名称 location",
        *(row.replace("fullAddress text!", "fullAddress") for row in _PLACE),
        "アクセス方法 accessMethod",
        "駐車場情報 parkingStatus",
        "定員 capacity integer",
        "参加申込終了日 applicationDeadline date",
        "参加申込終了時間 applicationDeadlineTime time",
        "参加申込方法 howToApply",
        "主催者 organizer",
        "連絡先名称 contactPointName",
        *_PHONE,
        *_CONTACT,
        "イベント種類 eventType",
        "料金種別 feeStatus",
        "料金(基本) fee",
        "料金(詳細) feeDetails",
        "URL url url",
        *_PICTURE,
        _REMARKS,
    ),
    {"イベント名_英語": "イベント名_英字", "連絡先電話番号": "電話番号", "連絡先内線番号": "内線番号"},
)

OLDER: Mapping[str, str] = {
    "都道府県コード又は市区町村コード": "全国地方公共団体コード",
    "市区町村コード": "全国地方公共団体コード",
    "NO": "ID",
    "No.": "ID",
    "市区町村名": "地方公共団体名",
    "名称_英語": "名称_英字",
    "住所": "所在地_連結表記",
    "方書": "建物名等(方書)",
    "建物名等（方書）": "建物名等(方書)",
}
"""What 推奨データセット calls the same. A layout that has an item of the older name itself keeps it."""
