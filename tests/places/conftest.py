"""Places of Miyagi, loaded from the packages."""

from pathlib import Path

import pytest
from django.conf import settings

from todoke.registry.places.actions import load_places


@pytest.fixture
def miyagi(db: None) -> None:
    load_places(prefecture_code="04")


@pytest.fixture
def data() -> Path:
    """Public data that is not part of the project."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the folder with public data is not there: {folder.name}")
    return folder
