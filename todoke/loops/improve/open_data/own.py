"""Todoke's own data sets: what is measured, the released figures, the services."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min
from psycopg.sql import SQL, Identifier

from todoke.loops.improve.models import Evaluation, PolicyVersion, PublishedFigure, Round
from todoke.loops.improve.open_data.types import Column, ColumnType, DataSet, Relation, Span, State, of_row, texts
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Grain, Indicator, Origin, Policy
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.catalogue.types import Texts

_RECORD_TYPES = {
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "numeric",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
}


def _column(
    name: str, type_: ColumnType, ja: str, en: str, *, about: tuple[str, str] = ("", ""), **more: Any
) -> Column:
    return Column(
        name=name,
        english=name,
        type=type_,
        sql=of_row(name),
        titles=texts(ja, en),
        description=texts(*about),
        **more,
    )


def _recordset(columns: Iterable[Column], rows: Iterable[Mapping[str, Any]]) -> Relation:
    """Rows that are not in a table, as one; ``position`` is their place."""
    shape = SQL(", ").join(
        SQL("{} {}").format(Identifier(one.name), SQL(_RECORD_TYPES.get(one.type, "text"))) for one in columns
    )
    listed = [{**row, "position": number} for number, row in enumerate(rows, 1)]
    return Relation(
        SQL("jsonb_to_recordset(%s::jsonb) AS t(position bigint, {})").format(shape),
        (json.dumps(listed, ensure_ascii=False, default=str),),
    )


def default_licence() -> str:
    """Of what is under no policy of its own."""
    return str(settings.OPEN_DATA_LICENCE)


def policy_licence() -> str:
    """That of the newest policy."""
    return next((policy.licence for policy in current_policies()), default_licence())


_INDICATOR_COLUMNS = (
    _column("policy", ColumnType.TEXT, "方針", "Policy", required=True, brief=False),
    _column("indicator", ColumnType.TEXT, "指標ID", "Indicator", required=True),
    _column("title", ColumnType.TEXT, "指標", "Title", required=True),
    _column("title_en", ColumnType.TEXT, "指標（英語）", "Title in English", brief=False),
    _column("definition", ColumnType.TEXT, "数え方", "Definition"),
    _column("definition_en", ColumnType.TEXT, "数え方（英語）", "Definition in English", brief=False),
    _column("unit", ColumnType.TEXT, "単位", "Unit"),
    _column("direction", ColumnType.TEXT, "めざす向き", "Direction", choices=("up", "down"), filter=True),
    _column("pillar", ColumnType.TEXT, "柱", "Pillar", filter=True),
    _column("measure", ColumnType.TEXT, "取組ID", "Measure", brief=False),
    _column("measure_title", ColumnType.TEXT, "取組", "Measure's title", filter=True),
    _column("baseline_on", ColumnType.DATE, "基準日", "Day of the baseline", brief=False),
    _column("baseline", ColumnType.NUMBER, "基準値", "Baseline"),
    _column("target_on", ColumnType.DATE, "目標日", "Day of the target", brief=False),
    _column("target", ColumnType.NUMBER, "目標値", "Target"),
    _column(
        "targets",
        ColumnType.TEXT,
        "年ごとの目標",
        "Yearly targets",
        about=("日付=値を;で区切る", "day=value, separated by ;"),
        brief=False,
    ),
    _column("people", ColumnType.BOOLEAN, "人を数える", "Counts people", brief=False),
    _column("municipal", ColumnType.BOOLEAN, "市町村別あり", "By municipality", brief=False),
    _column("owner", ColumnType.TEXT, "担当", "Office in charge"),
    _column("source", ColumnType.TEXT, "出どころ", "Source", choices=tuple(Origin), filter=True),
)


def _indicator(policy: Policy, one: Indicator) -> dict[str, Any]:
    owners = {office.function: office.name["ja"] for office in policy.departments}
    pillars = {pillar.id: pillar.titles["ja"] for pillar in policy.pillars}
    return {
        "policy": policy.id,
        "indicator": one.id,
        "title": one.titles["ja"],
        "title_en": one.titles["en"],
        "definition": one.definition["ja"],
        "definition_en": one.definition["en"],
        "unit": one.unit["ja"],
        "direction": one.direction,
        "pillar": pillars[policy.pillar_of(one)],
        "measure": one.measure,
        "measure_title": policy.by_measure[one.measure].titles["ja"],
        "baseline_on": one.baseline.on,
        "baseline": one.baseline.value,
        "target_on": one.goal.on,
        "target": one.goal.value,
        "targets": ";".join(f"{target.on}={target.value}" for target in one.targets),
        "people": one.people,
        "municipal": one.municipal,
        "owner": owners.get(one.owner, one.owner),
        "source": one.source.origin,
    }


def _indicators() -> Relation:
    rows = (_indicator(policy, one) for policy in current_policies() for one in policy.indicators)
    return _recordset(_INDICATOR_COLUMNS, rows)


def _policy_state() -> State:
    rows = list(PolicyVersion.objects.filter(current=True).order_by("pk").values_list("pk", "published_at"))
    return State("-".join(str(pk) for pk, _at in rows) or "0", max((at for _pk, at in rows), default=None))


def _policy_span() -> Span:
    policies = current_policies()
    if not policies:
        return Span()
    return Span(min(policy.begins for policy in policies), max(policy.ends for policy in policies))


_POLICY_WORDS: tuple[Texts, ...] = (texts("DX", "digital transformation"), texts("政策評価", "policy evaluation"))

INDICATORS = DataSet(
    id="indicators",
    titles=texts("指標", "Indicators"),
    description=texts(
        "県の方針の指標：何を、どう数え、いつまでにどこまでめざすか。",
        "The indicators of the prefecture's policy: what is counted, how, and what is to be reached by when.",
    ),
    columns=_INDICATOR_COLUMNS,
    relation=_indicators,
    state=_policy_state,
    licence=policy_licence,
    key=of_row("position"),
    frequency="ANNUAL",
    keywords=_POLICY_WORDS,
    span=_policy_span,
    primary_key=("policy", "indicator"),
)


_NEWEST = """
SELECT newest.id, newest.at, (SELECT max(id) FROM improve_publishedfigure)
  FROM (SELECT 1) AS always LEFT JOIN (SELECT id, at FROM improve_release ORDER BY id DESC LIMIT 1) AS newest ON true
"""


def _figure_state() -> State:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        release, at, shown = cursor.fetchone()
    return State(f"{release or 0}-{at}-{shown or 0}", at)


def _figure_span() -> Span:
    found = PublishedFigure.objects.aggregate(first=Min("on"), last=Max("on"))
    return Span(found["first"], found["last"])


FIGURES = DataSet(
    id="figures",
    titles=texts("指標の数値", "Figures"),
    description=texts(
        "公表した指標の数値。月・四半期ごと、市町村ごと、手続ごと。人数が少なく、だれのことか分かるおそれがある値は空です。",
        "The released figures of the indicators, by month, quarter, municipality and service. "
        "Where so few people are counted that they could be known, the value is empty.",
    ),
    columns=(
        _column("policy", ColumnType.TEXT, "方針", "Policy", required=True, brief=False),
        _column("indicator", ColumnType.TEXT, "指標ID", "Indicator", required=True, filter=True, brief=False),
        _column("title", ColumnType.TEXT, "指標", "Title", required=True),
        _column(
            "grain", ColumnType.TEXT, "期間", "Period", required=True, choices=tuple(Grain), filter=True, brief=False
        ),
        _column(
            "on",
            ColumnType.DATE,
            "いつの値か",
            "Day",
            about=("期間の最後の日", "The last day of the period"),
            required=True,
            filter=True,
        ),
        _column(
            "municipality",
            ColumnType.CODE,
            "市町村コード",
            "Municipality's code",
            about=(
                "全国地方公共団体コード6桁。空は県全体",
                "The six digits of the code of local governments; empty: the whole prefecture",
            ),
            filter=True,
            brief=False,
        ),
        _column("municipality_name", ColumnType.TEXT, "市町村", "Municipality"),
        _column(
            "service",
            ColumnType.TEXT,
            "手続",
            "Service",
            about=("空はすべて", "Empty: all of them"),
            filter=True,
        ),
        _column(
            "value",
            ColumnType.NUMBER,
            "値",
            "Value",
            about=("公表しない値は空", "Empty where it is hidden"),
            exact=SQL("trim_scale(t.value)"),
        ),
        _column("unit", ColumnType.TEXT, "単位", "Unit"),
        _column("hidden", ColumnType.BOOLEAN, "非公表", "Hidden", required=True, brief=False),
        _column("origin", ColumnType.TEXT, "出どころ", "Origin", choices=tuple(Origin), filter=True),
        _column("source", ColumnType.TEXT, "出どころの名前", "Name of the source", brief=False),
        _column("note", ColumnType.TEXT, "注", "Note", brief=False),
        _column("released_at", ColumnType.MOMENT, "公表日時", "Released at", required=True, brief=False),
    ),
    relation=lambda: Relation(SQL("improve_publishedfigure AS t")),
    state=_figure_state,
    licence=policy_licence,
    key=of_row("id"),
    frequency="QUARTERLY",
    keywords=_POLICY_WORDS,
    span=_figure_span,
    primary_key=("policy", "indicator", "grain", "on", "municipality", "service"),
)

_EVALUATIONS = SQL("""(
    SELECT e.id, r.policy, r.year, e.measure, coalesce(m.title, '') AS measure_title, e.class_id AS class, e.mark,
           e.reasons ->> 'ja' AS reason, e.reasons ->> 'en' AS reason_en, e.rule_class,
           e.changed_at IS NOT NULL AS changed, r.published_at
      FROM improve_evaluation e JOIN improve_round r ON r.id = e.round_id
      LEFT JOIN jsonb_to_recordset(%s::jsonb) AS m(policy text, id text, title text)
             ON m.policy = r.policy AND m.id = e.measure
     WHERE r.published_at IS NOT NULL
) AS t""")


def _evaluations() -> Relation:
    measures = [
        {"policy": policy.id, "id": one.id, "title": one.titles["ja"]}
        for policy in current_policies()
        for one in policy.measures
    ]
    return Relation(_EVALUATIONS, (json.dumps(measures, ensure_ascii=False),))


def _evaluation_state() -> State:
    found = Evaluation.objects.filter(round__published_at__isnull=False).aggregate(
        count=Count("pk"), published=Max("round__published_at"), changed=Max("changed_at")
    )
    version = f"{_policy_state().version} {found['count']} {found['published']} {found['changed']}"
    return State(version, found["published"])


def _evaluation_span() -> Span:
    years = Round.objects.filter(published_at__isnull=False).aggregate(first=Min("year"), last=Max("year"))
    if years["first"] is None:
        return Span()
    return Span(date(years["first"], 4, 1), end_of_fiscal_year(years["last"]))


EVALUATIONS = DataSet(
    id="evaluations",
    titles=texts("年度ごとの評価", "Evaluations", "1年（ねん）ごとの 評価（ひょうか）"),
    description=texts(
        "公表した年度の、取組ごとの評価とその理由。規則による評価と、それを変えたかどうかも入っています。",
        "The class of each measure in the years that were published, with the reason; the rule's class too, and "
        "whether people changed it.",
    ),
    columns=(
        _column("policy", ColumnType.TEXT, "方針", "Policy", required=True, brief=False),
        _column("year", ColumnType.INTEGER, "年度", "Fiscal year", required=True),
        _column("measure", ColumnType.TEXT, "取組ID", "Measure", required=True, brief=False),
        _column("measure_title", ColumnType.TEXT, "取組", "Measure's title", filter=True),
        _column("class", ColumnType.TEXT, "評価ID", "Class", required=True, brief=False),
        _column("mark", ColumnType.TEXT, "評価", "Mark", required=True, filter=True),
        _column("reason", ColumnType.TEXT, "理由", "Reason"),
        _column("reason_en", ColumnType.TEXT, "理由（英語）", "Reason in English", brief=False),
        _column("rule_class", ColumnType.TEXT, "規則による評価ID", "Class by rule", required=True, brief=False),
        _column("changed", ColumnType.BOOLEAN, "規則と違う評価", "Changed by people", required=True),
        _column("published_at", ColumnType.MOMENT, "公表日時", "Published at", required=True, brief=False),
    ),
    relation=_evaluations,
    state=_evaluation_state,
    licence=policy_licence,
    key=of_row("id"),
    frequency="ANNUAL",
    keywords=_POLICY_WORDS,
    span=_evaluation_span,
    primary_key=("policy", "year", "measure"),
)

_SERVICE_COLUMNS = (
    _column("service", ColumnType.TEXT, "手続ID", "Service", required=True),
    _column("title", ColumnType.TEXT, "手続", "Title", required=True),
    _column("title_en", ColumnType.TEXT, "手続（英語）", "Title in English", brief=False),
    _column("summary", ColumnType.TEXT, "内容", "Summary"),
    _column("summary_en", ColumnType.TEXT, "内容（英語）", "Summary in English", brief=False),
    _column("audience", ColumnType.TEXT, "対象", "For whom"),
    _column("owner", ColumnType.TEXT, "担当", "Office in charge", brief=False),
    _column(
        "decided_by",
        ColumnType.TEXT,
        "決める役所",
        "Who decides",
        choices=("prefecture", "municipality"),
        filter=True,
    ),
    _column("login", ColumnType.TEXT, "ログイン", "Log-in", choices=("required", "none"), filter=True),
    _column("law", ColumnType.TEXT, "根拠", "Law", about=("複数は;で区切る", "Several are separated by ;")),
    _column("life_events", ColumnType.TEXT, "ライフイベント", "Life events", brief=False),
    _column("keywords", ColumnType.TEXT, "キーワード", "Keywords", brief=False),
    _column("url", ColumnType.URL, "URL", "URL", required=True, brief=False),
)


def _services() -> Relation:
    return _recordset(
        _SERVICE_COLUMNS,
        (
            {
                "service": pack.id,
                "title": pack.titles["ja"],
                "title_en": pack.titles["en"],
                "summary": pack.summary["ja"],
                "summary_en": pack.summary["en"],
                "audience": pack.audience["ja"],
                "owner": pack.owner.function,
                "decided_by": pack.owner.kind,
                "login": pack.login,
                "law": ";".join(pack.law),
                "life_events": ";".join(pack.life_events),
                "keywords": ";".join(pack.keywords),
                "url": f"{settings.BASE_URL}/services/{pack.id}/",
            }
            for pack in current_packs()
        ),
    )


def _service_state() -> State:
    rows = list(PackVersion.objects.filter(current=True).order_by("pk").values_list("pk", "published_at"))
    return State("-".join(str(pk) for pk, _at in rows) or "0", max((at for _pk, at in rows), default=None))


SERVICES = DataSet(
    id="services",
    titles=texts("手続の一覧", "Services", "手続（てつづき）の 一覧（いちらん）"),
    description=texts(
        "トドケで申し込める手続：内容、対象、根拠の法令、住所。",
        "The services that can be applied for here: what for, for whom, by what law, and where.",
    ),
    columns=_SERVICE_COLUMNS,
    relation=_services,
    state=_service_state,
    licence=default_licence,
    key=of_row("position"),
    keywords=(texts("行政手続", "administrative procedures"),),
    primary_key=("service",),
)
