"""The prefecture, its municipalities, and an office for every function that the packs name."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from todoke.loops.improve.policies import load_policies
from todoke.registry.organisations.actions import set_organisation
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.types import OrganisationKind
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture

PHONE = "000-000-0000"
"""Not a number that can be called."""
COUNTER = "本庁舎（デモ用の案内です）。平日 8時30分から17時15分まで"


@dataclass(frozen=True)
class OfficeKind:
    """An office as each municipality, or the prefecture, has one."""

    function: str
    name: str
    name_en: str


CHILDCARE = OfficeKind("childcare", "子ども保育課", "Childcare Office")
RECORDS = OfficeKind("records", "情報公開窓口", "Public Records Office")
CHILD_ALLOWANCE = OfficeKind("child-allowance", "子育て支援課", "Family Support Office")
SCHOOL_AID = OfficeKind("school-aid", "学校教育課", "School Education Office")
DISASTER_RELIEF = OfficeKind("disaster-relief", "生活再建支援課", "Disaster Relief Office")
RESIDENTS = OfficeKind("residents", "市民課", "Residents' Register Office")
CRISIS = OfficeKind("crisis", "危機管理課", "Crisis Management Office")
MUNICIPAL = [CHILDCARE, RECORDS, CHILD_ALLOWANCE, SCHOOL_AID, DISASTER_RELIEF, RESIDENTS, CRISIS]
DEPARTMENTS = [
    ("general-affairs", "総務部", "General Affairs Department"),
    ("planning", "企画部", "Planning Department"),
    ("health-welfare", "保健福祉部", "Health and Welfare Department"),
]
VEHICLE_TAX = OfficeKind("vehicle-tax", "税務課", "Taxation Office")
CHILD_SUPPORT = OfficeKind("child-support", "子育て社会推進課", "Child-Rearing Promotion Office")
PREFECTURAL_CRISIS = OfficeKind("crisis", "災害対策本部", "Disaster Control Headquarters")
PREFECTURAL_RECORDS = OfficeKind("records", "県政情報・文書課", "Prefectural Information and Records Office")


def reporting_offices() -> list[OfficeKind]:
    """The prefecture's offices that report on its policies and are not among those above."""
    above = {CHILD_SUPPORT.function, VEHICLE_TAX.function, PREFECTURAL_CRISIS.function, PREFECTURAL_RECORDS.function}
    found = {
        department.function: OfficeKind(department.function, department.name["ja"], department.name["en"])
        for policy in load_policies(settings.POLICIES).values()
        for department in policy.departments
        if department.function not in above
    }
    return list(found.values())


@transaction.atomic
def load_offices() -> list[Organisation]:
    """Every organisation of the demonstration; what is there already is brought to what is said here."""
    names = prefecture(settings.PREFECTURE)
    top = set_organisation(
        code=settings.PREFECTURE,
        kind=OrganisationKind.PREFECTURE,
        name=names.name,
        name_en=names.name_en,
        head_title=f"{names.name}知事",
        phone=PHONE,
    )
    organisations = [top]
    departments = {}
    for code, name, name_en in DEPARTMENTS:
        departments[code] = set_organisation(
            code=f"{top.code}-{code}", kind=OrganisationKind.DEPARTMENT, name=name, name_en=name_en, parent=top
        )
    organisations += departments.values()
    for kind in (PREFECTURAL_RECORDS, VEHICLE_TAX, PREFECTURAL_CRISIS):
        organisations.append(_office(top.code, kind, departments["general-affairs"], ""))
    organisations.append(_office(top.code, CHILD_SUPPORT, departments["health-welfare"], ""))
    organisations += [_office(top.code, kind, departments["planning"], "") for kind in reporting_offices()]
    for municipality in Municipality.objects.filter(prefecture_code=settings.PREFECTURE).defer("boundary"):
        body = set_organisation(
            code=municipality.code,
            kind=OrganisationKind.MUNICIPALITY,
            name=municipality.name,
            name_en=municipality.name_en,
            municipality_code=municipality.code,
            head_title=f"{municipality.name}長",
            phone=PHONE,
        )
        organisations.append(body)
        organisations += [_office(municipality.code, kind, body, municipality.code) for kind in MUNICIPAL]
    return organisations


def _office(code: str, kind: OfficeKind, parent: Organisation, municipality_code: str) -> Organisation:
    return set_organisation(
        code=f"{code}-{kind.function}",
        kind=OrganisationKind.OFFICE,
        function=kind.function,
        name=kind.name,
        name_en=kind.name_en,
        parent=parent,
        municipality_code=municipality_code,
        phone=PHONE,
        counter=COUNTER,
    )
