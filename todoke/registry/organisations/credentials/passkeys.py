"""Passkeys (W3C Web Authentication): discoverable, always with the person verified by PIN or biometrics."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from todoke.kernel import audit, clock
from todoke.registry.organisations.credentials.errors import (
    LastWayInError,
    PasskeyKnownError,
    PasskeyNotAddedError,
    PasskeyRefusedError,
)
from todoke.registry.organisations.models import Officer, Passkey
from todoke.registry.organisations.officers import home_organisation_id, principal

LABEL_LENGTH = 60


def _origin() -> str:
    parts = urlsplit(settings.BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def _party() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""


def _handle(officer: Officer) -> bytes:
    """How authenticators name the officer: stable, and it tells nothing about the person."""
    return hashlib.sha256(f"{_party()} {principal(officer)}".encode()).digest()


def registration_options(officer: Officer, party_name: str) -> tuple[dict[str, Any], bytes]:
    """What the browser hands to the authenticator, and the challenge to keep until it answers."""
    options = generate_registration_options(
        rp_id=_party(),
        rp_name=party_name,
        user_id=_handle(officer),
        user_name=officer.login,
        user_display_name=officer.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(known))
            for known in officer.passkeys.values_list("credential_id", flat=True)
        ],
    )
    return json.loads(options_to_json(options)), options.challenge


def add_passkey(*, officer: Officer, challenge: bytes, credential: Mapping[str, Any], label: str) -> Passkey:
    """Keep a new passkey. Raises PasskeyNotAddedError, or PasskeyKnownError where somebody has it already."""
    try:
        proof = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=_party(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyNotAddedError from error
    try:
        with transaction.atomic():
            passkey = Passkey.objects.create(
                officer=officer,
                credential_id=proof.credential_id,
                public_key=proof.credential_public_key,
                sign_count=proof.sign_count,
                label=label.strip()[:LABEL_LENGTH] or f"{clock.now().astimezone(clock.JAPAN):%Y-%m-%d}",
                added_at=clock.now(),
            )
            _record(officer, "passkey.added", passkey)
    except IntegrityError as error:
        raise PasskeyKnownError from error
    return passkey


def authentication_options() -> tuple[dict[str, Any], bytes]:
    """What the browser asks any authenticator for: nobody is named, so that no name can be tried out."""
    options = generate_authentication_options(rp_id=_party(), user_verification=UserVerificationRequirement.REQUIRED)
    return json.loads(options_to_json(options)), options.challenge


def sign_in_with_passkey(*, challenge: bytes, credential: Mapping[str, Any]) -> Officer:
    """The officer who proved themselves; the caller starts the session. Raises PasskeyRefusedError.

    A signature counter that does not rise means that the passkey was copied: it is refused and recorded.
    """
    with transaction.atomic():
        passkey = _passkey_of(credential)
        refusal = "unknown" if passkey is None else _refusal(passkey, challenge, credential)
        if passkey is None or refusal:
            audit.record(
                actor=audit.ANONYMOUS,
                action="sign-in.refused",
                subject=principal(passkey.officer) if passkey else "officer:unknown",
                organisation_id=home_organisation_id(passkey.officer) if passkey else None,
                way="passkey",
                reason=refusal,
            )
        else:
            _record(passkey.officer, "sign-in.done", passkey, way="passkey")
    if passkey is None or refusal:
        raise PasskeyRefusedError
    return passkey.officer


def _passkey_of(credential: Mapping[str, Any]) -> Passkey | None:
    try:
        key = base64url_to_bytes(str(credential.get("rawId", "")))
    except ValueError:
        return None
    return Passkey.objects.select_for_update(of=("self",)).select_related("officer").filter(credential_id=key).first()


def _refusal(passkey: Passkey, challenge: bytes, credential: Mapping[str, Any]) -> str:
    """Why not, or ''. The counter is compared after the signature, so that only the real key can report a copy."""
    try:
        proof = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=_party(),
            expected_origin=_origin(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        handle = base64url_to_bytes(str(credential["response"].get("userHandle") or ""))
    except (WebAuthnException, ValueError, KeyError, AttributeError):
        return "proof"
    if handle and handle != _handle(passkey.officer):
        return "proof"
    if max(proof.new_sign_count, passkey.sign_count) > 0 and proof.new_sign_count <= passkey.sign_count:
        return "count-regressed"
    if not passkey.officer.active:
        return "inactive"
    passkey.sign_count = proof.new_sign_count
    passkey.used_at = clock.now()
    passkey.save(update_fields=["sign_count", "used_at"])
    return ""


def remove_passkey(*, officer: Officer, passkey_id: int) -> None:
    """Take a passkey of the officer away. Raises LastWayInError when no other way in would be left."""
    with transaction.atomic():
        holder = Officer.objects.select_for_update().get(pk=officer.pk)
        passkey = holder.passkeys.filter(pk=passkey_id).first()
        if passkey is None:
            return
        if not has_password_way(holder) and holder.passkeys.count() == 1:
            raise LastWayInError
        _record(officer, "passkey.removed", passkey)
        passkey.delete()


def has_password_way(officer: Officer) -> bool:
    """Whether the officer can log in without a passkey."""
    return bool(officer.password and officer.one_time_code_key)


def _record(officer: Officer, action: str, passkey: Passkey, **detail: str) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=principal(officer),
        organisation_id=home_organisation_id(officer),
        passkey=passkey.pk,
        **detail,
    )
