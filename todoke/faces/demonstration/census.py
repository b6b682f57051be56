"""How many live where, and how a number of people is shared out."""

from collections.abc import Mapping

MIYAGI = {
    "04100": 1_096_704,
    "04202": 140_151,
    "04203": 52_203,
    "04205": 61_147,
    "04206": 32_758,
    "04207": 78_718,
    "04208": 27_976,
    "04209": 62_827,
    "04211": 44_068,
    "04212": 76_037,
    "04213": 64_637,
    "04214": 39_098,
    "04215": 127_330,
    "04216": 51_651,
    "04301": 11_418,
    "04302": 1_262,
    "04321": 23_571,
    "04322": 10_666,
    "04323": 38_271,
    "04324": 8_345,
    "04341": 12_262,
    "04361": 33_087,
    "04362": 12_046,
    "04401": 13_323,
    "04404": 18_132,
    "04406": 35_182,
    "04421": 28_786,
    "04422": 7_813,
    "04424": 5_849,
    "04444": 6_698,
    "04445": 21_943,
    "04501": 15_388,
    "04505": 23_994,
    "04581": 6_430,
    "04606": 12_225,
}
"""Residents of Miyagi's municipalities at the census of 2020."""


def shares(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """``total`` in proportion to ``weights``, whole numbers that add up (largest remainders)."""
    whole = sum(weights.values())
    exact = {key: divmod(total * weight, whole) for key, weight in weights.items()}
    shared = {key: number for key, (number, _) in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (-exact[key][1], key))
    for key in by_remainder[: total - sum(shared.values())]:
        shared[key] += 1
    return shared
