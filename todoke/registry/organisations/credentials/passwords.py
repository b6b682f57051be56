"""Logging in by password and one-time code, always both, and setting them."""

from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError
from todoke.kernel.signing import decrypt, encrypt
from todoke.registry.organisations.credentials.codes import matching_step
from todoke.registry.organisations.credentials.errors import (
    PasswordNumericError,
    PasswordTooCommonError,
    PasswordTooShortError,
    PasswordTooSimilarError,
    SignInRefusedError,
    WrongCodeError,
)
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import home_organisation_id, principal

ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)
MINIMUM_LENGTH = 12

_VALIDATORS: list[tuple[object, type[InvalidInputError]]] = [
    (MinimumLengthValidator(MINIMUM_LENGTH), PasswordTooShortError),
    (CommonPasswordValidator(), PasswordTooCommonError),
    (NumericPasswordValidator(), PasswordNumericError),
    (UserAttributeSimilarityValidator(("login", "name", "email")), PasswordTooSimilarError),
]


@cache
def _nobodys_password(algorithm: str) -> str:
    return make_password("of nobody", hasher=algorithm)


def sign_in_with_password(*, login: str, password: str, code: str) -> Officer:
    """The officer who proved themselves; the caller starts the session.

    Raises SignInRefusedError, the same and after the same work for every reason. After 5 failures in a row this way
    is closed for 15 minutes, to the right password too; passkeys go on working.
    """
    with transaction.atomic():
        officer = Officer.objects.select_for_update().filter(login=login.strip()).first()
        refusal = _refusal(officer, password, code)
    if officer is None or refusal:
        raise SignInRefusedError
    return officer


def _refusal(officer: Officer | None, password: str, code: str) -> str:
    """Why not, or ''. Counts the attempt under the row lock, so that parallel guesses are counted one by one."""
    usable = officer is not None and bool(officer.password and officer.one_time_code_key)
    stored = officer.password if officer and usable else _nobodys_password(get_hasher().algorithm)
    right = check_password(password, stored)
    if officer is None:
        audit.record(actor=audit.ANONYMOUS, action="sign-in.refused", subject="officer:unknown", way="password")
        return "unknown"
    step = matching_step(decrypt(officer.one_time_code_key), code, officer.one_time_code_used) if usable else None
    reason = _reason(officer, usable, right, step)
    if not reason and step is not None:
        officer.one_time_code_used = step
        officer.failed_attempts = 0
        officer.locked_until = None
    elif reason != "locked":
        officer.failed_attempts += 1
        if officer.failed_attempts >= ATTEMPTS:
            officer.failed_attempts = 0
            officer.locked_until = clock.now() + LOCKED_FOR
    officer.save(update_fields=["one_time_code_used", "failed_attempts", "locked_until"])
    audit.record(
        actor=audit.ANONYMOUS if reason else principal(officer),
        action="sign-in.refused" if reason else "sign-in.done",
        subject=principal(officer),
        organisation_id=home_organisation_id(officer),
        way="password",
        **({"reason": reason, "locked": officer.locked_until is not None} if reason else {}),
    )
    return reason


def _reason(officer: Officer, usable: bool, right: bool, step: int | None) -> str:
    if officer.locked_until and officer.locked_until > clock.now():
        return "locked"
    officer.locked_until = None
    if not officer.active:
        return "inactive"
    if not usable:
        return "no-password"
    if not right:
        return "password"
    return "" if step is not None else "code"


def check_new_password(officer: Officer, password: str) -> None:
    """Raises a subclass of InvalidInputError that says what to change."""
    for validator, error in _VALIDATORS:
        try:
            validator.validate(password, officer)  # type: ignore[attr-defined]
        except ValidationError:
            raise error from None


def set_password(*, officer: Officer, password: str) -> None:
    """Replace the password. Raises what ``check_new_password`` raises."""
    check_new_password(officer, password)
    with transaction.atomic():
        officer.password = make_password(password)
        officer.save(update_fields=["password"])
        _record(officer, "password.set")


def enrol_one_time_code(*, officer: Officer, key: str, code: str) -> None:
    """Replace the key of the one-time codes once the app shows a right one. Raises WrongCodeError."""
    step = matching_step(key, code)
    if step is None:
        raise WrongCodeError
    with transaction.atomic():
        officer.one_time_code_key = encrypt(key)
        officer.one_time_code_used = step
        officer.failed_attempts = 0
        officer.locked_until = None
        officer.save(update_fields=["one_time_code_key", "one_time_code_used", "failed_attempts", "locked_until"])
        _record(officer, "one-time-code.set")


def _record(officer: Officer, action: str) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=principal(officer),
        organisation_id=home_organisation_id(officer),
    )
