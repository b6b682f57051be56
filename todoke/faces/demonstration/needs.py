"""Made-up needs of made-up residents, and who agreed to help some of them; in a few statements for all of them."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from todoke.kernel.signing import encrypt_json
from todoke.registry.people import access
from todoke.registry.people.keys import NEEDS
from todoke.registry.people.types import Reader

_SHARES = (
    ("needs.walking", "1947-01-01", 8),
    ("needs.wheelchair", "1956-01-01", 60),
    ("needs.hearing", "1951-01-01", 30),
    ("needs.sight", "1961-01-01", 90),
    ("needs.dialysis", "1966-01-01", 180),
    ("needs.electricity", "2100-01-01", 1500),
)
"""Who was born before a day: one in so many has it."""

_SAY = """
INSERT INTO people_fact (resident_id, key, value, source, source_detail, agent_name, learnt_at)
SELECT r.id, share.key, %(yes)s, 'self', '', '', now()
FROM people_resident r JOIN unnest(%(keys)s::text[], %(before)s::date[], %(one_in)s::int[])
    AS share (key, before, one_in) ON r.birth_date < share.before
WHERE r.demonstration AND abs(hashtext(r.id::text || share.key)) %% share.one_in = 0
"""
_NEIGHBOURS = """
WITH need AS MATERIALIZED (
    SELECT r.id, h.municipality_code AS place, row_number() OVER (PARTITION BY h.municipality_code ORDER BY r.id) AS n
    FROM people_fact f JOIN people_resident r ON r.id = f.resident_id JOIN people_household h ON h.id = r.household_id
    WHERE f.key = 'needs.walking' AND r.demonstration AND abs(hashtext(r.id::text)) % 2 = 0
), able AS MATERIALIZED (
    SELECT r.id, r.name, h.municipality_code AS place,
        row_number() OVER (PARTITION BY h.municipality_code ORDER BY r.id DESC) AS n
    FROM people_resident r JOIN people_household h ON h.id = r.household_id
    WHERE r.demonstration AND r.relation = 'head' AND r.birth_date BETWEEN '1966-01-01' AND '2000-01-01'
)
INSERT INTO people_helper (person_id, helper_id, name, relation, code_hash, asked_by, asked_at, agreed_at)
SELECT need.id, able.id, able.name, 'neighbour', '', 'system', now(), now()
FROM need JOIN able USING (place, n) WHERE need.id <> able.id
"""
_PLAN = "SET LOCAL enable_nestloop = off"
"""PostgreSQL expects a few rows of what are many thousands."""


@dataclass(frozen=True)
class Prepared:
    """How many needs and helpers there are."""

    needs: int
    helpers: int


@transaction.atomic
def load_needs() -> Prepared:
    """For the residents of the demonstration; once."""
    reader = Reader("system", "トドケ", "デモの準備のため。仮の住民だけ")
    with access.batch(reader=reader, keys=NEEDS), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_fact WHERE key LIKE 'needs.%'")
        there = int(cursor.fetchone()[0])
        if not there:
            keys, before, one_in = map(list, zip(*_SHARES, strict=True))
            said: dict[str, Any] = {"keys": keys, "before": before, "one_in": one_in}
            cursor.execute(_SAY, said | {"yes": Jsonb(encrypt_json(value=True))})
            there = cursor.rowcount
            cursor.execute(_PLAN)
            cursor.execute(_NEIGHBOURS)
        cursor.execute("SELECT count(*) FROM people_helper WHERE asked_by = 'system'")
        return Prepared(there, int(cursor.fetchone()[0]))
