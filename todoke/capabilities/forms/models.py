"""Answers that are not handed in yet."""

from django.db import models

from todoke.kernel.ids import new_id
from todoke.kernel.models import StoredFile
from todoke.kernel.sealed import SealedJSONField
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.people.models import Resident


class Draft(models.Model):
    """A form being filled in, of a resident or of whoever holds its secret."""

    id = models.UUIDField(primary_key=True, default=new_id)
    pack_version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="drafts")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.CASCADE, related_name="drafts")
    secret_hash = models.CharField(max_length=64, blank=True)
    corrects = models.CharField(max_length=30, blank=True, help_text="Receipt number of the case that it corrects")
    answers = SealedJSONField(default=dict)
    visited = models.JSONField(default=list, help_text="Ids of pages that were saved without an error")
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Upload(models.Model):
    """A file attached to a question of a draft."""

    id = models.UUIDField(primary_key=True, default=new_id)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    question = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
