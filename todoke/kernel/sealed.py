"""A JSON column that only this program can read."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from todoke.kernel.signing import decrypt_json, encrypt_json


class SealedJSONField(models.JSONField):
    """Encrypted at rest under TODOKE_FIELD_KEYS; rows that were written before are read as they stand."""

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return super().get_db_prep_value(encrypt_json(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        return decrypt_json(super().from_db_value(value, expression, connection))
