"""Packs of the folder, and copies to break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from todoke.loops.apply.packs import read_packs
from todoke.registry.catalogue.types import Pack


@pytest.fixture(scope="session")
def packs() -> dict[str, Pack]:
    return read_packs(settings.PACKS)


Break = Callable[[str, str, str], Path]


@pytest.fixture
def broken(tmp_path: Path) -> Break:
    """Copy both packs, and replace one text in a file: ``broken("childcare-place/service.yaml", old, new)``."""
    folder = tmp_path / "packs"
    shutil.copytree(settings.PACKS, folder)

    def replace(file: str, old: str, new: str) -> Path:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
