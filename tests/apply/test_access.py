"""Every address as every role and as a stranger; an address that is new and not listed here fails the test."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.apply.conftest import Town
from todoke.capabilities.forms.models import Draft
from todoke.exchange.messages.actions import token_of
from todoke.exchange.messages.models import Message
from todoke.kernel import sessions
from todoke.kernel.clock import now
from todoke.kernel.models import AuditEntry
from todoke.loops.apply.actions.review import assign_case, write_note
from todoke.loops.apply.actions.submission import submit_draft
from todoke.loops.apply.models import Case
from todoke.registry.organisations.models import Officer
from todoke.registry.people.models import Resident

EVERYONE = {
    "portal:service-worker",
    "portal:home",
    "portal:help",
    "portal:privacy",
    "portal:accessibility",
    "portal:login",
    "portal:login-callback",
    "portal:jwks",
    "portal:services",
    "portal:service",
    "portal:postal-code",
    "portal:follow",
    "public:now",
    "public:now-history",
    "public:now-json",
    "public:now-geojson",
    "public:now-rss",
    "public:now-cap",
    "public:progress",
    "public:progress-indicators",
    "public:progress-places",
    "public:progress-explore",
    "public:data",
    "public:data-json-ld",
    "public:data-turtle",
    "public:robots",
    "public:sitemap",
    "api:data",
    "api:openapi",
    "console:login",
    "console:invitation",
    "reader:enrol",
    "reader:keys",
    "reader:service-worker",
    "healthz",
    "readyz",
    "metrics",
}
"""Pages without anybody's data."""

PUBLISHED = {
    "public:progress-card",
    "public:progress-indicator",
    "public:progress-chart",
    "public:progress-measure",
    "public:progress-place",
    "public:progress-evaluation",
    "public:progress-explore-file",
    "public:data-set",
    "public:data-schema",
    "public:data-csv",
    "public:data-json",
    "public:data-parquet",
    "api:records",
}
"""For everyone too, once what they name is published; nothing is in this town. tests/improve/test_progress_pages.py
and test_open_data.py."""

LINKS = {"public:message"}
"""Pages to which a signed link is the only key, whoever follows it."""

POST_ONLY = {
    "console:policy-open",
    "console:policy-move",
    "console:policy-report-begin",
    "console:policy-report-autosave",
    "console:policy-upload-remove",
    "console:policy-report-accept",
    "console:policy-report-approve",
    "console:policy-report-return",
    "console:policy-evaluate",
    "console:policy-publish",
    "console:policy-comment",
    "console:policy-evaluation-change",
    "console:policy-meeting-call",
    "console:policy-meeting-lay",
    "console:policy-team-end",
    "console:policy-release",
    "console:policy-take-in",
    "portal:prepared-needs",
    "portal:prepared-member-say",
    "portal:prepared-help-ask",
    "portal:prepared-help-agree",
    "portal:prepared-help-end",
    "portal:prepared-place-add",
    "portal:prepared-place-end",
    "console:support-add",
    "console:notice-deed",
    "portal:pass-renew",
    "reader:find",
    "reader:check-in",
    "reader:operator",
    "reader:scans",
    "console:situation-call",
    "console:publication-again",
    "console:order-deed",
    "console:reader-enrol",
    "console:reader-end",
    "console:shelter-deed",
    "console:shelter-correct",
    "console:shelter-download",
    "portal:language",
    "portal:logout",
    "portal:logout-everywhere",
    "portal:start",
    "portal:discard",
    "portal:upload-remove",
    "portal:autosave",
    "portal:questions",
    "portal:case-message",
    "portal:case-correct",
    "portal:contact",
    "portal:fact-say",
    "portal:fact-contest",
    "portal:consent",
    "portal:for-me-answer",
    "portal:agent-grant",
    "portal:agent-take-up",
    "portal:agent-end",
    "portal:act",
    "portal:ways-telephone",
    "portal:ways-confirm",
    "portal:ways-line",
    "portal:ways-device",
    "portal:ways-wishes",
    "portal:ways-end",
    "portal:act-stop",
    "console:assign-selected",
    "console:case-assign",
    "console:case-correction",
    "console:case-note",
    "console:case-reason",
    "console:case-message",
    "console:case-dismiss",
    "console:case-propose",
    "console:case-approve",
    "console:case-send-back",
    "console:logout",
    "console:passkey-begin",
    "console:passkey-finish",
    "console:passkey-add-begin",
    "console:passkey-add-finish",
    "console:passkey-remove",
    "console:logout-everywhere",
    "console:password",
    "console:one-time-code",
    "console:invitation-passkey-begin",
    "console:invitation-passkey-finish",
    "console:office-invite",
    "console:office-reinvite",
    "console:office-role",
    "console:office-deactivate",
}
MACHINES = {"api:telegrams", "api:readings", "api:commons", "api:receipts", "api:line", "api:arrived"}
"""For whoever has a token or signs, and nobody else; tests/reach/test_sources.py and tests/messages/test_ways.py have
their answers."""

ANSWERED_OTHERWISE = {"reader:enrol", "console:invitation", "portal:login", "portal:login-callback"}
"""Pages that need more than an address: a secret, a provider that answers."""

HARMLESS = {"portal:language", "portal:logout", "portal:logout-everywhere", "console:logout", "portal:start"}
"""Deeds that touch nothing but the visitor's own session or draft."""

OWN_DEEDS = {
    "portal:prepared-needs",
    "portal:prepared-help-ask",
    "portal:prepared-place-add",
    "portal:pass-renew",
    "portal:contact",
    "portal:fact-say",
    "portal:fact-contest",
    "portal:consent",
    "portal:for-me-answer",
    "portal:agent-grant",
    "portal:agent-take-up",
    "portal:act-stop",
    "portal:ways-telephone",
    "portal:ways-line",
    "portal:ways-device",
    "portal:ways-wishes",
}
"""Deeds that touch the resident's own data, whoever the resident is."""

RESIDENTS = {
    "portal:prepared",
    "portal:pass",
    "portal:cases",
    "portal:inbox",
    "portal:my-data",
    "portal:ways",
    "portal:my-data-download",
    "portal:fact",
    "portal:for-me",
    "portal:agents",
}
OWNER = {
    "portal:prepared-member",
    "portal:draft",
    "portal:review",
    "portal:upload",
    "portal:page",
    "portal:case",
    "portal:case-answers",
    "portal:case-file",
    "portal:case-withdraw",
    "portal:case-decision",
    "portal:case-receipt",
    "portal:message",
}
OFFICERS = {"console:worklist", "console:security"}
HANDLERS = {"console:rules", "console:notices"}
"""For those who handle cases, in whatever office."""
DESK = {"console:peek", "console:case", "console:case-file"}
ADMINISTRATORS = {"console:office"}
AUDITORS = {"console:audit"}
DOORS = {"reader:door", "reader:shell"}
"""For devices that an officer enrolled; nobody else, whoever they are."""
CRISIS_DESK = {
    "console:situations",
    "console:situation",
    "console:situation-live",
    "console:situation-telegrams",
    "console:situation-calls",
    "console:situation-report",
    "console:order-new",
    "console:order",
    "console:waiting-alert",
    "console:support-list",
    "console:check-in",
    "console:shelters",
    "console:pass-cards",
    "console:shelter-door",
    "console:shelter-people",
}
"""For officers of 危機管理課; none is in this town."""
NOTICES = {"console:notice", "console:notice-results", "public:survey"}
"""For the office that sent a notice, and those who got one with questions; nobody has in this town."""
POLICY_DESK = {
    "console:policy",
    "console:policy-report",
    "console:policy-report-write",
    "console:policy-upload",
    "console:policy-evaluation",
    "console:policy-papers",
    "console:policy-meetings",
    "console:policy-meeting",
    "console:policy-meeting-papers",
    "console:policy-meeting-minutes",
    "console:policy-teams",
    "console:policy-team",
    "console:policy-places",
    "console:policy-places-csv",
    "console:policy-paper",
    "console:policy-figures",
    "console:policy-indicator",
}
"""For offices that report on a policy, or count paper beside it; none is in force in this town."""
REGISTRARS = {"console:agencies"}
"""For officers of the offices that keep the register of residents; none is in this town."""


def named_patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            yield from named_patterns(entry, inner)
        else:
            assert entry.name, f"{entry.pattern} has no name"
            yield f"{namespace}{entry.name}", entry


def signed_in(person: Resident | Officer | None) -> Client:
    client = Client()
    if person is not None:
        kind = "resident" if isinstance(person, Resident) else "officer"
        store = sessions.SessionStore()
        store[sessions.PRINCIPAL] = f"{kind}:{person.pk}"
        store["seen"] = now().timestamp()
        store.create()
        client.cookies["todoke"] = store.session_key or ""
    return client


@pytest.fixture
def objects(town: Town) -> dict[str, object]:
    """What the addresses name, all of it the mother's."""
    case = town.case()
    write_note(case=case, officer=town.officer, text="内部")
    draft = town.childcare_draft()
    upload = draft.uploads.first()
    attachment = case.submissions.get().attachments.first()
    message = Message.objects.filter(resident=town.mother).first()
    assert upload
    assert attachment
    assert message
    return {
        "pack_id": "childcare-place",
        "draft_id": draft.pk,
        "page_id": "applicant",
        "upload_id": upload.pk,
        "receipt_number": case.receipt_number,
        "attachment_id": attachment.pk,
        "message_id": message.pk,
        "token": token_of(message.pk),
        "secret": "0000-0000-0000-0000",
        "key": "work.employer",
        "member_id": town.child.pk,
        "purpose": "proactive",
    }


def address(name: str, pattern: URLPattern, objects: dict[str, object]) -> str:
    wanted = {key: objects.get(key, 1) for key in pattern.pattern.converters}
    return reverse(name, kwargs=wanted)


def allowed(name: str) -> set[str]:
    """Who gets 200; everyone else is sent to a log-in or told that there is nothing."""
    everyone = {"stranger", "mother", "neighbour", "officer", "elsewhere", "administrator", "auditor", "platform"}
    staff = everyone - {"stranger", "mother", "neighbour"}
    groups: tuple[tuple[set[str], set[str]], ...] = (
        (EVERYONE, everyone),
        (LINKS, everyone),
        (PUBLISHED, set()),
        (RESIDENTS, {"mother", "neighbour"}),
        (OWNER, {"mother"}),
        (OFFICERS, staff),
        (DESK, {"officer"}),
        (HANDLERS, {"officer", "elsewhere", "administrator"}),
        (ADMINISTRATORS, {"administrator", "platform"}),
        (AUDITORS, {"auditor", "platform"}),
        (REGISTRARS, set()),
        (NOTICES, set()),
        (DOORS, set()),
        (CRISIS_DESK, set()),
        (POLICY_DESK, set()),
    )
    for names, roles in groups:
        if name in names:
            return roles
    raise AssertionError(f"{name} is an address that this test does not know: say who may open it")


def test_every_address_as_every_role(town: Town, objects: dict[str, object]) -> None:
    people: dict[str, Resident | Officer | None] = {
        "stranger": None,
        "mother": town.mother,
        "neighbour": town.neighbour,
        "officer": town.officer,
        "elsewhere": town.elsewhere,
        "administrator": town.administrator,
        "auditor": town.auditor,
        "platform": town.platform,
    }
    wrong = []
    for name, pattern in named_patterns(get_resolver()):
        if name in POST_ONLY | MACHINES or name in {"console:totp-qr"}:
            continue
        roles = allowed(name)
        for role, person in people.items():
            response = signed_in(person).get(address(name, pattern, objects))
            fine = {200, 302, 503} if name in EVERYONE | {"portal:draft"} else {200}
            opened = response.status_code in fine
            if name == "portal:case-decision":
                opened, roles = response.status_code == 200, set()
            if role in roles and not opened and name not in ANSWERED_OTHERWISE:
                wrong.append(f"{name} is {response.status_code} for {role}")
            if role not in roles and response.status_code not in {302, 404}:
                wrong.append(f"{name} is {response.status_code} for {role}, who may not open it")
            if role not in roles and response.status_code == 302 and "login" not in response.headers["Location"]:
                wrong.append(f"{name} sends {role} to {response.headers['Location']}")
    assert wrong == []


def test_every_deed_as_who_may_not_do_it(town: Town, objects: dict[str, object]) -> None:
    wrong = []
    before = Draft.objects.count()
    for name, pattern in named_patterns(get_resolver()):
        if name not in POST_ONLY or name in HARMLESS:
            continue
        for role, person in (("stranger", None), ("neighbour", town.neighbour), ("elsewhere", town.elsewhere)):
            if role == "neighbour" and name in OWN_DEEDS:
                continue
            if role == "elsewhere" and name in {
                "console:assign-selected",
                "console:logout-everywhere",
                "console:passkey-add-begin",
                "console:passkey-add-finish",
                "console:passkey-remove",
            }:
                continue
            response = signed_in(person).post(address(name, pattern, objects), {"text": "x"})
            if response.status_code < 400 and "login" not in response.headers.get("Location", "login"):
                wrong.append(f"{name} is {response.status_code} for {role}")
    assert wrong == []
    assert Draft.objects.count() == before


def test_every_address_without_a_role_of_its_own_is_listed() -> None:
    known = (
        EVERYONE
        | LINKS
        | PUBLISHED
        | REGISTRARS
        | NOTICES
        | DOORS
        | CRISIS_DESK
        | POLICY_DESK
        | POST_ONLY
        | MACHINES
        | RESIDENTS
        | OWNER
        | OFFICERS
        | HANDLERS
        | DESK
        | ADMINISTRATORS
        | AUDITORS
        | {"console:totp-qr"}
    )
    assert {name for name, _pattern in named_patterns(get_resolver())} == known


def test_a_secret_opens_its_own_case_only(town: Town) -> None:
    draft, secret = town.records_draft()
    case = submit_draft(draft=draft, language="ja")
    mine, others = Client(), Client()
    mine.post("/follow/", {"receipt_number": case.receipt_number, "secret": secret})
    assert mine.get(f"/cases/{case.receipt_number}/").status_code == 200
    assert others.get(f"/cases/{case.receipt_number}/").status_code == 404
    assert mine.get(f"/cases/{town.case().receipt_number}/").status_code == 404


def test_a_second_press_shows_the_same_receipt_and_secret(town: Town) -> None:
    draft, secret = town.records_draft()
    client = Client()
    assert client.post("/follow/", {"secret": secret}).headers["Location"] == f"/apply/{draft.pk}/"
    pages = [client.post(f"/apply/{draft.pk}/review/").content.decode() for _press in range(2)]
    assert all(f"data-secret>{secret}<" in page for page in pages)
    assert Case.objects.count() == 1
    assert client.get(f"/apply/{draft.pk}/").headers["Location"] == "/follow/"


def test_taking_selected_cases_leaves_a_colleagues(town: Town) -> None:
    free, taken = town.case(), town.case()
    assign_case(case=taken, officer=town.approver, by=town.approver)
    numbers = [free.receipt_number, taken.receipt_number]
    answer = signed_in(town.officer).post("/console/assign/", {"case": numbers})
    assert answer.headers["Location"] == "/console/?left=1"
    assert Case.objects.get(pk=free.pk).assignee == town.officer
    assert Case.objects.get(pk=taken.pk).assignee == town.approver


def test_each_look_of_an_officer_is_in_the_trail_and_the_applicants_log(town: Town) -> None:
    case = town.case()
    signed_in(town.officer).get(f"/console/cases/{case.receipt_number}/")
    signed_in(town.officer).get(f"/console/peek/{case.receipt_number}/")
    assert AuditEntry.objects.filter(action="case.read", subject=f"case:{case.receipt_number}").count() == 2
    looks = town.mother.access_entries.filter(actor=f"officer:{town.officer.pk}")
    assert looks.get().purpose == "申請の審査"


def test_a_character_that_cannot_be_kept_is_refused_and_not_a_fault(town: Town) -> None:
    case = town.case()
    assert signed_in(town.mother).get("/services/?q=%00").status_code == 200
    assert signed_in(town.officer).get("/console/?q=%00").status_code == 422
    answer = signed_in(town.mother).post(f"/cases/{case.receipt_number}/message/", {"text": "a\x00b"})
    assert answer.status_code == 422


def test_headers_that_keep_pages_safe(town: Town) -> None:
    response = signed_in(town.mother).get("/my-data/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert b"<script>" not in response.content
    assert b" style=" not in response.content
