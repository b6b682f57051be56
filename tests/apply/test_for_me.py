"""Services that find their residents, and say why."""

import dataclasses
import json
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from todoke.capabilities.forms.actions import begin_draft
from todoke.capabilities.forms.models import Draft
from todoke.exchange.messages.models import Message
from todoke.kernel import clock
from todoke.loops.apply import proactive
from todoke.loops.apply.actions.decision import approve_decision, propose_decision
from todoke.loops.apply.actions.submission import facts_for
from todoke.loops.apply.findings import blocking_findings, findings_of
from todoke.loops.apply.jobs import check_everybody, check_resident
from todoke.loops.apply.matching import Verdict, explained, verdicts
from todoke.loops.apply.models import Case, Decision, FittingService
from todoke.registry.catalogue.queries import current_packs, current_version, pack_of
from todoke.registry.catalogue.types import Renewal
from todoke.registry.people import consents
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import own_facts
from todoke.registry.people.types import Source


def pupil(town: Town) -> Resident:
    return Resident.objects.create(
        household=town.mother.household,
        relation="child",
        name="見本 ひかり",
        name_key="x",
        birth_date=date(clock.today().year - 8, 5, 1),
        gender="2",
    )


def verdict_on(resident: Resident, pack_id: str) -> Verdict:
    resident = Resident.objects.select_related("household").get(pk=resident.pk)
    found = verdicts(current_packs(), own_facts(resident), clock.today())
    return next(verdict for verdict in found if verdict.pack.id == pack_id)


def asked(resident: Resident, pack_id: str) -> tuple[str, ...]:
    resident = Resident.objects.select_related("household").get(pk=resident.pk)
    return explained(verdict_on(resident, pack_id), own_facts(resident), clock.today(), "ja").ask


def test_what_fits_what_may_and_what_does_not(town: Town) -> None:
    pupil(town)
    assert verdict_on(town.mother, "child-allowance").holds is True
    school = verdict_on(town.mother, "school-supplies-aid")
    assert school.holds is None
    assert {"welfare.receives", "tax.resident_exempt"} <= set(asked(town.mother, "school-supplies-aid"))
    learn_facts(resident=town.mother, said={"disaster.damage": "none"})
    assert verdict_on(town.mother, "disaster-grant").holds is False
    assert verdict_on(town.neighbour, "child-allowance").holds is False


def test_what_may_settle_it_alone_is_asked_first(town: Town) -> None:
    first = asked(town.neighbour, "vehicle-tax-relief")[0]
    assert first in {"disability.certificate", "vehicle.owned", "disability.grade"}
    learn_facts(resident=town.neighbour, said={first: False if first == "vehicle.owned" else "none"})
    assert verdict_on(town.neighbour, "vehicle-tax-relief").holds is False


def test_answers_change_the_verdict_at_once(town: Town) -> None:
    pupil(town)
    client = signed_in(town.mother)
    page = client.get("/for-me/").content.decode()
    assert 'name="tax.resident_exempt"' in page
    for_browser = json.loads(unescape(re.findall(r'data-rule="([^"]+)"', page)[0]))
    assert for_browser["tree"]["call"]
    assert "name" not in for_browser["scope"]["facts"]
    sent = client.post("/for-me/school-supplies-aid/answer/", {"tax.resident_exempt": "yes", "welfare.receives": ""})
    assert sent.headers["Location"] == "/for-me/#school-supplies-aid"
    assert verdict_on(town.mother, "school-supplies-aid").holds is True
    assert own_facts(town.mother)["tax.resident_exempt"].source == "self"


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(town: Town) -> None:
    pupil(town)
    client = signed_in(town.mother)
    answer = client.post(
        "/for-me/school-supplies-aid/answer/", {"tax.resident_exempt": "たぶん", "welfare.receives": "no"}
    )
    assert answer.status_code == 422
    assert "どちらかを選んでください" in answer.content.decode()
    assert own_facts(town.mother)["welfare.receives"].value is False


@pytest.mark.parametrize("key", ["name", "household.children", "nothing"])
def test_nobody_answers_what_a_register_knows(town: Town, key: str) -> None:
    before = own_facts(town.mother)
    signed_in(town.mother).post("/for-me/child-allowance/answer/", {key: "x"})
    assert own_facts(town.mother) == before


def test_every_reason_is_a_sentence_in_both_languages(town: Town) -> None:
    pupil(town)
    for reading in ("ja", "en"):
        facts = own_facts(town.mother)
        for verdict in verdicts(current_packs(), facts, clock.today()):
            reasons = explained(verdict, facts, clock.today(), reading).reasons
            assert reasons
            for reason in reasons:
                assert reason.text
                assert not set("_&|(){}") & set(reason.text.replace("（", "").replace("）", "")) or reading == "en"


def test_a_stranger_is_asked_to_log_in() -> None:
    assert Client().get("/for-me/").headers["Location"].startswith("/login/")


def check_all(pack_id: str = "") -> None:
    for pack in proactive.told_of():
        if pack_id in {"", pack.id}:
            check_everybody(pack_id=pack.id)


def allow(resident: Resident) -> None:
    consents.set_consent(resident=resident, purpose="proactive", given=True)


def told(resident: Resident) -> list[str]:
    return sorted(
        Message.objects.filter(resident=resident, cause__key__startswith="fits:").values_list("about", flat=True)
    )


def test_who_allowed_it_is_told_once_and_nobody_else(town: Town) -> None:
    allow(town.mother)
    for _again in range(3):
        check_all()
    assert "service:child-allowance" in told(town.mother)
    assert len(told(town.mother)) == len(set(told(town.mother)))
    assert told(town.neighbour) == []


def test_what_was_seen_on_the_page_is_not_told(town: Town) -> None:
    allow(town.mother)
    signed_in(town.mother).get("/for-me/")
    check_all()
    assert told(town.mother) == []


def test_a_fact_that_changes_tells_of_what_fits_since(town: Town) -> None:
    pupil(town)
    allow(town.mother)
    signed_in(town.mother).get("/for-me/")
    learn_facts(resident=town.mother, said={"tax.resident_exempt": True})
    check_resident(resident_id=str(town.mother.pk))
    assert told(town.mother) == ["service:school-supplies-aid"]


def test_who_took_it_back_is_told_nothing(town: Town) -> None:
    allow(town.mother)
    consents.set_consent(resident=town.mother, purpose="proactive", given=False)
    check_all()
    check_resident(resident_id=str(town.mother.pk))
    assert told(town.mother) == []


def test_who_applied_already_is_not_told(town: Town) -> None:
    town.case()
    allow(town.mother)
    check_all("childcare-place")
    assert told(town.mother) == []
    assert not FittingService.objects.filter(pack="childcare-place").exists()


def test_a_month_later_a_birthday_makes_a_service_fit(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(town.neighbour)
    check_all("child-allowance")
    assert told(town.neighbour) == []
    Resident.objects.create(
        household=town.neighbour.household,
        relation="child",
        name="例示 ゆめ",
        name_key="y",
        birth_date=clock.today() - timedelta(days=1),
        gender="1",
    )
    check_all("child-allowance")
    assert told(town.neighbour) == ["service:child-allowance"]


def test_the_notice_is_in_the_readers_language(town: Town) -> None:
    Resident.objects.filter(pk=town.mother.pk).update(language="en")
    allow(town.mother)
    check_all("child-allowance")
    message = Message.objects.get(resident=town.mother, about="service:child-allowance")
    version = current_version("child-allowance")
    assert version
    assert pack_of(version.pk).titles["en"] in message.subject


def test_what_an_office_found_right_is_a_fact_and_what_contradicts_it_a_finding(town: Town) -> None:
    learn_facts(
        resident=town.mother, said={"disaster.damage": "total"}, source=Source.OFFICE, detail="2026-04202-000001"
    )
    learn_facts(resident=town.mother, said={"disaster.damage": "none"})
    version = current_version("disaster-grant")
    assert version
    draft, _secret = begin_draft(version=version, resident=town.mother, answers={})
    facts = facts_for(draft)
    assert facts["disaster.damage"].value == "total"
    case = town.case()
    submission = case.submissions.get()
    submission.facts = [fact.as_json() for fact in facts.values()]
    submission.save()
    case.pack_version_id = version.pk
    case.save()
    finding = next(f for f in findings_of(case) if f.check_id == "contradicts-disaster.damage")
    assert (finding.question, finding.weight, finding.raised) == ("damage", "must", True)
    assert "被害はない" in finding.text["ja"]
    assert "全壊" in finding.text["ja"]
    assert finding in blocking_findings(case)


def test_who_contests_a_register_begins_a_case_and_changes_nothing(town: Town) -> None:
    client = signed_in(town.mother)
    before = own_facts(town.mother)
    answer = client.post("/my-data/facts/address.full/contest/")
    draft = Draft.objects.get(resident=town.mother)
    assert answer.headers["Location"] == f"/apply/{draft.pk}/"
    assert draft.answers == {"key": "address", "held": before["address.full"].value}
    client.post("/my-data/facts/name/contest/")
    assert client.post("/my-data/facts/address.full/contest/").headers["Location"] == f"/apply/{draft.pk}/"
    contested = [one.answers["key"] for one in Draft.objects.filter(resident=town.mother)]
    assert sorted(contested) == ["address", "name"]
    assert own_facts(town.mother) == before


def test_my_data_says_it_all(town: Town) -> None:
    client = signed_in(town.mother)
    client.post("/my-data/facts/tax.resident_exempt/say/", {"tax.resident_exempt": "yes"})
    assert own_facts(town.mother)["tax.resident_exempt"].value is True
    wrong = client.post("/my-data/facts/income.assessed/say/", {"income.assessed": "たくさん"})
    assert wrong.status_code == 422
    assert "たくさん" in wrong.content.decode()
    client.post("/my-data/facts/tax.resident_exempt/say/", {"action": "withdraw"})
    assert "tax.resident_exempt" not in own_facts(town.mother)
    whole = client.get("/my-data/download/").json()
    assert [row["value"] for row in whole["history"]["tax.resident_exempt"]] == [None, True]
    assert {row["key"] for row in whole["facts"]} >= {"name", "household.children"}
    assert set(whole) >= {
        "contact",
        "drafts",
        "cases",
        "messages",
        "looks",
        "looks_at_everybody",
        "agencies",
        "consents",
    }


def decided(town: Town, days_ago: int) -> Decision:
    case = town.case()
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    case.refresh_from_db()
    decision = approve_decision(case=case, officer=town.approver, ticks=(), revision=case.revision)
    decision.decided_at -= timedelta(days=days_ago)
    decision.save()
    Case.objects.update(received_at=decision.decided_at - timedelta(days=20))
    return decision


@pytest.mark.parametrize(("days_ago", "renewed"), [(300, False), (345, True), (400, False)])
def test_a_decision_that_ends_is_renewed_in_time_and_once(
    town: Town, monkeypatch: pytest.MonkeyPatch, days_ago: int, renewed: bool
) -> None:
    decision = decided(town, days_ago)
    assert proactive.renew(decision=decision) is False
    pack = pack_of(decision.case.pack_version_id)
    yearly = dataclasses.replace(pack, workflow=dataclasses.replace(pack.workflow, renewal=Renewal(12, 30)))
    monkeypatch.setattr(proactive, "pack_of", lambda _version: yearly)
    assert proactive.renew(decision=decision) is renewed
    proactive.renew(decision=decision)
    drafts = Draft.objects.filter(resident=town.mother, submitted_at=None)
    assert drafts.count() == renewed
    assert Message.objects.filter(cause__key__startswith="renewal:").count() == renewed
    if renewed:
        assert drafts.get().answers["hours"] == 140
        assert not {"consent", "begin"} & set(drafts.get().answers)
        assert "employer" not in drafts.get().answers


def test_the_database_chooses_those_whom_a_rule_fits(town: Town) -> None:
    """All services over everybody: whoever the query leaves out is somebody for whom the rule is not true."""
    pupil(town)
    for resident in (town.mother, town.neighbour):
        allow(resident)
    learn_facts(resident=town.mother, said={"tax.resident_exempt": False})
    learn_facts(resident=town.mother, said={"tax.resident_exempt": True})
    learn_facts(resident=town.neighbour, said={"disaster.damage": "total"}, source=Source.OFFICE)
    learn_facts(resident=town.neighbour, said={"disaster.damage": "none"})
    check_all()
    fitting = {
        resident.pk: sorted(
            f"service:{verdict.pack.id}"
            for verdict in verdicts(current_packs(), own_facts(resident), clock.today())
            if verdict.holds
        )
        for resident in Resident.objects.filter(pk__in=[town.mother.pk, town.neighbour.pk])
    }
    assert {pk: told(Resident.objects.get(pk=pk)) for pk in fitting} == fitting
    assert fitting[town.neighbour.pk] == ["service:disaster-grant"]
    assert "service:school-supplies-aid" in fitting[town.mother.pk]


def test_a_page_follows_the_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proactive, "BATCH", 1)
    child_of = [town.mother, town.neighbour]
    for resident in child_of:
        allow(resident)
    Resident.objects.create(
        household=town.neighbour.household,
        relation="child",
        name="例示 ゆめ",
        name_key="y",
        birth_date=clock.today() - timedelta(days=400),
        gender="1",
    )
    pack = next(pack for pack in proactive.told_of() if pack.id == "child-allowance")
    first = proactive.check_page(pack)
    second = proactive.check_page(pack, first)
    assert {first, second} == {str(resident.pk) for resident in child_of}
    assert proactive.check_page(pack, second) == ""
    assert [told(resident) for resident in child_of] == [["service:child-allowance"]] * 2
