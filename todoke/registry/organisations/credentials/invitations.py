"""Invitations: a secret, good once and for three days, with which a new officer sets up their first way in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.ids import new_secret, secret_hash
from todoke.registry.organisations.credentials.errors import InvitationEndedError
from todoke.registry.organisations.credentials.passkeys import add_passkey
from todoke.registry.organisations.credentials.passwords import enrol_one_time_code, set_password
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import home_organisation_id, principal

LASTS = timedelta(days=3)


def issue_invitation(officer: Officer) -> str:
    """A new secret for ``officer``; an earlier one is void. It is told once and kept only as a hash."""
    secret = new_secret()
    officer.invitation_hash = secret_hash(secret)
    officer.invitation_ends_at = clock.now() + LASTS
    officer.save(update_fields=["invitation_hash", "invitation_ends_at"])
    return secret


def invited_officer(secret: str) -> Officer:
    """Whom the secret invites. Raises InvitationEndedError."""
    return _invited(secret, lock=False)


def _invited(secret: str, *, lock: bool) -> Officer:
    officers = Officer.objects.select_for_update() if lock else Officer.objects.all()
    officer = officers.filter(
        invitation_hash=secret_hash(secret), invitation_ends_at__gt=clock.now(), active=True
    ).first()
    if officer is None:
        raise InvitationEndedError
    return officer


def accept_with_password(*, secret: str, password: str, key: str, code: str) -> Officer:
    """Set password and one-time code. Raises what is wrong with them, and the invitation stays good."""
    with transaction.atomic():
        officer = _invited(secret, lock=True)
        set_password(officer=officer, password=password)
        enrol_one_time_code(officer=officer, key=key, code=code)
        _spend(officer, "password")
    return officer


def accept_with_passkey(*, secret: str, challenge: bytes, credential: Mapping[str, Any], label: str) -> Officer:
    """Add the first passkey. Raises what ``add_passkey`` raises, and the invitation stays good."""
    with transaction.atomic():
        officer = _invited(secret, lock=True)
        add_passkey(officer=officer, challenge=challenge, credential=credential, label=label)
        _spend(officer, "passkey")
    return officer


def _spend(officer: Officer, way: str) -> None:
    officer.invitation_hash = ""
    officer.invitation_ends_at = None
    officer.save(update_fields=["invitation_hash", "invitation_ends_at"])
    audit.record(
        actor=principal(officer),
        action="invitation.accepted",
        subject=principal(officer),
        organisation_id=home_organisation_id(officer),
        way=way,
    )
