"""Uses become cells: each is counted once, whenever a process dies, and is then gone.

Cost grows with what happened since the last time and with nothing else.
"""

from django.db import connection, transaction

BATCH = 200_000

_COUNT = """
WITH taken AS (
    DELETE FROM improve_use WHERE id IN (
        SELECT id FROM improve_use ORDER BY id LIMIT %s
    ) RETURNING kind, month, municipality_code, service, attributes, count, value
), cells AS (
    INSERT INTO improve_usecell AS cell (kind, month, municipality_code, service, attributes, count, value)
    SELECT kind, month, municipality_code, service, attributes, sum(count), sum(value * sign(count)) FROM taken
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (kind, month, municipality_code, service, attributes)
    DO UPDATE SET count = cell.count + excluded.count, value = cell.value + excluded.value
), outdated AS (
    INSERT INTO improve_outdated (kind, month) SELECT DISTINCT kind, month FROM taken ORDER BY 1, 2
    ON CONFLICT (kind, month) DO NOTHING
)
SELECT count(*) FROM taken
"""


def one_at_a_time() -> None:
    """Who counts or writes figures waits for who does so already: a month's cells and figures fit together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('improve.count'))")


@transaction.atomic
def count_batch(limit: int = BATCH) -> int:
    """Count up to ``limit`` uses and forget them; how many there were. Two workers take turns."""
    one_at_a_time()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [limit])
        return int(cursor.fetchone()[0])


def count_uses() -> int:
    """Count everything that waits, batch by batch; how many there were."""
    counted = 0
    while batch := count_batch():
        counted += batch
    return counted
