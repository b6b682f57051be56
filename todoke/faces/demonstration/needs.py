"""Made-up needs of made-up residents, and who agreed to help some of them; in a few statements for all of them."""

from dataclasses import dataclass

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from todoke.kernel import clock
from todoke.kernel.signing import encrypt_json
from todoke.registry.people import access
from todoke.registry.people.keys import NEEDS
from todoke.registry.people.types import Reader

_SHARES = {
    "needs.walking": ("1947-01-01", 8),
    "needs.wheelchair": ("1956-01-01", 60),
    "needs.hearing": ("1951-01-01", 30),
    "needs.sight": ("1961-01-01", 90),
    "needs.dialysis": ("1966-01-01", 180),
    "needs.electricity": ("2100-01-01", 1500),
}
"""Born before a day, one in so many has it."""

_SAY = """
INSERT INTO people_fact (resident_id, key, value, source, source_detail, agent_name, learnt_at)
SELECT id, %(key)s, %(yes)s, 'self', '', '', %(now)s FROM people_resident
WHERE demonstration AND birth_date < %(before)s AND abs(hashtext(id::text || %(key)s)) %% %(one_in)s = 0
"""
_NEIGHBOURS = """
WITH need AS (
    SELECT r.id, h.municipality_code AS place, row_number() OVER (PARTITION BY h.municipality_code ORDER BY r.id) AS n
    FROM people_resident r JOIN people_household h ON h.id = r.household_id
    WHERE r.demonstration AND abs(hashtext(r.id::text)) %% 2 = 0
    AND EXISTS (SELECT 1 FROM people_fact f WHERE f.resident_id = r.id AND f.key = 'needs.walking')
), able AS (
    SELECT r.id, r.name, h.municipality_code AS place,
        row_number() OVER (PARTITION BY h.municipality_code ORDER BY r.id DESC) AS n
    FROM people_resident r JOIN people_household h ON h.id = r.household_id
    WHERE r.demonstration AND r.relation = 'head' AND r.birth_date BETWEEN '1966-01-01' AND '2000-01-01'
)
INSERT INTO people_helper (person_id, helper_id, name, relation, code_hash, asked_by, asked_at, agreed_at)
SELECT need.id, able.id, able.name, 'neighbour', '', 'system', %(now)s, %(now)s
FROM need JOIN able USING (place, n) WHERE need.id <> able.id
"""


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
            for key, (before, one_in) in _SHARES.items():
                said = {"key": key, "yes": Jsonb(encrypt_json(value=True)), "before": before, "one_in": one_in}
                cursor.execute(_SAY, {**said, "now": clock.now()})
                there += cursor.rowcount
            cursor.execute(_NEIGHBOURS, {"now": clock.now()})
        cursor.execute("SELECT count(*) FROM people_helper WHERE asked_by = 'system'")
        return Prepared(there, int(cursor.fetchone()[0]))
