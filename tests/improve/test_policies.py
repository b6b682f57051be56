"""Policies as data: what is wrong is said with its place, and a changed target is remembered."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from tests.improve.conftest import FOLDER
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.models import PolicyVersion
from todoke.loops.improve.policies import load_policies, load_policy
from todoke.loops.improve.queries.policies import target_changes
from todoke.loops.improve.types import Policy
from todoke.registry.catalogue.loader import PackError


def broken(tmp_path: Path, file: str, old: str, new: str) -> list[str]:
    folder = tmp_path / "small-policy"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(PackError) as refused:
        load_policy(folder)
    return refused.value.problems


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policy.yaml", "field: online,", "field: onlin,", "there is no onlin"),
        ("indicators.yaml", "event.channel", "event.chanel", "chanel"),
        ("indicators.yaml", "case-decided", "case-decidde", "case-decidde"),
        ("indicators.yaml", "2026-03-31, value: 50", "2029-03-31, value: 50", "follow one another"),
        ("indicators.yaml", "kind: report", "kind: platform", "computed"),
        ("evaluation.yaml", 'when: "true"', 'when: "measure.late > 3"', "last class"),
        ("evaluation.yaml", "measure.late == 0", "measure.late == true", "when"),
        ("indicators.yaml", "id: online-share", "id: received", "twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_file_and_line(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    problems = broken(tmp_path, file, old, new)
    assert any(problem.startswith(f"small-policy/{file}:") and said in problem for problem in problems), problems


def test_the_policies_of_the_repository_are_right() -> None:
    policy = load_policies(settings.POLICIES)["miyagi-dx-2025"]
    assert [pillar.id for pillar in policy.pillars] == ["life", "regions", "government"]
    assert {policy.pillar_of(one) for one in policy.indicators if one.headline} == {"life", "regions", "government"}


def test_a_target_that_was_changed_shows_that_it_was(policy: Policy, tmp_path: Path) -> None:
    assert publish_policy(policy=policy, actor="system").number == 1
    folder = tmp_path / "small-policy"
    shutil.copytree(FOLDER, folder)
    path = folder / "indicators.yaml"
    path.write_text(path.read_text().replace("value: 1200", "value: 1100"))
    publish_policy(policy=load_policy(folder), actor="officer:1", reason="国の基準が変わったため")
    (change,) = target_changes("small-policy")
    assert (change.indicator, change.before, change.after) == ("data-sets", Decimal(1200), Decimal(1100))
    assert change.reason == "国の基準が変わったため"
    assert PolicyVersion.objects.get(policy="small-policy", current=True).number == 2
