"""Everything that is held on a resident, for them to take along."""

from datetime import date, datetime
from typing import Any

from todoke.capabilities.forms.queries import open_drafts
from todoke.exchange.messages.queries import inbox
from todoke.exchange.passes.queries import scans_of
from todoke.kernel import clock
from todoke.loops.apply.models import Case, Submission
from todoke.loops.apply.queries import cases_of_resident
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.people import consents
from todoke.registry.people.agency import standing_agencies
from todoke.registry.people.helpers import helped_by, standing_helpers
from todoke.registry.people.keys import KEYS, label_of
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import access_entries, batch_reads, history_of, own_facts
from todoke.registry.people.types import KnownFact
from todoke.registry.people.whereabouts import whereabouts_of


def everything_about(resident: Resident) -> dict[str, Any]:
    """Facts and their history, drafts, cases, messages, check-ins, looks, consents, agencies, helpers.

    Files are named alone.
    """
    facts = own_facts(resident)
    return {
        "made_at": clock.now().isoformat(),
        "contact": {"email": resident.email, "wants_email": resident.wants_email, "language": resident.language},
        "facts": [{"label": label_of(key), **_fact(facts[key])} for key in facts],
        "history": {key: rows for key in KEYS if (rows := [_fact(f) for f in history_of(resident, key)])},
        "cases": [_case(case) for case in cases_of_resident(resident)],
        "check_ins": _check_ins(resident),
        **_looks(resident),
        "drafts": [
            {"service": pack_of(draft.pack_version_id).titles["ja"], "answers": draft.answers}
            for draft in open_drafts(resident)
        ],
        "messages": [
            {"at": _moment(m.created_at), "from": m.sender, "subject": m.subject, "body": m.body}
            for m in inbox(resident)
        ],
        **_others(resident),
        "places": [
            {"kind": one.kind, "name": one.name, "longitude": one.longitude, "latitude": one.latitude}
            for one in whereabouts_of(resident)
        ],
        "consents": sorted(consents.standing(resident)),
    }


def _case(case: Case) -> dict[str, Any]:
    decided = hasattr(case, "decision")
    return {
        "receipt_number": case.receipt_number,
        "service": pack_of(case.pack_version_id).titles["ja"],
        "received_at": _moment(case.received_at),
        "state": case.state,
        "submissions": [_submission(one) for one in case.submissions.order_by("number")],
        "talk": [
            {"at": _moment(said.at), "text": said.text} for said in case.messages.filter(internal=False).order_by("at")
        ],
        "decision": {"outcome": case.decision.outcome, "letter": case.decision.letter} if decided else None,
    }


def _submission(submission: Submission) -> dict[str, Any]:
    return {
        "number": submission.number,
        "submitted_at": _moment(submission.submitted_at),
        "answers": submission.answers,
        "files": [attachment.name for attachment in submission.attachments.order_by("pk")],
    }


def _check_ins(resident: Resident) -> list[dict[str, Any]]:
    return [
        {"at": _moment(scan.at), "shelter": scan.shelter.name, "what": scan.kind, "how": scan.how}
        for scan in scans_of(resident)
    ]


def _looks(resident: Resident) -> dict[str, Any]:
    """Who looked at them, and who at everybody."""
    return {
        "looks": [
            {
                "at": _moment(entry.at),
                "who": entry.actor_name,
                "what": entry.what,
                "facts": entry.keys,
                "purpose": entry.purpose,
                "reason": entry.reason,
            }
            for entry in access_entries(resident)
        ],
        "looks_at_everybody": [
            {"at": _moment(read.at), "who": read.actor_name, "purpose": read.purpose, "facts": read.keys}
            for read in batch_reads()
        ],
    }


def _others(resident: Resident) -> dict[str, Any]:
    """Who acts for them, who helps them, whom they help."""
    return {
        "agencies": [
            {"agent": one.agent.name if one.agent else "", "basis": one.basis, "until": _day(one.valid_to)}
            for one in standing_agencies(resident)
        ],
        "helpers": [
            {"name": one.name, "phone": one.phone, "since": _moment(one.agreed_at) if one.agreed_at else None}
            for one in standing_helpers(resident)
        ],
        "helps": [one.person.name for one in helped_by(resident)],
    }


def _fact(fact: KnownFact) -> dict[str, Any]:
    return fact.as_json() | {"until": _day(fact.until), "stale": fact.stale}


def _moment(at: datetime) -> str:
    return at.isoformat()


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
