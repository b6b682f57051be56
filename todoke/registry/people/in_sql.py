"""Facts as expressions of a query over residents (alias ``r``) and households (``h``), inside ``access.batch``."""

from datetime import date

from psycopg.sql import SQL, Composable, Literal

from todoke.kernel.rules.sql import Mapped, SqlList, SqlValue
from todoke.registry.people.keys import KEYS
from todoke.registry.people.types import Source

TABLES = SQL("people_resident r JOIN people_household h ON h.id = r.household_id")

_SAID = SQL(
    "(SELECT {value} FROM (SELECT DISTINCT ON (f.source) f.source, f.value FROM people_fact f"
    " WHERE f.resident_id = r.id AND f.key = {key} AND f.source = ANY({sources})"
    " AND (f.valid_from IS NULL OR f.valid_from <= {day}) AND (f.valid_to IS NULL OR f.valid_to >= {day})"
    " ORDER BY f.source, f.learnt_at DESC, f.id DESC) n"
    " WHERE n.value IS NOT NULL ORDER BY array_position({sources}, n.source) LIMIT 1)"
)
_VALUES = {
    "bool": SQL("CASE jsonb_typeof(n.value) WHEN 'boolean' THEN n.value = 'true'::jsonb END"),
    "int": SQL("CASE WHEN n.value::text ~ '^-?[0-9]{1,18}$' THEN n.value::text::bigint END"),
    "str": SQL("CASE jsonb_typeof(n.value) WHEN 'string' THEN n.value #>> ARRAY[]::text[] END"),
}
_CHILDREN = SQL(
    'SELECT m.birth_date, m.gender, row_number() OVER (ORDER BY m.birth_date, m.id) AS "order"'
    " FROM people_resident m WHERE m.household_id = r.household_id AND m.relation = 'child' AND m.id <> r.id"
    " AND r.relation IN ('head', 'spouse')"
)
_SIZE = SQL("(SELECT count(*) FROM people_resident m WHERE m.household_id = r.household_id AND r.registered)")


def facts_in_sql(day: date) -> Mapped:
    """What rules may name in a query: the register's facts, and what was said and is not sensitive."""
    found: dict[str, SqlValue | SqlList] = {
        "facts.birth_date": SqlValue("date", SQL("r.birth_date")),
        "facts.gender": SqlValue("str", SQL("NULLIF(r.gender, '')")),
        "facts.address.municipality": SqlValue("str", SQL("NULLIF(h.municipality_code, '')")),
        "facts.address.postal_code": SqlValue("str", SQL("NULLIF(h.postal_code, '')")),
        "facts.household.size": SqlValue("int", SQL("NULLIF({}, 0)").format(_SIZE)),
        "facts.household.children": SqlList(
            _CHILDREN, {"birth_date": "date", "gender": "str", "order": "int"}, SQL("r.registered")
        ),
    }
    for key, declared in KEYS.items():
        if Source.SELF in declared.sources and not declared.sensitive and declared.shape.kind in _VALUES:
            found[f"facts.{key}"] = SqlValue(declared.shape.kind, _said(key, declared.shape.kind, day))
    return found


def _said(key: str, kind: str, day: date) -> Composable:
    """The newest value of the surest source that has one, as ``queries`` chooses it."""
    sources = SQL("ARRAY[{}]::varchar[]").format(SQL(", ").join(Literal(str(s)) for s in KEYS[key].sources))
    return _SAID.format(value=_VALUES[kind], key=Literal(key), sources=sources, day=Literal(day))
