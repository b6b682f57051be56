"""A small prefecture with one town, its office, and a family; and the way to a case."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from todoke.capabilities.forms.actions import attach_file, begin_draft, save_answers
from todoke.capabilities.forms.models import Draft
from todoke.kernel.text import search_key
from todoke.loops.apply.actions.submission import submit_draft
from todoke.loops.apply.models import Case
from todoke.loops.apply.packs import read_packs
from todoke.registry.catalogue.actions import publish_packs
from todoke.registry.catalogue.queries import current_version
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.people.models import Household, Resident


def picture(colour: str = "white") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(kept, "JPEG")
    return kept.getvalue()


@dataclass
class Town:
    """Everything that a case needs."""

    office: Organisation
    records: Organisation
    officer: Officer
    approver: Officer
    administrator: Officer
    elsewhere: Officer
    auditor: Officer
    platform: Officer
    mother: Resident
    child: Resident
    neighbour: Resident

    def childcare_draft(self, **changed: Any) -> Draft:
        version = current_version("childcare-place")
        assert version
        draft, _secret = begin_draft(version=version, resident=self.mother, answers={})
        child = {"id": str(self.child.pk), "source": "register", "name": self.child.name, "birth_date": "2025-06-08"}
        answers = {
            "phone": "0225000000",
            "relation": "mother",
            "children": [{**child, "allergy": False, "support": False}],
            "reason": "work",
            "employer": "見本商店",
            "hours": 140,
            "start": "09:00",
            "end": "17:00",
            "overnight": False,
            "has_spouse": False,
            "begin": "2031-04-01",
            "duration": "standard",
            "wish1": "試験町こども園",
            "sibling": False,
            "consent": True,
        }
        draft = save_answers(draft=draft, answers={**answers, **changed}, revision=None)
        attach_file(draft=draft, question="proof", name="証明書.jpg", content=picture())
        return draft

    def case(self, **changed: Any) -> Case:
        return submit_draft(draft=self.childcare_draft(**changed), language="ja")

    def records_draft(self) -> tuple[Draft, str]:
        version = current_version("records-disclosure")
        assert version
        draft, secret = begin_draft(version=version, resident=None, answers={})
        answers = {
            "kind": "person",
            "name": "例示 修",
            "address": {"postal_code": "9808570", "text": "宮城県仙台市青葉区本町3-8-1"},
            "email": "osamu@example.jp",
            "description": "2025年度に県道の橋の点検をした結果の分かる文書",
            "way": "data",
        }
        return save_answers(draft=draft, answers=answers, revision=None), secret


def _officer(login: str, organisation: Organisation, role: Role) -> Officer:
    officer = Officer.objects.create(login=login, name=f"試験 {login}")
    Membership.objects.create(officer=officer, organisation=organisation, role=role)
    return officer


def _resident(household: Household, relation: str, name: str, birth: date) -> Resident:
    return Resident.objects.create(
        household=household,
        relation=relation,
        name=name,
        name_key=search_key(name),
        birth_date=birth,
        gender="2",
        demonstration=True,
    )


@pytest.fixture
def town(db: None) -> Town:
    kind = OrganisationKind
    make = Organisation.objects.create
    prefecture = make(
        code="04", kind=kind.PREFECTURE, name="宮城県", name_en="Miyagi Prefecture", head_title="宮城県知事"
    )
    city = make(
        code="04202",
        kind=kind.MUNICIPALITY,
        parent=prefecture,
        name="石巻市",
        name_en="Ishinomaki",
        head_title="石巻市長",
        municipality_code="04202",
    )
    office = make(
        code="04202-childcare",
        kind=kind.OFFICE,
        function="childcare",
        parent=city,
        municipality_code="04202",
        name="子ども保育課",
        name_en="Childcare Division",
    )
    records = make(
        code="04-records", kind=kind.OFFICE, function="records", parent=prefecture, name="文書課", name_en="Records"
    )
    home = Household.objects.create(municipality_code="04202", address="宮城県石巻市蛇田1番地1")
    beside = Household.objects.create(municipality_code="04202", address="宮城県石巻市蛇田1番地2")
    packs = read_packs(settings.PACKS)
    publish_packs(packs=packs.values(), actor="system")
    return Town(
        office=office,
        records=records,
        officer=_officer("officer", office, Role.OFFICER),
        approver=_officer("approver", office, Role.APPROVER),
        administrator=_officer("administrator", office, Role.ADMINISTRATOR),
        elsewhere=_officer("elsewhere", records, Role.APPROVER),
        auditor=_officer("auditor", prefecture, Role.AUDITOR),
        platform=_officer("platform", prefecture, Role.PLATFORM),
        mother=_resident(home, "head", "見本 花子", date(1992, 5, 14)),
        child=_resident(home, "child", "見本 はるか", date(2025, 6, 8)),
        neighbour=_resident(beside, "head", "例示 直子", date(1980, 1, 2)),
    )
