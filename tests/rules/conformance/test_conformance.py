"""The CEL specification's tests: all in the subset pass, or are listed with a reason."""

import sys
from collections import Counter
from typing import Any

import pytest

from tests.rules.conformance.cases import SUITES, Case, cases
from tests.rules.conformance.exceptions import EXCEPTIONS
from todoke.kernel.rules import RuleError, Unknown
from todoke.kernel.rules.cel import Map, evaluate, parse

LEAST = 780
"""So that a changed format of the tests is noticed."""

pytestmark = pytest.mark.skipif(not SUITES.exists(), reason="npm packages are not installed")


def alike(found: Any, wanted: Any) -> bool:
    """Of one kind and equal, through and through; not a number is alike."""
    if type(found) is not type(wanted):
        return False
    if isinstance(found, list):
        return len(found) == len(wanted) and all(map(alike, found, wanted))
    if isinstance(found, Map):
        return len(found) == len(wanted) and all(key in wanted and alike(found[key], wanted[key]) for key in found)
    return bool(found == wanted) or (found != found and wanted != wanted)


def outcome(case: Case) -> str | None:
    """What is wrong; None if the test passes."""
    try:
        found = evaluate(parse(case.text), case.facts)
    except RuleError as error:
        return None if case.fails else f"cannot be read: {error}"
    if case.fails:
        return None if isinstance(found, Unknown) else f"an error was due, not {found!r}"
    return None if alike(found, case.value) else f"{case.value!r} was due, not {found!r}"


def test_the_specification_is_kept() -> None:
    every = cases()
    assert len(every) == len({case.name for case in every}) >= LEAST
    wrong = {case.name: problem for case in every if (problem := outcome(case))}
    totals, missed = (Counter(name.split("/")[0] for name in names) for names in ([case.name for case in every], wrong))
    counts = [f"{suite}: {total - missed[suite]} / {total}" for suite, total in totals.most_common()]
    sys.stdout.write("\n".join([*counts, f"all: {len(every) - len(wrong)} / {len(every)}\n"]))
    assert {name: problem for name, problem in wrong.items() if name not in EXCEPTIONS} == {}
    assert sorted(EXCEPTIONS.keys() - wrong.keys()) == [], "passes: no exception any more"
