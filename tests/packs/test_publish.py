"""todoke packs publish, versions and roll-back: what is in force, and what stays with what began under it."""

import argparse
import re
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.packs.conftest import Break
from todoke.capabilities.forms.actions import begin_draft, save_answers
from todoke.capabilities.forms.models import Draft
from todoke.faces.commands import packs as command
from todoke.kernel.models import AuditEntry
from todoke.loops.apply.actions.submission import submit_draft
from todoke.loops.apply.findings import findings_of
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.queries import current_version
from todoke.registry.organisations.actions import set_organisation
from todoke.registry.organisations.types import OrganisationKind

SERVICE, OTHER = "records-disclosure", "childcare-place"
OLD, NEW = "size(answers.description) < 15", "size(answers.description) < 14"
"""Of a check, from one version to the next."""

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["packs", *words])
    return int(args.run(args))


def numbers(pack_id: str = SERVICE) -> list[int]:
    return list(PackVersion.objects.filter(pack=pack_id).order_by("number").values_list("number", flat=True))


def current() -> PackVersion:
    version = current_version(SERVICE)
    assert version
    return version


def begin() -> Draft:
    draft, _secret = begin_draft(version=current(), resident=None, answers={})
    answers = {
        "kind": "person",
        "name": "例示 修",
        "address": {"postal_code": "9808570", "text": "宮城県仙台市青葉区本町3-8-1"},
        "email": "osamu@example.jp",
        "description": "県道の橋を点検した結果の文書",
        "way": "view",
    }
    return save_answers(draft=draft, answers=answers, revision=None)


def hand_in(draft: Draft) -> Case:
    return submit_draft(draft=draft, language="ja")


def raised(case: Case) -> set[str]:
    return {finding.check_id for finding in findings_of(case) if finding.raised}


@pytest.fixture
def office() -> None:
    top = set_organisation(
        code="04", kind=OrganisationKind.PREFECTURE, name="宮城県", name_en="Miyagi", head_title="宮城県知事"
    )
    set_organisation(
        code="04-records",
        kind=OrganisationKind.OFFICE,
        function="records",
        name="文書課",
        name_en="Records",
        parent=top,
    )


@pytest.fixture
def changed(broken: Break, settings: Settings) -> Path:
    """Both published as our folder has them; then a copy of the folder with another limit in use, not published."""
    assert run("publish", SERVICE, OTHER) == 0
    settings.PACKS = broken(f"{SERVICE}/service.yaml", OLD, NEW)
    return Path(settings.PACKS)


class TestPublish:
    def test_the_whole_folder(self, settings: Settings, capsys: Captured) -> None:
        assert run("publish") == 0
        lines = capsys.readouterr().out.splitlines()
        ids = sorted(path.parent.name for path in settings.PACKS.glob("*/service.yaml"))
        assert lines == [f"{pack_id}: published version 1" for pack_id in ids]
        assert list(PackVersion.objects.filter(current=True).order_by("pack").values_list("pack", flat=True)) == ids
        assert set(AuditEntry.objects.filter(action="publish").values_list("actor", flat=True)) == {"system"}

    def test_what_did_not_change_gets_no_version(self, changed: Path, capsys: Captured) -> None:
        capsys.readouterr()
        assert run("publish", OTHER, SERVICE) == 0
        assert capsys.readouterr().out.splitlines() == [f"{OTHER}: unchanged", f"{SERVICE}: published version 2"]
        assert numbers() == [1, 2]
        assert numbers(OTHER) == [1]

    def test_only_those_named(self, capsys: Captured) -> None:
        assert run("publish", OTHER, SERVICE, SERVICE) == 0
        assert capsys.readouterr().out.splitlines() == [
            f"{OTHER}: published version 1",
            f"{SERVICE}: published version 1",
        ]
        assert PackVersion.objects.count() == 2

    def test_one_that_is_wrong_is_refused_with_its_problems(
        self, changed: Path, broken: Break, capsys: Captured
    ) -> None:
        broken(f"{SERVICE}/service.yaml", NEW, "size(answers.descripton) < 14")
        assert run("publish", SERVICE) == 1
        said = capsys.readouterr().err
        assert re.search(rf"{SERVICE}/service.yaml:\d+: .*did you mean answers.description", said)
        assert said.endswith("nothing was published\n")
        assert numbers() == [1]

    def test_none_is_published_while_one_is_wrong(self, changed: Path, broken: Break, capsys: Captured) -> None:
        broken(f"{OTHER}/service.yaml", "answers.hours < 64", "answers.hour < 64")
        assert run("publish") == 1
        assert f"{OTHER}/service.yaml:" in capsys.readouterr().err
        assert numbers() == [1]

    def test_a_broken_neighbour_does_not_stop_one_that_is_named(
        self, changed: Path, broken: Break, capsys: Captured
    ) -> None:
        broken(f"{OTHER}/service.yaml", "number_prefix: 保", "colour: red")
        assert run("publish", SERVICE) == 0
        assert f"{SERVICE}: published version 2" in capsys.readouterr().out

    def test_a_pack_that_is_not_there(self, capsys: Captured) -> None:
        assert run("publish", "nothing") == 1
        assert "no pack nothing; there are child-allowance" in capsys.readouterr().err
        assert not PackVersion.objects.exists()


class TestVersions:
    def test_the_newest_first(self, changed: Path, capsys: Captured) -> None:
        run("publish", SERVICE)
        capsys.readouterr()
        assert run("versions", SERVICE) == 0
        head, second, first = capsys.readouterr().out.splitlines()
        assert head.split() == ["number", "hash", "published"]
        hashes = dict(PackVersion.objects.filter(pack=SERVICE).values_list("number", "hash"))
        assert re.fullmatch(rf" +2  {hashes[2][:12]}  \d{{4}}-\d\d-\d\d \d\d:\d\d  current", second)
        assert re.fullmatch(rf" +1  {hashes[1][:12]}  \d{{4}}-\d\d-\d\d \d\d:\d\d", first)

    def test_a_pack_that_was_never_published(self, capsys: Captured) -> None:
        run("publish", SERVICE)
        capsys.readouterr()
        assert run("versions", "nothing") == 2
        said = capsys.readouterr()
        assert said.err == f"no pack nothing was published; these were: {SERVICE}\n"
        assert said.out == ""


class TestRollBack:
    def test_what_began_stays_and_what_begins_takes_the_earlier_one(
        self, changed: Path, office: None, capsys: Captured
    ) -> None:
        old_draft = begin()
        run("publish", SERVICE)
        new_draft, case = begin(), hand_in(begin())
        capsys.readouterr()

        assert run("roll-back", SERVICE, "1") == 0
        assert capsys.readouterr().out.startswith(f"{SERVICE}: version 1 is in force")
        assert current().number == 1
        for kept, number in ((old_draft, 1), (new_draft, 2), (case, 2)):
            kept.refresh_from_db()
            assert kept.pack_version.number == number
        assert new_draft.answers["description"] == "県道の橋を点検した結果の文書"
        assert raised(case) == set()
        assert raised(hand_in(new_draft)) == set()

        again = begin()
        assert again.pack_version.number == 1
        assert raised(hand_in(again)) == raised(hand_in(old_draft)) == {"too-vague"}
        entry = AuditEntry.objects.get(action="roll-back")
        assert (entry.actor, entry.subject, entry.detail) == ("system", f"pack:{SERVICE}", {"number": 1})

    def test_publishing_does_not_bring_back_what_was_rolled_back(self, changed: Path, capsys: Captured) -> None:
        run("publish", SERVICE)
        run("roll-back", SERVICE, "1")
        capsys.readouterr()
        assert run("publish", SERVICE) == 0
        assert "the folder holds version 2, which was rolled back" in capsys.readouterr().out
        assert current().number == 1
        assert numbers() == [1, 2]

    def test_the_corrected_rule_is_a_version_of_its_own(self, changed: Path, broken: Break, capsys: Captured) -> None:
        run("publish", SERVICE)
        run("roll-back", SERVICE, "1")
        broken(f"{SERVICE}/service.yaml", NEW, "size(answers.description) < 13")
        capsys.readouterr()
        assert run("publish", SERVICE) == 0
        assert capsys.readouterr().out == f"{SERVICE}: published version 3\n"
        assert current().number == 3

    def test_forward_again(self, changed: Path, capsys: Captured) -> None:
        run("publish", SERVICE)
        run("roll-back", SERVICE, "1")
        assert run("roll-back", SERVICE, "2") == 0
        assert current().number == 2
        capsys.readouterr()
        assert run("roll-back", SERVICE, "2") == 0
        assert capsys.readouterr().out == f"{SERVICE}: version 2 is in force already\n"
        assert AuditEntry.objects.filter(action="roll-back").count() == 2

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("nothing", "1"), "no pack nothing was published; these were: "),
            ((SERVICE, "7"), f"{SERVICE} has no version 7; there are 1, 2\n"),
            ((SERVICE, "0"), f"{SERVICE} has no version 0; there are 1, 2\n"),
        ],
    )
    def test_what_is_not_there(self, words: tuple[str, str], said: str, changed: Path, capsys: Captured) -> None:
        run("publish", SERVICE)
        capsys.readouterr()
        assert run("roll-back", *words) == 2
        assert capsys.readouterr().err.startswith(said)
        assert current().number == 2

    def test_a_number_is_a_number(self, capsys: Captured) -> None:
        with pytest.raises(SystemExit) as ended:
            run("roll-back", SERVICE, "first")
        assert ended.value.code == 2
        assert "invalid int value" in capsys.readouterr().err


@pytest.mark.parametrize("deed", ["publish", "versions", "roll-back"])
def test_help_has_examples(deed: str, capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        run(deed, "--help")
    assert f"todoke packs {deed} " in capsys.readouterr().out.partition("example")[2]
