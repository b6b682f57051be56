"""A small policy: two measures, four indicators, of which the platform works out three."""

from pathlib import Path

import pytest

from tests.apply.conftest import Town, town
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.policies import load_policy
from todoke.loops.improve.types import Policy

__all__ = ["Town", "town"]

FOLDER = Path(__file__).parent / "small-policy"


@pytest.fixture
def policy(db: None) -> Policy:
    made = load_policy(FOLDER)
    publish_policy(policy=made, actor="system")
    return made
