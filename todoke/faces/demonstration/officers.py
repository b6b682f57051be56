"""Officers whose password and one-time codes everybody can know: for demonstrations only."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from todoke.faces.demonstration.errors import NoDemonstrationError, UnknownAccountError
from todoke.faces.demonstration.names import GIVEN, SURNAMES
from todoke.faces.demonstration.offices import (
    CHILD_SUPPORT,
    CHILDCARE,
    MUNICIPAL,
    PREFECTURAL_CRISIS,
    PREFECTURAL_RECORDS,
    RECORDS,
    VEHICLE_TAX,
    reporting_offices,
)
from todoke.faces.demonstration.population import story_municipality
from todoke.kernel import clock
from todoke.kernel.signing import encrypt
from todoke.registry.organisations.credentials.codes import STEP_SECONDS
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import Role
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

PASSWORD = "mihon-no-aikotoba"  # noqa: S105
DOMAIN = "example.jp"
_NAMED = {"officer": "試験 太郎", "approver": "仮名 葵", "admin": "例示 修"}
_ROLES = {"officer": Role.OFFICER, "approver": Role.APPROVER, "admin": Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Account:
    """An officer to be, with their roles by the codes of organisations."""

    login: str
    name: str
    roles: tuple[tuple[str, Role], ...]


def code_key(login: str) -> str:
    """The key of the officer's one-time codes (base 32), made from the login so that a story can compute codes."""
    digest = hashlib.sha1(f"todoke demonstration {login}".encode(), usedforsecurity=False).digest()
    return base64.b32encode(digest).decode()


def current_code(login: str) -> str:
    """The six digits that log the officer in now. Raises NoDemonstrationError, UnknownAccountError."""
    if not settings.DEMONSTRATION:
        raise NoDemonstrationError
    if login not in {account.login for account in accounts()}:
        raise UnknownAccountError(login=login)
    return pyotp.TOTP(code_key(login), interval=STEP_SECONDS).at(clock.now())


def accounts() -> list[Account]:
    """Of each municipality's childcare office, all offices of the story's and the prefecture's; auditor, platform."""
    top = settings.PREFECTURE
    body = _word(prefecture(top).short_name_en)
    story = story_municipality().code
    records = f"{top}-{PREFECTURAL_RECORDS.function}"
    found = [
        Account(f"{body}-records-{part}", name, ((records, _ROLES[part]),))
        for part, name in {"officer": "模擬 恵", "approver": "架空 誠", "admin": "雛形 京子"}.items()
    ]
    found.append(Account("auditor", "手本 明美", ((top, Role.AUDITOR), (story, Role.AUDITOR))))
    found.append(Account("platform", "書式 学", ((top, Role.PLATFORM),)))
    for code, word in _words().items():
        office = f"{code}-{CHILDCARE.function}"
        for part, role in _ROLES.items():
            name = _NAMED[part] if code == story else _name(f"{code} {part}")
            found.append(Account(f"{word}-{part}", name, ((office, role),)))
    for kind in MUNICIPAL:
        if kind not in {CHILDCARE, RECORDS}:
            found += _of_office(f"{_words()[story]}-{kind.function}", f"{story}-{kind.function}")
    for kind in (VEHICLE_TAX, CHILD_SUPPORT, PREFECTURAL_CRISIS, *reporting_offices()):
        found += _of_office(f"{body}-{kind.function}", f"{top}-{kind.function}")
    return sorted(found, key=lambda account: (not _of_story(account, story), account.login.count("-"), account.login))


def _of_office(login: str, office: str) -> list[Account]:
    return [Account(f"{login}-{part}", _name(f"{office} {part}"), ((office, role),)) for part, role in _ROLES.items()]


def _of_story(account: Account, code: str) -> bool:
    return any(organisation.split("-")[0] in {code, settings.PREFECTURE} for organisation, _ in account.roles)


@transaction.atomic
def load_officers() -> list[Account]:
    """Create those who are missing; who is there keeps what they have changed. Raises NoDemonstrationError."""
    if not settings.DEMONSTRATION:
        raise NoDemonstrationError
    wanted = accounts()
    there = set(Officer.objects.filter(login__in=[account.login for account in wanted]).values_list("login", flat=True))
    missing = [account for account in wanted if account.login not in there]
    if not missing:
        return wanted
    password = make_password(PASSWORD)
    officers = Officer.objects.bulk_create(
        Officer(
            login=account.login,
            name=account.name,
            email=f"{account.login}@{DOMAIN}",
            password=password,
            one_time_code_key=encrypt(code_key(account.login)),
        )
        for account in missing
    )
    Membership.objects.bulk_create(_memberships(missing, officers))
    return wanted


def _memberships(missing: list[Account], officers: list[Officer]) -> Iterable[Membership]:
    organisations = dict(Organisation.objects.values_list("code", "pk"))
    for account, officer in zip(missing, officers, strict=True):
        for organisation, role in account.roles:
            yield Membership(officer=officer, organisation_id=organisations[organisation], role=role)


def _words() -> dict[str, str]:
    """ishinomaki by 04202; with the code where two municipalities of a prefecture sound alike."""
    rows = Municipality.objects.filter(prefecture_code=settings.PREFECTURE)
    words = {code: _word(name_en.rsplit(" ", 1)[0]) or code for code, name_en in rows.values_list("code", "name_en")}
    spoken = list(words.values())
    return {code: word if spoken.count(word) == 1 else f"{word}-{code}" for code, word in words.items()}


def _word(name: str) -> str:
    return "-".join("".join(c for c in part if c.isalnum()) for part in name.lower().split())


def _name(seed: str) -> str:
    random = Random(seed)  # noqa: S311
    surname, _ = random.choice(SURNAMES)
    given, _ = random.choice(GIVEN[random.choice("12")])
    return f"{surname} {given}"
