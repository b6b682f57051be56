"""todoke packs check finds what is wrong with a pack, and says where."""

import argparse
import json
from pathlib import Path

import jsonschema_rs
import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from tests.packs.conftest import Break
from todoke.faces.commands import packs as command
from todoke.loops.apply.packs import read_packs
from todoke.loops.apply.trying import CaseError, Tried, try_case
from todoke.registry.catalogue.types import Pack


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["packs", *words])
    return int(args.run(args))


def test_our_packs_are_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "childcare-place: " in said.out
    assert "records-disclosure: " in said.out
    assert said.out.count("0 problems") == len(said.out.splitlines())


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "service.yaml",
            'answers.reason == "other"',
            'answers.reason == "othr"',
            "'othr' is no option; did you mean other?",
        ),
        ("service.yaml", 'answers.reason == "other"', 'answers.raeson == "other"', "did you mean answers.reason?"),
        ("service.yaml", "when: answers.hours < 64", "when: answers.hours < ", "unexpected 'end'"),
        (
            "service.yaml",
            "when: answers.hours < 64",
            "when: answers.hours + 64",
            "gives a int, and must be true or false",
        ),
        ("service.yaml", "item.allergy == true", "item.alergy == true", "did you mean item.allergy?"),
        ("service.yaml", "date(c.birth_date), date(answers.begin)", "date(c.born), date(answers.begin)", "has no born"),
        (
            "service.yaml",
            "      question: hours\n",
            "      question: minutes\n",
            "question minutes, which is not asked",
        ),
        ("service.yaml", "fact: work.employer", "fact: work.salary", "declares no purpose"),
        ("service.yaml", "{received_on}付けで", "{recieved_on}付けで", "unknown placeholder {recieved_on}"),
        ("service.yaml", '"母", en: "Mother"', '"母"', '"en" is a required property'),
        ("service.yaml", "login: required", "login: perhaps", "login"),
        ("service.yaml", "login: required", "login: required\nlogin: none", "login stands here twice"),
        ("service.yaml", "id: childcare-place", "id: childcare", "id must be the folder's name"),
        ("service.yaml", "number_prefix: 保", "number_prefix: 保\ncolour: red", "colour"),
        ("service.yaml", "row: [V1, G3.1]", "row: [V1, G3.1", "service.yaml:3"),
        ("messages.yaml", "{receipt_number}", "{number}", "unknown placeholder {number}"),
        ("messages.yaml", "withdrawn:", "dropped:", "no message for withdrawn"),
        ("examples.yaml", "findings: [school-age]", "findings: []", "findings: expected [], got"),
        ("examples.yaml", "  outcome: certified", "", "no example ends in outcome certified"),
        ("examples.yaml", "errors: [end]", "errors: []", "got ['end']"),
        ("service.yaml", "answers.end > answers.start", "answers.end > 5", "are never alike"),
        ("service.yaml", "          invalid:\n", "          valid:\n", "invalid"),
        ("service.yaml", "when: answers.hours < 64", "when: answers.hours < parameters.hours", "parameters.hours"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    file: str,
    old: str,
    new: str,
    problem: str,
    broken: Break,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.PACKS = broken(f"childcare-place/{file}", old, new)
    assert run("check") == 1
    said = capsys.readouterr().err
    assert problem in said
    assert f"childcare-place/{file}:" in said


def test_the_line_is_that_of_the_mistake(broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.PACKS = broken("childcare-place/service.yaml", "answers.hours < 64", "answers.hour < 64")
    run("check")
    line = int(capsys.readouterr().err.split(":")[1])
    text = (settings.PACKS / "childcare-place/service.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    assert "answers.hour < 64" in text


def test_all_problems_come_at_once(broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    broken("childcare-place/service.yaml", "answers.hours < 64", "answers.hour < 64")
    settings.PACKS = broken("childcare-place/messages.yaml", "{receipt_number}", "{number}")
    run("check")
    assert len(capsys.readouterr().err.splitlines()) >= 2


def test_a_question_that_nothing_leads_to(
    broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    impossible = 'answers.reason == "other" && answers.reason == "work"'
    settings.PACKS = broken(
        "childcare-place/service.yaml", 'show_if: answers.reason == "other"', f"show_if: {impossible}"
    )
    assert run("check") == 1
    assert "question other_reason can never be reached" in capsys.readouterr().err


def test_what_two_services_ask_is_a_fact(broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    broken("records-disclosure/service.yaml", "login: none", "login: required")
    folder = broken("records-disclosure/service.yaml", "どのような文書ですか", "昼間につながる電話番号")
    settings.PACKS = folder
    service = folder / "childcare-place/service.yaml"
    service.write_text(
        service.read_text(encoding="utf-8").replace("fact: contact.phone", "max: 5", 1), encoding="utf-8"
    )
    assert run("check") == 1
    assert "is asked by childcare-place too, and bound to no fact" in capsys.readouterr().err


def test_the_schema_is_one_and_ours_fit_it(packs: dict[str, Pack], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema_rs.meta.validate(schema)
    for pack in packs.values():
        assert jsonschema_rs.is_valid(schema, pack.as_json()["service"])


class TestTry:
    def test_one_case_as_json(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        case = tmp_path / "case.yaml"
        case.write_text("{answers: {kind: organisation, way: data, description: 橋の文書}}", encoding="utf-8")
        assert run("try", "records-disclosure", "--case", str(case), "--json") == 0
        tried = json.loads(capsys.readouterr().out)
        assert tried["pages"] == ["requester", "records"]
        assert tried["errors"] == ["address", "name", "organisation"]
        assert tried["findings"] == ["too-vague", "no-contact", "cost-notice"]

    @pytest.mark.parametrize("text", ["[]", "{answers: [", "answers: {a: 1}\nanswers: {b: 2}"])
    def test_a_case_that_cannot_be_read(self, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        case = tmp_path / "case.yaml"
        case.write_text(text, encoding="utf-8")
        assert run("try", "records-disclosure", "--case", str(case)) == 2
        assert "case.yaml:" in capsys.readouterr().err

    def test_a_pack_that_is_not_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("try", "nothing", "--case", str(tmp_path / "x")) == 2
        assert "child-allowance, child-rearing-passport" in capsys.readouterr().err


class TestParametersOfChecks:
    PASSPORT = "child-rearing-passport/service.yaml"

    def findings(self, folder: Path, on: str) -> list[str]:
        pack = read_packs(folder)["child-rearing-passport"]
        return try_case(pack, {"facts": {"address.municipality": "07201"}, "on": on}).findings

    def test_a_check_takes_the_figure_of_the_day(self, broken: Break) -> None:
        folder = broken(self.PASSPORT, '      value: "04"', '      value: "04"\n    - {from: 2030-01-01, value: "07"}')
        assert "outside-prefecture" in self.findings(folder, "2029-12-31")
        assert "outside-prefecture" not in self.findings(folder, "2030-01-01")

    def test_another_prefecture_changes_one_value(
        self, broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.PACKS = broken(self.PASSPORT, 'value: "04"', "value: 4")
        assert run("check", "child-rearing-passport") == 1
        assert "startsWith(parameters.prefecture)' at 1:51: a int where str" in capsys.readouterr().err


class TestFactsOfACase:
    def tried(self, facts: dict[str, object], **case: object) -> Tried:
        pack = read_packs(settings.PACKS)["child-allowance"]
        return try_case(pack, {"facts": facts, **case})

    def test_what_keeps_an_amount_open_is_missing_too(self) -> None:
        children = [{"birth_date": "2011-07-01"}]
        tried = self.tried({"household.children": children, "work.public_servant": False}, on="2024-09-30")
        assert (tried.eligibility, tried.amounts) == (True, {"monthly": None})
        assert tried.missing == ["income.assessed", "income.dependants"]
        known = {"household.children": children, "work.public_servant": False, "income.assessed": 1_000_000}
        assert self.tried(known, on="2024-09-30").missing == ["income.dependants"]

    def test_whom_a_service_is_not_for_misses_nothing_for_its_amounts(self) -> None:
        assert self.tried({"household.children": [], "work.public_servant": False}, on="2024-09-30").missing == []

    def test_people_need_no_ids(self) -> None:
        children = [{"birth_date": born} for born in ("2006-05-01", "2011-07-01", "2016-07-01")]
        tried = self.tried({"household.children": children}, on="2026-11-24")
        assert (tried.eligibility, tried.amounts) == (True, {"monthly": 40_000})

    @pytest.mark.parametrize(
        ("facts", "problem"),
        [
            ({"household.childs": []}, "facts.household.childs: no such fact is declared"),
            ({"household.children": [{"birth_date": "2026-02-30"}]}, "is no day"),
            ({"household.children": [{"born": "2026-02-03"}]}, "facts.household.children.0.born: no such member"),
            ({"household.children": "none"}, "a str where a list is needed"),
            ({"income.assessed": "1000"}, "a str where a int is needed"),
            ({"disaster.damage": {"self": "bit"}}, "is none of"),
        ],
    )
    def test_what_is_no_fact_is_said(self, facts: dict[str, object], problem: str) -> None:
        with pytest.raises(CaseError, match=problem):
            self.tried(facts)

    def test_a_day_that_is_none(self) -> None:
        with pytest.raises(CaseError, match="is no day"):
            self.tried({}, on="2026-13-01")
