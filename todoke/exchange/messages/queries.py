"""Reads of messages."""

from uuid import UUID

from django.db.models import QuerySet

from todoke.exchange.messages.models import Message
from todoke.registry.people.models import Resident


def inbox(resident: Resident) -> QuerySet[Message]:
    """The resident's messages, newest first."""
    return resident.messages.order_by("-created_at")


def unread_count(resident: Resident) -> int:
    """How many of them have not been opened."""
    return resident.messages.filter(read_at__isnull=True).count()


def message_for(resident: Resident, message_id: UUID) -> Message | None:
    """One of the resident's own messages."""
    return resident.messages.filter(pk=message_id).first()


def messages_about(about: str) -> QuerySet[Message]:
    """Messages of one matter, oldest first, with their deliveries."""
    return Message.objects.filter(about=about).prefetch_related("deliveries").order_by("created_at")
