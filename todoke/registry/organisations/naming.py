"""How an office is called."""

from todoke.registry.organisations.models import Organisation


def office_name(office: Organisation, language: str = "ja") -> str:
    """石巻市 子ども保育課, or Childcare Division, Ishinomaki City."""
    if language == "en":
        return f"{office.name_en}, {office.parent.name_en}" if office.parent else office.name_en
    return f"{office.parent.name} {office.name}" if office.parent else office.name
