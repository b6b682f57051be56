"""A job is on the queue if, and only if, the transaction that decided it is committed; in a worker too."""

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from todoke.kernel.jobs import task


@task("tests.nothing")
def nothing(number: int) -> None:
    """Does nothing."""


def waiting() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'number')::int, priority FROM procrastinate_jobs WHERE task_name = 'tests.nothing'"
            " ORDER BY priority DESC, id"
        )
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_a_worker", [False, True])
def test_a_job_goes_with_its_transaction(in_a_worker: bool) -> None:
    own = app.connector.get_worker_connector() if in_a_worker else app.connector
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'tests.nothing'")
    with app.replace_connector(own):
        with transaction.atomic():
            nothing.enqueue(number=1)
            nothing.enqueue_many([{"number": 2}, {"number": 3}])
            transaction.set_rollback(True)
        assert waiting() == []
        with transaction.atomic():
            nothing.enqueue(number=4)
            nothing.enqueue_many([{"number": 5}, {"number": 6}], priority=9)
        assert waiting() == [(5, 9), (6, 9), (4, 0)]
