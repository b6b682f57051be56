"""All back ends give what Google's CEL engine gives, on random rules and partly missing facts."""

import logging
import os
import time

from tests.rules.oracle.back_ends import BACK_ENDS, compare
from todoke.kernel.rules.functions import FUNCTIONS
from todoke.kernel.rules.parser import MACROS

logger = logging.getLogger(__name__)

PAIRS = int(os.environ.get("TODOKE_ORACLE_PAIRS", "100000"))
ROWS = 40


def test_no_back_end_differs_from_google() -> None:
    started = time.perf_counter()
    found = compare(20261124, PAIRS * 101 // 100 // ROWS + 1, ROWS, BACK_ENDS)
    seconds = time.perf_counter() - started
    logger.info("%s pairs, %s rules, %s skipped, %.1f s", found.pairs, found.rules, found.skipped, seconds)
    assert not found.differences, "\n".join(found.differences)
    assert found.pairs >= PAIRS


def test_the_rules_ask_for_everything_and_are_now_known_now_not() -> None:
    found = compare(7, 1_500, 4, BACK_ENDS[1:2])
    assert found.functions.keys() >= set(FUNCTIONS) | {"_&&_", "_||_", "_?_:_", "known", "today"} | set(MACROS)
    assert 0.15 < found.kinds["NoneType"] / found.pairs < 0.6
    assert found.kinds.keys() >= {"bool", "int", "str", "date", "list"}
