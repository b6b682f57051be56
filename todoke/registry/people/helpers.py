"""Who helps whom in a disaster (避難支援等実施者): asked for by the person, agreed to by the helper, ended by either.

A helper who is a resident here agrees themselves, with a code that they were handed or, within a household, on their
own page; then they are told whenever the person is. Of others, an association or a relative far away, the person says
that they agreed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from todoke.kernel import audit, clock, events, ids
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.registry.people.models import Helper, Resident

RELATIONS = ("family", "neighbour", "volunteer", "care")
MOST = 10
"""Helpers of one person."""


class HelperError(InvalidInputError):
    """助けてくれる人の名前と、間柄を入れてください。10人まで登録できます。"""

    code = "helper"


class HelperTwiceError(InvalidInputError):
    """この人には、もう頼んであります。"""

    code = "helper-twice"


class HelperCodeError(NotFoundError):
    """このコードは使えません。もう使われたか、取り消されたか、書き間違いです。"""

    code = "helper-code"


@transaction.atomic
def ask_helper(
    *, person: Resident, by: str, name: str, relation: str, phone: str = "", helper: Resident | None = None
) -> tuple[Helper, str]:
    """Ask somebody to help ``person``: a member of the household, or whoever is handed the code that is given back.

    Raises HelperError, HelperTwiceError.
    """
    name, phone = name.strip()[:100], phone.strip()[:20]
    Resident.objects.select_for_update(of=("self",)).get(pk=person.pk)
    standing = list(Helper.objects.filter(person=person, ended_at=None))
    if not name or relation not in RELATIONS or helper == person or len(standing) >= MOST:
        raise HelperError
    others = {(one.name, one.relation) for one in standing if one.helper_id is None}
    if helper is None and (name, relation) in others:
        raise HelperTwiceError
    code = ids.new_secret()
    try:
        with transaction.atomic():
            made = Helper.objects.create(
                person=person,
                helper=helper,
                name=name,
                phone=phone or None,
                relation=relation,
                code_hash=ids.secret_hash(code),
                asked_by=by,
                asked_at=clock.now(),
            )
    except IntegrityError:
        raise HelperTwiceError from None
    audit.record(actor=by, action="helper.ask", subject=f"resident:{person.pk}", relation=relation)
    events.tell("helper-asked", helper=made)
    return made, code


@transaction.atomic
def agree_to_help(*, helper: Resident, code: str = "", helper_id: int | None = None) -> Helper:
    """A resident agrees: by a code, or to what they were asked by name. Saying it twice changes nothing.

    Raises HelperCodeError, HelperTwiceError.
    """
    rows = Helper.objects.select_for_update(of=("self",)).filter(ended_at=None)
    if helper_id is not None:
        found = rows.filter(pk=helper_id, helper=helper).first()
    else:
        found = rows.filter(code_hash=ids.secret_hash(code)).first()
    if found is None or found.person_id == helper.pk or found.helper_id not in {None, helper.pk}:
        raise HelperCodeError
    if found.agreed_at is None or found.helper_id is None:
        found.helper, found.agreed_at = helper, clock.now()
        try:
            with transaction.atomic():
                found.save(update_fields=["helper", "agreed_at"])
        except IntegrityError:
            raise HelperTwiceError from None
        audit.record(actor=f"resident:{helper.pk}", action="helper.agree", subject=f"resident:{found.person_id}")
        events.tell("helper-agreed", helper=found)
    return found


@transaction.atomic
def note_agreement(*, helper_id: int, person: Resident, by: str) -> Helper:
    """The person, or an officer, says that a helper who is no resident here agreed. Raises NotFoundError."""
    found = (
        Helper.objects.select_for_update(of=("self",))
        .filter(pk=helper_id, person=person, helper=None, ended_at=None)
        .first()
    )
    if found is None:
        raise NotFoundError
    if found.agreed_at is None:
        found.agreed_at = clock.now()
        found.save(update_fields=["agreed_at"])
        audit.record(actor=by, action="helper.agreed", subject=f"resident:{person.pk}")
        events.tell("helper-agreed", helper=found)
    return found


@transaction.atomic
def end_help(*, helper_id: int, by: Resident, actor: str = "") -> None:
    """The person or the helper ends it, at once. Raises NotFoundError for others."""
    mine = Q(person=by) | Q(helper=by)
    found = Helper.objects.select_for_update(of=("self",)).filter(mine, pk=helper_id).first()
    if found is None:
        raise NotFoundError
    if found.ended_at is None:
        found.ended_at, found.code_hash = clock.now(), ""
        found.save(update_fields=["ended_at", "code_hash"])
        who = actor or f"resident:{by.pk}"
        audit.record(actor=who, action="helper.end", subject=f"resident:{found.person_id}")
        events.tell("helper-ended", helper=found)


def standing_helpers(person: Resident) -> QuerySet[Helper]:
    """Who helps the person, or was asked to."""
    return person.helpers.filter(ended_at=None).select_related("helper").order_by("id")


def helped_by(helper: Resident) -> QuerySet[Helper]:
    """Whom a resident helps, or was asked to."""
    return helper.helps.filter(ended_at=None).select_related("person__household").order_by("id")


def helpers_of(people: Collection[UUID]) -> Mapping[UUID, list[Helper]]:
    """Those who agreed to help, of many at once; who has none is not there."""
    found: dict[Any, list[Helper]] = defaultdict(list)
    rows = Helper.objects.filter(person__in=people, ended_at=None, agreed_at__isnull=False).select_related("helper")
    for row in rows.order_by("id"):
        found[row.person_id].append(row)
    return found
