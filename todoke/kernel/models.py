"""Tables without a domain: sessions, files by content, the audit trail, counters."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A log-in or a visit."""

    principal = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        db_table = "kernel_session"

    @classmethod
    def get_session_store_class(cls) -> type:
        """The engine that reads and writes this table."""
        from todoke.kernel.sessions import SessionStore

        return SessionStore


class StoredFile(models.Model):
    """A file, kept once under the hash of its content."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_stored_file"

    def __str__(self) -> str:
        return self.sha256


class AuditEntry(models.Model):
    """What was done, by whom; only ever added to (a trigger refuses the rest)."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64, help_text="resident:<uuid>, officer:<id>, system or anonymous")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, help_text="kind:key of what it was done to")
    organisation_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    trace_id = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "kernel_audit_entry"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["organisation_id", "-id"], name="audit_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"


class Counter(models.Model):
    """The last number given out in a series; numbers of rolled back transactions are given again."""

    series = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        db_table = "kernel_counter"

    def __str__(self) -> str:
        return f"{self.series} {self.last}"
