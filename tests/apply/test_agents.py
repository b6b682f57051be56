"""Acting for somebody, through the pages."""

from datetime import timedelta

from django.test import Client

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from todoke.exchange.messages.models import Message
from todoke.kernel import clock
from todoke.loops.apply.actions import submission
from todoke.loops.apply.actions.submission import submit_draft
from todoke.loops.apply.packs import form_of_version
from todoke.registry.catalogue.queries import current_version
from todoke.registry.organisations.models import Membership, Organisation
from todoke.registry.organisations.types import Role
from todoke.registry.people import agency
from todoke.registry.people.agency import acting
from todoke.registry.people.models import Household
from todoke.registry.people.queries import own_facts


def take_up(town: Town) -> Client:
    """The neighbour's browser, who acts for the mother."""
    mother, neighbour = signed_in(town.mother), signed_in(town.neighbour)
    until = (clock.today() + timedelta(days=30)).isoformat()
    page = mother.post("/agents/grant/", {"until": until}).content.decode()
    code = page.partition("data-code>")[2].partition("<")[0]
    assert neighbour.post("/agents/take-up/", {"code": code}).status_code == 302
    assert neighbour.post("/agents/act/", {"person": str(town.mother.pk)}).status_code == 302
    return neighbour


def test_an_agent_sees_the_persons_pages_and_the_strip_says_so(town: Town) -> None:
    neighbour = take_up(town)
    page = neighbour.get("/").content.decode()
    assert "見本 花子さんの手続" in page
    assert "代理：例示 直子" in page
    assert town.mother.access_entries.filter(actor=f"resident:{town.neighbour.pk}").exists()
    neighbour.post("/agents/stop/")
    assert "見本 花子さんの手続" not in neighbour.get("/").content.decode()


def test_what_an_agent_does_is_said_to_be_theirs(town: Town) -> None:
    draft = town.childcare_draft()
    token = acting.set(town.neighbour)
    case = submit_draft(draft=draft, language="ja")
    acting.reset(token)
    event = case.events.get(kind="submitted")
    assert event.actor == f"resident:{town.neighbour.pk}"
    assert "代理 例示 直子" in event.actor_name


def test_an_agent_decides_nothing_that_is_the_persons_own(town: Town) -> None:
    neighbour = take_up(town)
    assert neighbour.post("/my-data/consents/proactive/", {"given": "yes"}).status_code == 404
    assert neighbour.get("/my-data/download/").status_code == 404
    assert neighbour.get("/agents/").status_code == 404
    assert neighbour.get("/my-data/").status_code == 200


def test_once_it_is_ended_the_next_page_is_ones_own(town: Town) -> None:
    neighbour = take_up(town)
    mother = signed_in(town.mother)
    page = mother.get("/agents/").content.decode()
    action = page.partition('action="/agents/')[2]
    mother.post(f"/agents/{town.mother.agencies.get().pk}/end/")
    assert action
    assert "見本 花子さんの手続" not in neighbour.get("/").content.decode()


def test_nobody_acts_for_a_stranger(town: Town) -> None:
    assert signed_in(town.neighbour).post("/agents/act/", {"person": str(town.mother.pk)}).status_code == 404


def test_an_officer_records_a_paper_for_who_has_no_phone(town: Town) -> None:
    residents = Organisation.objects.create(
        code="04202-residents",
        kind="office",
        function="residents",
        parent=town.office.parent,
        municipality_code="04202",
        name="市民課",
    )
    Membership.objects.create(officer=town.officer, organisation=residents, role=Role.OFFICER)
    client = signed_in(town.officer)
    until = (clock.today() + timedelta(days=100)).isoformat()
    form = {"name": town.mother.name, "birth_date": "1992-05-14", "basis": "paper", "until": until}
    wrong = client.post("/console/agencies/", {**form, "birth_date": "1990-01-01"})
    assert wrong.status_code == 422
    assert town.mother.name in wrong.content.decode()
    page = client.post("/console/agencies/", form).content.decode()
    code = page.partition("data-code>")[2].partition("<")[0]
    assert signed_in(town.neighbour).post("/agents/take-up/", {"code": code}).status_code == 302
    assert signed_in(town.approver).get("/console/agencies/").status_code == 404
    assert "コードが作られました" in Message.objects.get(resident=town.mother, about="agency").subject
    elsewhere = client.post("/console/agencies/", {**form, "name": town.neighbour.name, "birth_date": "1980-01-02"})
    assert elsewhere.status_code == 200
    Household.objects.filter(members=town.neighbour).update(municipality_code="04205")
    refused = client.post("/console/agencies/", {**form, "name": town.neighbour.name, "birth_date": "1980-01-02"})
    assert refused.status_code == 422
    ended = client.post("/console/agencies/", {**form, "deed": "end"}).content.decode()
    assert "1件の代理を終わらせました" in ended


def test_a_form_opened_before_acting_began_or_ended_writes_nowhere(town: Town) -> None:
    take_up(town)
    neighbour = signed_in(town.neighbour)
    neighbour.handler.enforce_csrf_checks = True
    address = "/my-data/facts/work.employer/say/"

    def token() -> str:
        page = neighbour.get("/my-data/facts/work.employer/").content.decode()
        return page.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]

    mine = token()
    act = {"person": str(town.mother.pk), "csrfmiddlewaretoken": mine}
    assert neighbour.post("/agents/act/", act).status_code == 302
    assert neighbour.post(address, {"work.employer": "x", "csrfmiddlewaretoken": mine}).status_code == 403
    hers = token()
    agency.end(agency_id=town.mother.agencies.get().pk, by=town.mother)
    assert neighbour.post(address, {"work.employer": "x", "csrfmiddlewaretoken": hers}).status_code == 403
    for person in (town.mother, town.neighbour):
        assert "work.employer" not in own_facts(person)


def test_what_only_a_register_decides_is_taken_with_the_case_and_learnt_by_nobody(town: Town) -> None:
    """A resident of no register says the size of the household: the case has it, the registry does not overwrite."""
    version = current_version("disaster-grant")
    assert version
    form = form_of_version(version.pk)
    size = next(question.id for question in form.questions() if question.fact == "household.size")
    submission._learn(town.mother, form, {size: 3, "damage": "total"}, {}, town.case())
    assert own_facts(town.mother)["disaster.damage"].value == "total"
    assert own_facts(town.mother)["household.size"].source == "register"
