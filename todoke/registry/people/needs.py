"""What residents need in a disaster."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader

NEEDS = ("hearing", "sight", "wheelchair", "walking", "electricity", "dialysis")


def needs_of(rows: Any, everybody: Everybody, *, reader: Reader) -> Mapping[str, Any]:
    """By need, a mask over ``rows``."""
    return {need: np.zeros(len(rows), bool) for need in NEEDS}
