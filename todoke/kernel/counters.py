"""Numbers in series, without gaps: the row's lock is held to the end of the transaction."""

from django.db import connection


def next_number(series: str) -> int:
    """The next number of ``series``, from 1; call it last in a transaction, since others wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_counter (series, last) VALUES (%s, 1)"
            " ON CONFLICT (series) DO UPDATE SET last = kernel_counter.last + 1 RETURNING last",
            [series],
        )
        number: int = cursor.fetchone()[0]
    return number
