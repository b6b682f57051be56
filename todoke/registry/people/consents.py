"""What residents can allow, each with what it is for; nothing of it is presumed."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from todoke.kernel import audit, clock
from todoke.registry.people.models import Consent, Resident


@dataclass(frozen=True)
class Purpose:
    """Something that needs a yes."""

    label: str
    explanation: str


PURPOSES = {
    "proactive": Purpose(
        gettext_noop("合う手続ができたら知らせてもらう"),
        gettext_noop(
            "トドケが知っている情報で、新しい手続や変わった手続があなたに合うかを自動で調べ、合うときに1回だけ知らせます。"
        ),
    ),
}


def standing(resident: Resident) -> set[str]:
    """The purposes that the resident allows now."""
    return set(Consent.objects.filter(resident=resident, withdrawn_at=None).values_list("purpose", flat=True))


def set_consent(*, resident: Resident, purpose: str, given: bool) -> None:
    """Give or take back; saying it twice changes nothing. Raises KeyError for a purpose that is not declared."""
    if purpose not in PURPOSES:
        raise KeyError(purpose)
    now = clock.now()
    if given:
        try:
            with transaction.atomic():
                Consent.objects.create(resident=resident, purpose=purpose, given_at=now)
        except IntegrityError:
            return
    elif not Consent.objects.filter(resident=resident, purpose=purpose, withdrawn_at=None).update(withdrawn_at=now):
        return
    audit.record(
        actor=f"resident:{resident.pk}",
        action="consent.give" if given else "consent.withdraw",
        subject=f"resident:{resident.pk}",
        purpose=purpose,
    )
