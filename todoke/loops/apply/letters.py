"""The notice of a decision, worded in full before it is approved."""

from todoke.kernel import clock
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Outcome
from todoke.registry.organisations.models import Organisation

APPEAL = """\
教示
１　この処分に不服があるときは、この処分があったことを知った日の翌日から起算して３か月以内に、{authority}に対して審査請求をすることができます。
２　この処分の取消しの訴えは、この処分があったことを知った日の翌日から起算して６か月以内に、{defendant}を被告として（訴訟において{defendant}を代表する者は{representative}となります。）提起することができます。審査請求をした場合は、裁決があったことを知った日の翌日から起算して６か月以内に提起することができます。
３　ただし、処分（裁決）の日の翌日から起算して１年を経過したときは、正当な理由がある場合を除き、審査請求又は訴えを提起することができません。"""
"""行政不服審査法18条・82条1項, 行政事件訴訟法14条・46条; the wording that municipal rules use."""


def letter_for(case: Case, outcome: Outcome, reasons: str) -> str:
    """Title, addressee, text, reasons and 教示, as plain text; a copy of it is what is approved and sent.

    Between offices there is no 処分, and so no letter: ''.
    """
    pack = pack_of(case.pack_version_id)
    if pack.is_internal:
        return ""
    appeal = pack.workflow.appeal
    body = legal_person(case.office)
    names = {"head": body.head_title or body.name, "body": body.name}
    received = case.received_at.astimezone(clock.JAPAN).date()
    text = outcome.letter.format(
        name=case.contact_name,
        receipt_number=case.receipt_number,
        received_on=f"{received.year}年{received.month}月{received.day}日",
        title=outcome.letter_title,
        reasons=reasons,
        **names,
    )
    appeal_text = APPEAL.format(
        authority=appeal.authority.format(**names),
        defendant=appeal.defendant.format(**names),
        representative=appeal.representative.format(**names),
    )
    parts = [
        f"受付番号　{case.receipt_number}",
        f"{case.contact_name}　様",
        names["head"],
        outcome.letter_title,
        text,
        f"決定\n{outcome.titles['ja']}",
    ]
    if reasons:
        parts.append(f"理由\n{reasons}")
    return "\n\n".join([*parts, appeal_text])


def legal_person(office: Organisation) -> Organisation:
    """The prefecture or municipality that an office is a part of."""
    organisation = office
    while organisation.parent is not None and organisation.kind not in {"prefecture", "municipality"}:
        organisation = organisation.parent
    return organisation
