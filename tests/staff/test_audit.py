"""Reading the audit trail."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from tests.staff.conftest import Person, hire
from todoke.kernel import audit, clock
from todoke.kernel.errors import NotAllowedError
from todoke.kernel.models import AuditEntry
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.trail import PAGE, Wanted, trail_for
from todoke.registry.organisations.types import OrganisationKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(city: Organisation) -> Person:
    return hire("kansa.in", city, Role.AUDITOR, name="監査 委員")


@pytest.fixture
def elsewhere(db: None) -> Organisation:
    return Organisation.objects.create(
        code="04101", kind=OrganisationKind.MUNICIPALITY, municipality_code="04101", name="青葉区", name_en="Aoba"
    )


def deed(organisation: Organisation | None, subject: str, actor: str = "system") -> None:
    audit.record(
        actor=actor, action="case.tried", subject=subject, organisation_id=organisation.pk if organisation else None
    )


def subjects(person: Person, **wanted: object) -> set[str]:
    page = trail_for(person.officer, Wanted(action="case.tried", **wanted))  # type: ignore[arg-type]
    return {entry.subject for entry in page.entries}


@pytest.fixture
def deeds(city: Organisation, office: Organisation, other_office: Organisation, elsewhere: Organisation) -> None:
    deed(city, "case:city")
    deed(office, "case:office")
    deed(other_office, "case:other")
    deed(elsewhere, "case:elsewhere")
    deed(None, "case:nowhere")


def test_an_auditor_reads_their_tree(auditor: Person, deeds: None) -> None:
    assert subjects(auditor) == {"case:city", "case:office", "case:other"}


def test_an_offices_auditor_reads_the_office(office: Organisation, deeds: None) -> None:
    assert subjects(hire("ka.kansa", office, Role.AUDITOR)) == {"case:office"}


def test_the_platforms_administrator_reads_all(city: Organisation, deeds: None) -> None:
    platform = hire("kiban.kanri", city, Role.PLATFORM)
    assert len(subjects(platform)) == 5


def test_others_read_nothing(client: Client, manager: Person, deeds: None) -> None:
    with pytest.raises(NotAllowedError):
        trail_for(manager.officer, Wanted())
    manager.login(client)
    assert client.get("/console/audit/").status_code == 404


def test_filters_never_widen(auditor: Person, elsewhere: Organisation, office: Organisation, deeds: None) -> None:
    assert subjects(auditor, organisation_id=elsewhere.pk) == set()
    assert subjects(auditor, subject="case:elsewhere") == set()
    assert subjects(auditor, organisation_id=office.pk) == {"case:office"}
    assert subjects(auditor, subject="case:other") == {"case:other"}
    assert subjects(auditor, who="nobody") == set()
    assert subjects(auditor, who="system") == {"case:city", "case:office", "case:other"}


def test_a_person_is_found_by_name(client: Client, auditor: Person, hanako: Person, office: Organisation) -> None:
    deed(office, "case:hers", f"officer:{hanako.officer.pk}")
    deed(office, "case:not-hers")
    assert subjects(auditor, who="花子") == {"case:hers"}
    auditor.login(client)
    page = client.get("/console/audit/", {"who": hanako.officer.login}).content.decode()
    assert "case:hers" in page
    assert "case:not-hers" not in page
    assert "見本 花子" in page


def test_days_are_japans_and_both_included(auditor: Person, office: Organisation) -> None:
    for day, hour, minute in [(9, 23, 59), (10, 0, 0), (11, 23, 59), (12, 0, 0)]:
        AuditEntry.objects.create(
            at=datetime(2026, 11, day, hour, minute, tzinfo=clock.JAPAN),
            actor="system",
            action="case.tried",
            subject=f"case:{day}",
            organisation_id=office.pk,
        )
    assert subjects(auditor, since=date(2026, 11, 10), until=date(2026, 11, 11)) == {"case:10", "case:11"}


def test_pages_hold_every_entry_once(auditor: Person, office: Organisation) -> None:
    total = 2 * PAGE + 5
    for number in range(total):
        deed(office, f"case:{number}")
    seen: list[str] = []
    before = None
    for _ in range(3):
        page = trail_for(auditor.officer, Wanted(action="case.tried"), before)
        seen += [entry.subject for entry in page.entries]
        before = page.before
    assert before is None
    assert seen == [f"case:{number}" for number in reversed(range(total))]


def test_the_link_to_older_entries_keeps_the_filter(client: Client, auditor: Person, office: Organisation) -> None:
    for number in range(PAGE + 1):
        deed(office, f"case:{number}")
    auditor.login(client)
    page = client.get("/console/audit/", {"who": "system"}).content.decode()
    link = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    older = client.get(link).content.decode()
    assert "case:0<" in older
    assert "case:1<" not in older


def test_what_was_done_is_said_in_words(client: Client, auditor: Person, office: Organisation) -> None:
    audit.record(actor="system", action="case.decided", subject="case:1", organisation_id=office.pk)
    audit.record(actor="system", action="case.decided-not", subject="case:2", organisation_id=office.pk)
    auditor.login(client)
    page = client.get("/console/audit/", {"action": "case.decided"}).content.decode()
    assert "<td>決定しました</td>" in page
    assert "case:2" not in page


def test_reading_is_written_down(client: Client, auditor: Person) -> None:
    auditor.login(client)
    client.get("/console/audit/", {"who": "花子", "since": "2026-11-01"})
    entry = AuditEntry.objects.get(action="audit.read")
    assert entry.actor == f"officer:{auditor.officer.pk}"
    assert entry.detail["filters"] == ["since", "who"]


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"until": "0001-01-01"},
        {"since": "0001-01-01"},
        {"before": "x"},
        {"before": "9" * 30},
        {"before": "9" * 18},
        {"organisation": "-1"},
        {"organisation": "²"},
        {"who": "%"},
        {"who": "\x00"},
        {"action": "\x00"},
        {"subject": "officer:" + "9" * 40},
    ],
)
def test_nonsense_in_the_address_breaks_nothing(client: Client, auditor: Person, query: dict[str, str]) -> None:
    auditor.login(client)
    assert client.get("/console/audit/", query).status_code == 200


def test_what_people_typed_cannot_become_html(client: Client, auditor: Person, office: Organisation) -> None:
    audit.record(actor="system", action="case.tried", subject="<b>x</b>", organisation_id=office.pk, note="<i>y</i>")
    auditor.login(client)
    page = client.get("/console/audit/").content.decode()
    assert "<b>x</b>" not in page
    assert "<i>y</i>" not in page


def test_an_old_day_of_entries_is_found_among_many(auditor: Person, office: Organisation) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=clock.now() - timedelta(days=number),
            actor="system",
            action="case.tried",
            subject=f"case:{number}",
            organisation_id=office.pk,
        )
        for number in range(400)
    )
    day = (clock.now() - timedelta(days=300)).astimezone(clock.JAPAN).date()
    assert subjects(auditor, since=day, until=day) == {"case:300"}
