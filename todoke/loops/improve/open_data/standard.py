"""The standard municipal data sets that Todoke publishes, from its shelters and from municipalities' files."""

import re
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db.models import Count, Max, Min
from django.db.models.fields.json import KT
from psycopg.sql import SQL, Composable, Literal

from todoke.loops.improve.models import StandardRow
from todoke.loops.improve.open_data.layouts import (
    AED,
    CHILD_FACILITIES,
    EVENTS,
    FACILITIES,
    SHELTERS,
    Item,
    Layout,
)
from todoke.loops.improve.open_data.own import default_licence
from todoke.loops.improve.open_data.types import (
    Column,
    DataSet,
    Relation,
    Span,
    State,
    of_json,
    of_row,
    texts,
)
from todoke.registry.catalogue.types import Texts
from todoke.registry.places.adapters.shelter_layouts import HAZARDS
from todoke.registry.places.models import Shelter
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.queries import shelters_version

_BRIEF = frozenset(
    {
        *(
            "名称",
            "イベント名",
            "地方公共団体名",
            "所在地_連結表記",
            "種別",
            "設置位置",
            "開始日",
            "終了日",
            "場所名称",
        ),
        *("電話番号", "想定収容人数", "収容定員", "利用可能曜日"),
    }
)
_FILTERS = frozenset({"名称", "イベント名", "地方公共団体名", "種別", "開始日"})

WITH_CHECK_DIGIT = """{0} || mod(11 - mod(substr({0}, 1, 1)::int * 6 + substr({0}, 2, 1)::int * 5
    + substr({0}, 3, 1)::int * 4 + substr({0}, 4, 1)::int * 3 + substr({0}, 5, 1)::int * 2, 11), 10)::text"""
"""SQL of 全国地方公共団体コード, of a code of five digits."""


def _columns(layout: Layout, value: Callable[[Item], Composable]) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=item.name,
            english=item.english,
            type=item.type,
            sql=value(item),
            titles=texts(item.name, _spoken(item.english)),
            description=texts("", ""),
            required=item.required,
            choices=item.choices,
            filter=item.name in _FILTERS,
            brief=item.name in _BRIEF or item.name.startswith("災害種別_"),
        )
        for item in layout.items
    )


def _spoken(english: str) -> str:
    """nameKana as Name kana."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", english).capitalize()


_SHELTER_VALUES: dict[str, str] = {
    "全国地方公共団体コード": f"({WITH_CHECK_DIGIT.format('t.municipality_id')})",
    "ID": "t.number",
    "名称": "t.name",
    "名称_カナ": "t.name_kana",
    "名称_英字": "t.name_en",
    "所在地_全国地方公共団体コード": f"({WITH_CHECK_DIGIT.format('t.municipality_id')})",
    "所在地_連結表記": "t.address",
    "所在地_市区町村": "t.city",
    "緯度": "t.latitude",
    "経度": "t.longitude",
    "電話番号": "t.phone",
    "市区町村コード": f"({WITH_CHECK_DIGIT.format('t.municipality_id')})",
    "地方公共団体名": "t.city",
    "指定避難所との重複": "CASE WHEN t.designated THEN '1' ELSE '' END",
    "想定収容人数": "t.capacity",
}

_SHELTERS = SQL("""(
    SELECT s.*, m.district || m.name AS city, coalesce(e.number, s.code) AS number
      FROM places_shelter s JOIN places_municipality m ON m.code = s.municipality_id
      LEFT JOIN LATERAL (
        SELECT substr(code, length(s.municipality_id) + 11) AS number FROM places_shelterentry
         WHERE shelter_id = s.id AND left_at IS NULL AND emergency AND layout = 'standard' ORDER BY code LIMIT 1
      ) e ON true
     WHERE s.emergency AND s.withdrawn_at IS NULL
) AS t""")


def _shelter_value(item: Item) -> Composable:
    if item.name == "所在地_都道府県":
        return Literal(prefecture(settings.PREFECTURE).name)
    if item.name.startswith("災害種別_"):
        hazard = HAZARDS[item.name.removeprefix("災害種別_")]
        return SQL("CASE WHEN t.hazards @> ARRAY[{}]::varchar[] THEN '1' ELSE '' END").format(Literal(hazard.value))
    if item.name in _SHELTER_VALUES:
        return SQL(_SHELTER_VALUES[item.name])
    return SQL("NULL::double precision") if item.name == "標高" else SQL("''::text")


def _shelter_state() -> State:
    newest = Shelter.objects.aggregate(at=Max("imported_at"))["at"]
    return State(shelters_version(), newest)


SHELTER_SET = DataSet(
    id="shelters",
    titles=texts(
        "指定緊急避難場所一覧", "Designated emergency evacuation sites", "逃（に）げる ところの 一覧（いちらん）"
    ),
    description=texts(
        "災害の種類ごとに市町村が指定した、にげる場所（災害対策基本法49条の4）。",
        "Sites that municipalities designated to flee to, by kind of disaster.",
    ),
    columns=_columns(SHELTERS, _shelter_value),
    relation=lambda: Relation(_SHELTERS),
    state=_shelter_state,
    licence=default_licence,
    key=of_row("id"),
    themes=("GOVE", "REGI"),
    keywords=(texts("避難場所", "evacuation sites"), texts("防災", "disaster prevention")),
    mark=True,
    standard="03",
    primary_key=("全国地方公共団体コード", "ID"),
)


def _of_files(
    id_: str,
    layout: Layout,
    titles: Texts,
    description: Texts,
    *,
    themes: tuple[str, ...],
    keyword: Texts,
    begins: str = "",
) -> DataSet:
    """A data set of rows that municipalities gave."""

    def state() -> State:
        found = StandardRow.objects.filter(data_set=id_).aggregate(count=Count("pk"), newest=Max("changed_at"))
        return State(f"{found['count']}-{found['newest']}", found["newest"])

    def span() -> Span:
        if not begins:
            return Span()
        rows = StandardRow.objects.filter(data_set=id_, withdrawn=False)
        days = KT(f"content__{begins}")
        found = rows.aggregate(first=Min(days), last=Max(days))
        return Span(*(date.fromisoformat(day) if day else None for day in (found["first"], found["last"])))

    return DataSet(
        id=id_,
        titles=titles,
        description=description,
        columns=_columns(layout, lambda item: of_json(item.name, item.type)),
        relation=lambda: Relation(
            SQL("(SELECT id, content FROM improve_standardrow WHERE data_set = %s AND NOT withdrawn) AS t"), (id_,)
        ),
        state=state,
        licence=default_licence,
        key=of_row("id"),
        themes=themes,
        keywords=(keyword,),
        span=span,
        mark=True,
        standard=layout.number,
        primary_key=("全国地方公共団体コード", "ID"),
    )


FILE_SETS = (
    _of_files(
        "public-facilities",
        FACILITIES,
        texts("公共施設一覧", "Public facilities", "みんなの 施設（しせつ）の 一覧（いちらん）"),
        texts(
            "市町村の公共施設の場所、時間、設備。",
            "Where municipalities' facilities are, when they are open, what they have.",
        ),
        themes=("GOVE", "REGI"),
        keyword=texts("公共施設", "public facilities"),
    ),
    _of_files(
        "child-facilities",
        CHILD_FACILITIES,
        texts("子育て施設一覧", "Child-rearing facilities", "子育（こそだ）ての 施設（しせつ）の 一覧（いちらん）"),
        texts(
            "保育所、幼稚園、認定こども園などの場所、定員、時間。",
            "Nurseries, kindergartens and others: where, for how many, when.",
        ),
        themes=("SOCI", "EDUC"),
        keyword=texts("子育て", "child-rearing"),
    ),
    _of_files(
        "aed",
        AED,
        texts("AED設置箇所一覧", "AED locations", "AEDが ある ところの 一覧（いちらん）"),
        texts(
            "AED（自動体外式除細動器）の場所と、使える時間。",
            "Where there are automated external defibrillators, and when they can be used.",
        ),
        themes=("HEAL",),
        keyword=texts("AED", "AED"),
    ),
    _of_files(
        "events",
        EVENTS,
        texts("イベント一覧", "Events", "イベントの 一覧（いちらん）"),
        texts("市町村のイベントの日時、場所、申込方法。", "Municipalities' events: when, where, how to join."),
        themes=("EDUC", "SOCI"),
        keyword=texts("イベント", "events"),
        begins="開始日",
    ),
)

LAYOUTS = {
    "shelters": SHELTERS,
    "public-facilities": FACILITIES,
    "child-facilities": CHILD_FACILITIES,
    "aed": AED,
    "events": EVENTS,
}
"""Layouts by data set."""
