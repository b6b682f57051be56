"""Every sealed column of the project, put under the newest of TODOKE_FIELD_KEYS so that older keys can be retired."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import JSONField, Model, QuerySet, Value
from django.db.models.functions import Cast

from todoke.kernel import audit
from todoke.kernel.sealed import SealedJSONField
from todoke.kernel.signing import encrypt_json_again

BATCH = 500
"""Rows of a transaction."""


def sealed_columns() -> Iterator[tuple[type[Model], str]]:
    """Each table with such a column, and the column's name."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedJSONField):
                yield model, field.name


def encrypt_columns_anew(*, batch: int = BATCH) -> int:
    """Put what is not under the newest key under it, also what an older version left plain; how many values that were.

    A run that was broken off is begun again: what is done is left alone. Raises cryptography.fernet.InvalidToken for
    a value that none of the keys opens.
    """
    renewed = sum(_encrypt_column(model, name, batch) for model, name in sealed_columns())
    audit.record(actor=audit.SYSTEM, action="sealed.encrypt-anew", subject="keys", rows=renewed)
    return renewed


def _encrypt_column(model: type[Model], name: str, batch: int) -> int:
    rows, renewed = _stored(model, name).order_by("pk"), 0
    page = list(rows[:batch])
    while page:
        with transaction.atomic():
            renewed += sum(_renew(model, name, pk, held) for pk, held in page)
        page = list(rows.filter(pk__gt=page[-1][0])[:batch])
    return renewed


def _stored(model: type[Model], name: str) -> QuerySet[Any, tuple[Any, Any]]:
    """Keys of rows and what stands in the column, sealed."""
    return model._base_manager.annotate(stored=Cast(name, JSONField())).values_list("pk", "stored")


def _renew(model: type[Model], name: str, pk: Any, held: Any) -> bool:
    """Replace ``held`` unless somebody wrote something else meanwhile; then that is looked at."""
    row = _stored(model, name).filter(pk=pk)
    while (again := encrypt_json_again(held)) is not None:
        if row.filter(stored=held).update(**{name: Value(again, JSONField())}):
            return True
        now = row.first()
        if now is None:
            return False
        held = now[1]
    return False
