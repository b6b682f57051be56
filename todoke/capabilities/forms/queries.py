"""Reads of drafts."""

from uuid import UUID

from django.db.models import QuerySet

from todoke.capabilities.forms.models import Draft
from todoke.kernel.ids import secret_hash
from todoke.registry.people.models import Resident


def open_drafts(resident: Resident) -> QuerySet[Draft]:
    """What the resident began and has not handed in, newest first."""
    return resident.drafts.filter(submitted_at=None).order_by("-updated_at")


def draft_of_resident(resident: Resident, draft_id: UUID) -> Draft | None:
    """One of the resident's own drafts."""
    return resident.drafts.filter(pk=draft_id).first()


def draft_by_secret(draft_id: UUID, secret: str) -> Draft | None:
    """A draft without log-in, for whoever holds its secret."""
    return Draft.objects.filter(pk=draft_id, resident=None, secret_hash=secret_hash(secret)).first()


def draft_with_secret(secret: str) -> Draft | None:
    """The open draft that ``secret`` was given out for."""
    return Draft.objects.filter(resident=None, secret_hash=secret_hash(secret), submitted_at=None).first()
