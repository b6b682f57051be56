"""A notice of an office to an audience: asked for, confirmed by a second officer where it is to many, sent once."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction

from todoke.exchange.messages.actions.many import write_many
from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import LANGUAGES, Batch, Priority
from todoke.kernel import audit, clock
from todoke.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, StaleError, TodokeError
from todoke.loops.reach.audience import Audience, Selection, select
from todoke.loops.reach.audience.counting import counts_of
from todoke.loops.reach.errors import SecondPersonError
from todoke.loops.reach.models import Notice
from todoke.loops.reach.surveys.questions import survey_form
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.naming import office_name
from todoke.registry.organisations.officers import principal
from todoke.registry.organisations.types import Role
from todoke.registry.people import population
from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader

HANDLING = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)
PREVIEW = "notice.preview"
LONGEST = {"subject": 100, "body": 4000, "short": 200}


class NoticeTextError(InvalidInputError):
    """件名と本文を、日本語で入れてください。"""

    code = "notice-text"


class NoticeAreaError(InvalidInputError):
    """自分の市町村の住民だけに送れます。"""

    code = "notice-area"


class TooFewError(InvalidInputError):
    """この条件に当てはまる人は10人に満たないため、個人を推測されないように、人数を出さず、送ることもできません。"""

    code = "notice-too-few"


class NobodyError(InvalidInputError):
    """当てはまる人がいません。"""

    code = "notice-nobody"


class TooManyPreviewsError(TodokeError):
    """きょう条件を試せる回数を使い切りました。個人を推測されないように、回数に限りがあります。"""

    code = "too-many-previews"
    status = 429


def offices_for_notices(officer: Officer) -> list[Organisation]:
    """Those in whose name the officer may ask for a notice."""
    rows = officer.memberships.filter(role__in=HANDLING).select_related("organisation__parent")
    found = {row.organisation_id: row.organisation for row in rows}
    return sorted(found.values(), key=lambda office: office.code)


def found_for(*, office: Organisation, officer: Officer, audience: Audience) -> Selection:
    """Whom a notice would reach; every resident sees that it was looked for.

    Raises AudienceError, NoticeAreaError, NobodyError, TooFewError for a rule that few fulfil, and
    TooManyPreviewsError.
    """
    actor = principal(officer)
    if audience.rule:
        since = clock.now() - timedelta(days=1)
        if audit.count(actor=actor, action=PREVIEW, since=since) >= settings.SIMULATIONS_A_DAY:
            raise TooManyPreviewsError
        audit.record(actor=actor, action=PREVIEW, subject="rule", organisation_id=office.pk, rule=audience.rule)
    reader = Reader(actor, office_name(office)[:60], "知らせを送る相手を調べるため。人数だけを数えました")
    return _found(office, audience, population.fresh(reader=reader))


def _found(office: Organisation, audience: Audience, everybody: Everybody) -> Selection:
    own = office.municipality_code
    drawn = bool(audience.zones or audience.polygons)
    if own and (set(audience.areas) != {own} or (drawn and not audience.within)):
        raise NoticeAreaError
    selection = select(audience, everybody)
    if not len(selection) and not audience.rule:
        raise NobodyError
    if audience.rule and len(selection) < settings.SMALLEST_COUNT:
        raise TooFewError
    return selection


def ask_for_notice(
    *,
    officer: Officer,
    office: Organisation,
    audience: Audience,
    texts: Mapping[str, Mapping[str, str]],
    questions: Sequence[Mapping[str, Any]] = (),
    anonymous: bool = False,
    changeable: bool = False,
    open_until: date | None = None,
    nonce: UUID | None = None,
) -> Notice:
    """Send it if it is to few; else it waits for a second officer of the office.

    What a form with the same ``nonce`` asked for before is given back as it is.

    That somebody looked how many there are stays noted, also where the notice is refused.

    Raises NotAllowedError, NoticeTextError, SurveyError, and what ``found_for`` does.
    """
    if office not in offices_for_notices(officer):
        raise NotAllowedError
    if before := asked_before(officer=officer, nonce=nonce):
        return before
    kept = _texts(texts)
    survey_form(questions)
    counts = counts_of(found_for(office=office, officer=officer, audience=audience))
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                nonce=nonce,
                office=office,
                audience=audience.as_json(),
                texts=kept,
                questions=list(questions),
                anonymous=anonymous and bool(questions),
                changeable=changeable and not anonymous,
                open_until=open_until if questions else None,
                people=counts.people,
                by_municipality=counts.by_municipality,
                state="waiting",
                asked_by=principal(officer),
                asked_by_name=officer.name,
                asked_at=clock.now(),
            )
            _record(notice, officer, "notice.ask")
            if counts.people <= settings.ALONE_MOST:
                send_notice(notice=notice)
    except IntegrityError:
        if before := asked_before(officer=officer, nonce=nonce):
            return before
        raise
    return notice


def asked_before(*, officer: Officer, nonce: UUID | None) -> Notice | None:
    """What the officer's form with this nonce asked for already."""
    if nonce is None:
        return None
    return Notice.objects.filter(nonce=nonce, asked_by=principal(officer)).first()


def _texts(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    kept = {
        language: {part: text.get(part, "").strip()[:longest] for part, longest in LONGEST.items()}
        for language, text in texts.items()
        if language in LANGUAGES and text.get("subject", "").strip() and text.get("body", "").strip()
    }
    if "ja" not in kept:
        raise NoticeTextError
    return kept


@transaction.atomic
def confirm_notice(*, officer: Officer, notice_id: int) -> Notice:
    """A second officer of the office sends what waits. Raises NotFoundError, StaleError, SecondPersonError."""
    notice = _waiting(officer, notice_id)
    if notice.asked_by == principal(officer):
        raise SecondPersonError
    notice.confirmed_by, notice.confirmed_by_name = principal(officer), officer.name
    notice.save(update_fields=["confirmed_by", "confirmed_by_name"])
    _record(notice, officer, "notice.confirm")
    send_notice(notice=notice)
    return notice


@transaction.atomic
def withdraw_notice(*, officer: Officer, notice_id: int) -> Notice:
    """What waits is not sent. Raises NotFoundError, StaleError."""
    notice = _waiting(officer, notice_id)
    notice.state = "withdrawn"
    notice.save(update_fields=["state"])
    _record(notice, officer, "notice.withdraw")
    return notice


def _waiting(officer: Officer, notice_id: int) -> Notice:
    offices = offices_for_notices(officer)
    rows = Notice.objects.select_for_update(of=("self",)).select_related("office__parent")
    notice = rows.filter(pk=notice_id, office__in=offices).first()
    if notice is None:
        raise NotFoundError
    if notice.state != "waiting":
        raise StaleError
    return notice


def _record(notice: Notice, officer: Officer, action: str) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"notice:{notice.pk}",
        organisation_id=notice.office_id,
        people=notice.people,
    )


@transaction.atomic
def send_notice(*, notice: Notice) -> None:
    """A message for each resident whom the audience means now, and the jobs that carry them; once."""
    if notice.state == "sent":
        return
    reader = Reader("system", "トドケ", f"{office_name(notice.office)}の知らせを送るため")
    everybody = population.fresh(reader=reader)
    selection = _found(notice.office, Audience.from_json(notice.audience), everybody)
    now = clock.now()
    wording = Wording.objects.create(
        key=f"notice:{notice.pk}",
        about=f"notice:{notice.pk}",
        sender=office_name(notice.office),
        priority=Priority.NEWSLETTER,
        texts=notice.texts,
        created_at=now,
    )
    write_many(wording=wording, batch=_batch(selection, now))
    counts = counts_of(selection)
    notice.people, notice.by_municipality = counts.people, counts.by_municipality
    notice.state, notice.sent_at = "sent", now
    notice.save(update_fields=["people", "by_municipality", "state", "sent_at"])


def _batch(selection: Selection, now: Any) -> Batch:
    everybody = selection.everybody
    codes = np.array([code.encode() for code in [*everybody.municipalities, ""]])
    languages = np.array([language.encode() for language in [*LANGUAGES, "ja"]])
    return Batch(
        started_at=now,
        residents=everybody.id_bytes(selection.rows),
        languages=languages[everybody.take("language", selection.rows)],
        municipalities=codes[selection.municipality],
    )
