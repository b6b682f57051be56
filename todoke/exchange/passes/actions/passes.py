"""A pass is given, renewed, taken back."""

from django.conf import settings
from django.db import transaction

from todoke.exchange.passes import codes
from todoke.exchange.passes.keys import signing_key
from todoke.exchange.passes.models import Pass
from todoke.exchange.passes.numbers import new_number
from todoke.exchange.passes.types import How
from todoke.kernel import audit, clock
from todoke.registry.people.models import Resident


def pass_of(resident: Resident) -> Pass:
    """The one that stands; who has none is given one."""
    standing = Pass.objects.filter(resident=resident, revoked_at=None).first()
    if standing is None:
        standing, _made = Pass.objects.get_or_create(
            resident=resident, revoked_at=None, defaults={"number": new_number(), "issued_at": clock.now()}
        )
    return standing


@transaction.atomic
def revoke_pass(*, resident: Resident, by: str) -> None:
    """What was shown or printed so far is refused from now on."""
    Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    ended = Pass.objects.filter(resident=resident, revoked_at=None).update(revoked_at=clock.now(), revoked_by=by)
    if ended:
        audit.record(actor=by, action="pass.revoke", subject=f"resident:{resident.pk}")


@transaction.atomic
def renew_pass(*, resident: Resident, by: str) -> Pass:
    """A new one in place of the old, which is refused from now on."""
    revoke_pass(resident=resident, by=by)
    return pass_of(resident)


def code_of(standing: Pass, how: How = How.CODE) -> str:
    """What its QR code holds."""
    kid, key = signing_key()
    token = codes.sign(
        pass_id=standing.pk,
        issuer=settings.PREFECTURE,
        issued_at=int(standing.issued_at.timestamp()),
        kid=kid,
        key=key,
    )
    return codes.written(token, how)


def codes_of(residents: list[Resident], how: How = How.CODE) -> dict[Resident, tuple[str, str]]:
    """Of many, for a sheet of cards: the number and what the QR code holds."""
    found = {}
    for resident in residents:
        standing = pass_of(resident)
        found[resident] = (standing.number, code_of(standing, how))
    return found
