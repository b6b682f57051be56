"""Who an officer is to the rest of the house."""

from todoke.registry.organisations.models import Officer


def principal(officer: Officer) -> str:
    """The officer as sessions and the audit trail name them."""
    return f"officer:{officer.pk}"


def home_organisation_id(officer: Officer) -> int | None:
    """The organisation of the officer's first membership, under which the trail files what they do for themselves."""
    return officer.memberships.order_by("pk").values_list("organisation_id", flat=True).first()
