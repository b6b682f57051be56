"""Writes of people."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import TodokeError
from todoke.kernel.signing import SEALED, decrypt_json, encrypt_json, encrypt_json_again
from todoke.kernel.text import search_key
from todoke.registry.people import access
from todoke.registry.people.agency import acting
from todoke.registry.people.identity import VerifiedIdentity
from todoke.registry.people.keys import KEYS, current_name
from todoke.registry.people.models import Fact, Household, Identity, Resident
from todoke.registry.people.types import Reader, Source
from todoke.registry.places.queries import find_municipality_in_address

CONFIRMED_ANEW = timedelta(days=30)
"""What is said again after this time is noted again: it is fresh."""


class SourceRefusedError(TodokeError):
    """この情報は、登録している窓口でしか直せません。違っているときは「違っている」から知らせてください。"""

    code = "source-refused"
    status = 409


@transaction.atomic
def sign_in(*, identity: VerifiedIdentity) -> Resident:
    """The resident behind a verified identity.

    A subject seen before is its resident. Else the register is asked by birth date, name and address; only one
    match counts, since two people may share all but the address. Who is in no register (moved here yesterday,
    lives elsewhere) is taken from the card.
    """
    now = clock.now()
    known = (
        Identity.objects.select_for_update(of=("self",))
        .select_related("resident")
        .filter(issuer=identity.issuer, subject=identity.subject)
        .first()
    )
    if known:
        known.last_used_at = now
        known.save(update_fields=["last_used_at"])
        resident = known.resident
    else:
        resident = _match(identity) or _from_card(identity)
        Identity.objects.create(
            issuer=identity.issuer,
            subject=identity.subject,
            resident=resident,
            first_used_at=now,
            last_used_at=now,
        )
    audit.record(actor=f"resident:{resident.pk}", action="sign-in", subject=f"resident:{resident.pk}", acr=identity.acr)
    return resident


def _match(identity: VerifiedIdentity) -> Resident | None:
    same = Resident.objects.filter(
        birth_date=identity.birth_date, name_key=search_key(identity.name), registered=True
    ).select_related("household")
    found = [r for r in same if search_key(r.household.address) == search_key(identity.address)]
    return found[0] if len(found) == 1 else None


def _from_card(identity: VerifiedIdentity) -> Resident:
    household = Household.objects.create(
        municipality_code=find_municipality_in_address(identity.address) or "", address=identity.address
    )
    return Resident.objects.create(
        household=household,
        relation="head",
        name=identity.name,
        name_key=search_key(identity.name),
        birth_date=identity.birth_date,
        gender=identity.gender,
        registered=False,
    )


@transaction.atomic
def learn_facts(
    *,
    resident: Resident,
    said: Mapping[str, Any],
    detail: str = "",
    source: Source = Source.SELF,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> list[str]:
    """Keep what was said of a resident; None takes it back. Gives the keys whose value changed.

    What holds today already, for the same time and not long since said, adds no row. Two writers at once follow one
    another. What an agent says is noted as theirs. Raises
    KeyError for a key that is not declared, and SourceRefusedError for one that this source does not decide.
    """
    said = {current_name(key): value for key, value in said.items()}
    for key in said:
        if source not in KEYS[key].sources:
            raise SourceRefusedError
    Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    now, changed, rows, agent = clock.now(), [], [], acting.get()
    with access.own(resident):
        rows_so_far = Fact.objects.filter(resident=resident, key__in=list(said), source=source)
        ordered = list(rows_so_far.order_by("learnt_at", "id"))
        newest = {row.key: row for row in ordered}
        holding = {row.key: row for row in ordered if access.holds_on(row, clock.today())}
        for key, value in said.items():
            last, held = newest.get(key), holding.get(key)
            was = decrypt_json(held.value) if held else None
            same = was == value and (held is None or (held.valid_from, held.valid_to) == (valid_from, valid_to))
            if same and (held is None or now - held.learnt_at < CONFIRMED_ANEW):
                continue
            if not same:
                changed.append(key)
            sealed = KEYS[key].sensitive and value is not None
            rows.append(
                Fact(
                    resident=resident,
                    key=key,
                    value=encrypt_json(value) if sealed else value,
                    source=source,
                    source_detail=detail,
                    agent_name=agent.name if agent else "",
                    learnt_at=max(now, last.learnt_at) if last else now,
                    valid_from=valid_from,
                    valid_to=valid_to,
                )
            )
        Fact.objects.bulk_create(rows)
    if agent and rows:
        audit.record(
            actor=f"resident:{agent.pk}",
            action="facts.say-for",
            subject=f"resident:{resident.pk}",
            keys=[row.key for row in rows],
        )
    if changed:
        events.tell("facts-changed", resident=resident, keys=changed)
    return changed


def set_contact(*, resident: Resident, email: str, wants_email: bool) -> None:
    """Where e-mails about the resident's matters go."""
    resident.email, resident.wants_email = email, wants_email
    resident.save(update_fields=["email", "wants_email"])


@transaction.atomic
def set_language(*, resident: Resident, language: str) -> None:
    """In which language messages reach them."""
    Resident.objects.filter(pk=resident.pk).update(language=language)


def rename_key(*, old: str, new: str) -> int:
    """Rename the rows of a key, in the migration that comes with its entry in ``keys.RENAMED``; how many there were."""
    reader = Reader("system", "トドケ", "情報の呼び名を変えるため。値は変えません")
    with access.batch(reader=reader, keys=[new]):
        renamed = Fact.objects.filter(key=old).update(key=new)
    audit.record(actor=audit.SYSTEM, action="facts.rename-key", subject=f"key:{new}", old=old, rows=renamed)
    return renamed


@transaction.atomic
def encrypt_anew() -> int:
    """Encrypt what is sensitive under the newest of TODOKE_FIELD_KEYS; how many values were not yet."""
    reader = Reader("system", "トドケ", "暗号の鍵を新しくするため。中身は読みません")
    sensitive = [key for key, declared in KEYS.items() if declared.sensitive]
    renewed = 0
    with access.batch(reader=reader, keys=sensitive):
        for row in Fact.objects.filter(key__in=sensitive, value__has_key=SEALED).iterator():
            if (again := encrypt_json_again(row.value)) is not None:
                row.value = again
                row.save(update_fields=["value"])
                renewed += 1
    audit.record(actor=audit.SYSTEM, action="facts.encrypt-anew", subject="keys", rows=renewed)
    return renewed
