"""The packs of the folder, with the sections of the capabilities that services are made of."""

from functools import cache
from pathlib import Path
from typing import Any

from todoke.capabilities.forms.section import FORM
from todoke.capabilities.forms.types import Form, form_of
from todoke.capabilities.workflow.section import WORKFLOW
from todoke.registry.catalogue.loader import load_packs
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Pack

SECTIONS: dict[str, Any] = {"form": FORM, "workflow": WORKFLOW}


def read_packs(folder: Path) -> dict[str, Pack]:
    """Raises PackError with every problem of every pack."""
    return load_packs(folder, SECTIONS)


@cache
def form_of_version(version_id: int) -> Form:
    """The form of a published version, which never changes."""
    return form_of(pack_of(version_id).form)
