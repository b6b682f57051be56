"""A yearly round from its opening to the day on which everybody reads it."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfWriter

from tests.improve.conftest import Town
from tests.improve.round_offices import LAST_DAY, YEAR, Prefecture, officer, prefecture, revision_of
from todoke.capabilities.forms.actions import forget_unused_files, save_answers
from todoke.exchange.messages.models import Delivery, Message
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry, StoredFile
from todoke.loops.apply.errors import AnswersIncompleteError, CaseChangedError, OwnProposalError, ReasonsMissingError
from todoke.loops.apply.models import Case
from todoke.loops.apply.packs import SECTIONS
from todoke.loops.apply.queries import case_for
from todoke.loops.apply.types import CaseState
from todoke.loops.improve.actions.evaluations import add_comment, change_evaluation, evaluate, publish_evaluation
from todoke.loops.improve.actions.figures import record_figure
from todoke.loops.improve.actions.meetings import call_meeting, end_team, found_team, keep_papers, write_meeting
from todoke.loops.improve.actions.papers import ImpossibleCountError, count_paper
from todoke.loops.improve.actions.reports import (
    accept_figure,
    approve_report,
    begin_report,
    hand_in_report,
    return_report,
)
from todoke.loops.improve.actions.rounds import move_round
from todoke.loops.improve.counting import count_uses
from todoke.loops.improve.desks import is_concerned, municipalities_of, reports_of
from todoke.loops.improve.errors import (
    DaysOutOfOrderError,
    EvaluationReasonMissingError,
    ExplanationMissingError,
    MeetingChangedError,
    NotEvaluatedError,
    NotPlanningOfficeError,
    NotReportersError,
    PublishedError,
    ReportTakenBackError,
    RoundOpenError,
    UnfinishedTeamError,
    YearNotOverError,
)
from todoke.loops.improve.models import Evaluation, Figure, Report, Round, Use, UseCell
from todoke.loops.improve.queries.municipalities import side_by_side
from todoke.loops.improve.queries.reports import ReportState, effects, is_late, last_words, state_of
from todoke.loops.improve.queries.rounds import published_evaluations, standings_of_year
from todoke.loops.improve.reminding import remind, stage_of
from todoke.loops.improve.report_packs import Known, municipal_pack, report_pack, report_pack_id
from todoke.loops.improve.types import Origin, Policy
from todoke.registry.catalogue.loader import schema
from todoke.registry.catalogue.queries import current_packs, current_version, office_packs, search
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.places.models import Municipality

__all__ = ["prefecture"]

# --- forms


def test_generated_forms_are_packs_like_any_other(policy: Policy) -> None:
    valid = jsonschema_rs.validator_for(schema(SECTIONS))
    known = {"data-sets": Known(Decimal(820), "2025年3月", None)}
    packs = [report_pack(policy, one, YEAR, known) for one in policy.measures] + [municipal_pack(policy, YEAR)]
    for pack in packs:
        assert [error.message for error in valid.iter_errors(pack.content["service"])] == []


def test_a_long_name_makes_a_short_id_and_two_of_them_two_ids() -> None:
    first, second = (report_pack_id("policy-" * 5, f"{'measure-' * 5}{n}") for n in (1, 2))
    assert len(first) == len(second) == 60
    assert first != second
    assert report_pack_id("p", "m") == "report-p-m"


def test_residents_never_see_the_forms_of_offices(prefecture: Prefecture) -> None:
    prefecture.open()
    internal = {pack.id for pack in office_packs()}
    assert internal == {
        "report-small-policy-procedures",
        "report-small-policy-open-data",
        "municipal-report-small-policy",
    }
    assert not internal & {pack.id for pack in current_packs()}
    assert search("実績報告") == []
    assert [current_version(name) for name in internal] == [None, None, None]


# --- opening


def test_a_round_asks_every_department_and_every_municipality(prefecture: Prefecture) -> None:
    made = prefecture.open()
    asked = set(made.reports.values_list("measure", "municipality_code"))
    assert asked == {("procedures", ""), ("open-data", ""), ("", "04202")}
    assert AuditEntry.objects.filter(action="round.opened", actor=f"officer:{prefecture.planner.pk}").exists()


def test_a_round_is_opened_once_in_its_order_by_the_planning_office_when_the_year_is_over(
    prefecture: Prefecture,
) -> None:
    with pytest.raises(NotPlanningOfficeError):
        prefecture.open(officer=prefecture.municipal)
    with pytest.raises(YearNotOverError):
        prefecture.open(year=2027)
    with pytest.raises(DaysOutOfOrderError):
        prefecture.open(due_on=clock.today() - timedelta(days=1))
    first = prefecture.open()
    with pytest.raises(RoundOpenError), transaction.atomic():
        prefecture.open()
    moved = move_round(
        of=first,
        due_on=first.meeting_on,
        meeting_on=first.meeting_on,
        publishes_on=first.publishes_on,
        officer=prefecture.planner,
    )
    assert moved.due_on == first.meeting_on


# --- reporting


def test_figures_that_are_known_stand_there_and_the_last_ones_beside_the_question(prefecture: Prefecture) -> None:
    record = {"policy": prefecture.policy, "indicator": "data-sets", "origin": Origin.CSV, "detail": "", "by": "system"}
    record_figure(**record, on=date(2025, 12, 31), value=Decimal(900))
    record_figure(**record, on=LAST_DAY, value=Decimal(930))
    prefecture.open()
    draft = begin_report(report=prefecture.report(), officer=prefecture.planner)
    assert draft.answers == {"figure_data_sets": 930}
    pages = draft.pack_version.content["service"]["form"]["pages"]
    asked = next(q for page in pages for q in page["questions"] if q["id"] == "figure_data_sets")
    assert "2026年3月）：930件" in asked["help"]["ja"]


def test_an_approved_report_is_a_figure(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.approved(prefecture.report(), figure_data_sets=950)
    figure = Figure.objects.get(indicator="data-sets", current=True)
    assert (figure.on, figure.value, figure.origin) == (LAST_DAY, 950, Origin.REPORT)
    assert report.case
    assert figure.detail == report.case.receipt_number
    assert state_of(report) is ReportState.APPROVED


def test_no_figure_before_the_head_has_approved(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    assert not Figure.objects.exists()
    assert state_of(report) is ReportState.HANDED_IN


def test_reports_are_no_use_of_a_service(prefecture: Prefecture) -> None:
    prefecture.open()
    prefecture.approved(prefecture.report(), figure_data_sets=950)
    assert not Use.objects.exists()
    assert not Message.objects.exists()


def test_what_cannot_be_is_refused(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.filled_in(prefecture.report(), figure_data_sets=-1)
    with pytest.raises(AnswersIncompleteError):
        hand_in_report(report=report, officer=prefecture.planner)


def test_ten_times_the_last_figure_is_asked_back_and_then_taken(prefecture: Prefecture) -> None:
    record_figure(
        policy=prefecture.policy,
        indicator="data-sets",
        on=date(2025, 12, 31),
        value=Decimal(900),
        origin=Origin.CSV,
        detail="",
        by="system",
    )
    prefecture.open()
    report = prefecture.filled_in(prefecture.report(), figure_data_sets=9000)
    with pytest.raises(AnswersIncompleteError), transaction.atomic():
        hand_in_report(report=report, officer=prefecture.planner)
    report = prefecture.handed_in(report, why_data_sets="市町村の分を合わせました。")
    assert state_of(report) is ReportState.CHECKING
    with pytest.raises(NotReportersError):
        accept(prefecture, report, prefecture.colleague)
    report = accept(prefecture, report, prefecture.head)
    assert state_of(Report.objects.select_related("case").get(pk=report.pk)) is ReportState.HANDED_IN
    approve_report(report=report, officer=prefecture.head, revision=revision_of(report))
    figure = Figure.objects.get(indicator="data-sets", on=LAST_DAY, current=True)
    assert (figure.value, figure.note) == (9000, "市町村の分を合わせました。")


def accept(prefecture: Prefecture, report: Report, officer: Officer) -> Report:
    return accept_figure(
        report=report,
        officer=officer,
        check_id="unlikely_data_sets",
        reason="確かめました。",
        revision=revision_of(report),
    )


def test_a_figure_that_became_unlikely_meanwhile_does_not_stop_the_head(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    record_figure(
        policy=prefecture.policy,
        indicator="data-sets",
        on=LAST_DAY,
        value=Decimal(9),
        origin=Origin.CSV,
        detail="",
        by="system",
    )
    approve_report(report=report, officer=prefecture.head, revision=revision_of(report))
    figure = Figure.objects.get(indicator="data-sets", current=True)
    assert figure.value == 950
    assert figure.note


def test_handed_in_twice_by_two_people_is_one_report(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.filled_in(prefecture.report(), figure_data_sets=950)
    assert begin_report(report=report, officer=prefecture.colleague) == report.draft
    first = hand_in_report(report=report, officer=prefecture.planner)
    second = hand_in_report(report=report, officer=prefecture.colleague)
    assert first.case_id == second.case_id
    assert second.handed_in_by == prefecture.planner
    assert Case.objects.count() == 1
    with pytest.raises(ReportTakenBackError):
        begin_report(report=report, officer=prefecture.colleague)


def test_nobody_approves_their_own_report_or_that_of_another_office(prefecture: Prefecture) -> None:
    Membership.objects.create(officer=prefecture.planner, organisation=prefecture.digital, role=Role.APPROVER)
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    for who, refused in ((prefecture.planner, OwnProposalError), (prefecture.municipal_head, NotReportersError)):
        with pytest.raises(refused), transaction.atomic():
            approve_report(report=report, officer=who, revision=revision_of(report))


def test_two_heads_at_once(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    seen = revision_of(report)
    approve_report(report=report, officer=prefecture.head, revision=seen)
    with pytest.raises(CaseChangedError):
        return_report(report=report, officer=prefecture.head, reason="もう一度", revision=seen)


def test_a_report_is_sent_back_put_right_and_approved(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=905)
    with pytest.raises(ReasonsMissingError), transaction.atomic():
        return_report(report=report, officer=prefecture.head, reason=" ", revision=revision_of(report))
    return_report(report=report, officer=prefecture.head, reason="950では？", revision=revision_of(report))
    report = Report.objects.select_related("case").get(pk=report.pk)
    assert state_of(report) is ReportState.RETURNED
    told = set(Delivery.objects.values_list("address", flat=True))
    assert told == {f"{login}@example.jp" for login in ("planner", "head", "colleague")}
    draft = begin_report(report=report, officer=prefecture.colleague)
    assert draft.answers["figure_data_sets"] == 905
    save_answers(draft=draft, answers={"figure_data_sets": 950, "effect": "書き直しました。"}, revision=None)
    report = hand_in_report(report=report, officer=prefecture.colleague)
    approve_report(report=report, officer=prefecture.head, revision=revision_of(report))
    assert Figure.objects.get(indicator="data-sets", current=True).value == 950
    assert Case.objects.get().submissions.count() == 2


def test_after_the_deadline_it_is_taken_and_said_to_be_late(prefecture: Prefecture) -> None:
    made = prefecture.open()
    Round.objects.filter(pk=made.pk).update(
        opens_on=clock.today() - timedelta(days=9), due_on=clock.today() - timedelta(days=1)
    )
    report = prefecture.approved(prefecture.report(), figure_data_sets=950)
    assert is_late(Report.objects.select_related("round").get(pk=report.pk))
    assert state_of(report) is ReportState.APPROVED


def test_another_office_cannot_fill_it_in(prefecture: Prefecture, town: Town) -> None:
    prefecture.open()
    for stranger in (prefecture.municipal, town.officer, town.auditor):
        with pytest.raises(NotReportersError):
            begin_report(report=prefecture.report(), officer=stranger)
    assert {row.measure for row in reports_of(prefecture.colleague, prefecture.policy)} == {"procedures", "open-data"}


def test_the_words_of_the_year_before_stand_beside_the_questions(prefecture: Prefecture) -> None:
    made = prefecture.open()
    prefecture.approved(prefecture.report(), figure_data_sets=950)
    later = Round.objects.create(
        policy=made.policy,
        year=YEAR + 1,
        opens_on=made.opens_on,
        due_on=made.due_on,
        meeting_on=made.meeting_on,
        publishes_on=made.publishes_on,
        opened_by=prefecture.planner,
        opened_at=made.opened_at,
    )
    report = Report.objects.create(round=later, measure="open-data", office=prefecture.digital, pack="x")
    assert last_words(report)["done"] == "作りました。"


# --- municipalities


def test_a_municipality_reports_to_the_prefecture(prefecture: Prefecture, town: Town) -> None:
    prefecture.open()
    report = Report.objects.get(municipality_code="04202")
    assert municipalities_of(town.officer, prefecture.policy) == {"04202"}
    report = prefecture.filled_in(report, town.officer, figure_data_sets=12, support=["people"], wish="相談したい。")
    report = hand_in_report(report=report, officer=town.officer)
    approve_report(report=report, officer=prefecture.municipal_head, revision=revision_of(report))
    figure = Figure.objects.get(indicator="data-sets", municipality_code="04202", current=True)
    assert figure.value == 12


def test_a_municipality_with_a_desk_of_its_own_for_it_reports_there_alone(prefecture: Prefecture, town: Town) -> None:
    desk = Organisation.objects.create(
        code="04202-digital",
        kind=OrganisationKind.OFFICE,
        function="digital",
        municipality_code="04202",
        name="デジタル課",
        name_en="Digital",
    )
    member = officer("ishinomaki-digital", desk, Role.OFFICER)
    assert municipalities_of(town.officer, prefecture.policy) == set()
    assert municipalities_of(member, prefecture.policy) == {"04202"}
    assert not is_concerned(town.officer, prefecture.policy)


def test_a_municipalitys_unlikely_figure_is_asked_back(prefecture: Prefecture, town: Town) -> None:
    record_figure(
        policy=prefecture.policy,
        indicator="data-sets",
        on=date(2025, 12, 31),
        value=Decimal(10),
        municipality="04202",
        origin=Origin.CSV,
        detail="",
        by="system",
    )
    prefecture.open()
    report = prefecture.filled_in(Report.objects.get(municipality_code="04202"), town.officer, figure_data_sets=200)
    with pytest.raises(ExplanationMissingError), transaction.atomic():
        hand_in_report(report=report, officer=town.officer)
    report = prefecture.filled_in(report, town.officer, explanation="数え方を変えました。")
    report = hand_in_report(report=report, officer=town.officer)
    approve_report(report=report, officer=prefecture.municipal_head, revision=revision_of(report))
    figure = Figure.objects.get(municipality_code="04202", on=LAST_DAY)
    assert (figure.value, figure.note) == (200, "数え方を変えました。")


# --- reminders


def test_reminders_go_once_at_each_stage(prefecture: Prefecture) -> None:
    made = prefecture.open()
    Report.objects.exclude(measure="open-data").delete()
    assert remind() == 0
    for left in (14, 3, -1):
        Round.objects.filter(pk=made.pk).update(
            opens_on=clock.today() - timedelta(days=9), due_on=clock.today() + timedelta(days=left)
        )
        before = Message.objects.count()
        assert remind() == 3
        remind()
        assert Message.objects.count() == before + 3
    prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    assert remind() == 0


def test_a_day_on_which_nobody_could_be_told_is_made_up_for() -> None:
    due = date(2026, 5, 29)
    days = [stage_of(due, due - timedelta(days=left)) for left in (15, 14, 12, 4, 3, 1, 0, -1)]
    assert days == ["", "14", "14", "14", "3", "3", "3", "late"]


# --- evaluation


def test_the_rule_and_what_an_officer_made_of_it(prefecture: Prefecture) -> None:
    made = prefecture.open()
    prefecture.approved(prefecture.report(), figure_data_sets=950)
    found = {one.measure: one for one in evaluate(of=made, officer=prefecture.planner)}
    assert (found["open-data"].class_id, found["procedures"].class_id) == ("good", "rest")
    change = {"evaluation": found["open-data"], "officer": prefecture.planner, "class_id": "rest"}
    with pytest.raises(EvaluationReasonMissingError), transaction.atomic():
        change_evaluation(**change, reasons={"ja": ""})
    changed = change_evaluation(**change, reasons={"ja": "質がまだです。"})
    assert (changed.class_id, changed.rule_class, changed.reasons["en"]) == ("rest", "good", "質がまだです。")
    evaluate(of=made, officer=prefecture.planner)
    changed.refresh_from_db()
    assert (changed.class_id, changed.rule_class) == ("rest", "good")
    back = change_evaluation(**{**change, "class_id": "good"}, reasons={})
    assert back.changed_at is None
    assert back.reasons == back.rule_reasons


def test_a_figure_of_another_year_says_nothing_of_this_one(prefecture: Prefecture) -> None:
    record = {"policy": prefecture.policy, "indicator": "data-sets", "origin": Origin.CSV, "detail": "", "by": "system"}
    record_figure(**record, on=date(2025, 3, 31), value=Decimal(820))
    record_figure(**record, on=date(2026, 6, 30), value=Decimal(990))
    assert standings_of_year(prefecture.policy, YEAR)["data-sets"].value is None
    record_figure(**record, on=date(2025, 9, 30), value=Decimal(880))
    assert standings_of_year(prefecture.policy, YEAR)["data-sets"].value == 880


def test_nothing_is_read_outside_before_the_day_of_publication(prefecture: Prefecture) -> None:
    made = prefecture.open()
    prefecture.approved(prefecture.report(), figure_data_sets=950, effect_en="It is used.")
    with pytest.raises(NotEvaluatedError):
        publish_evaluation(of=made, officer=prefecture.planner)
    evaluate(of=made, officer=prefecture.planner)
    assert published_evaluations("small-policy", YEAR) is None
    assert effects("small-policy") == {}
    with pytest.raises(NotPlanningOfficeError):
        publish_evaluation(of=made, officer=prefecture.municipal)
    publish_evaluation(of=made, officer=prefecture.planner)
    published = published_evaluations("small-policy", YEAR)
    assert published
    assert [(one.measure.id, one.chosen.id) for one in published.measures] == [
        ("procedures", "rest"),
        ("open-data", "good"),
    ]
    expected = {"ja": "使われました。", "easy": "使われました。", "en": "It is used."}
    assert effects("small-policy") == {"open-data": expected}
    assert Figure.objects.get(indicator="data-sets").release_id


def test_what_is_published_is_not_changed_any_more(prefecture: Prefecture) -> None:
    made = prefecture.open()
    one = evaluate(of=made, officer=prefecture.planner)[0]
    publish_evaluation(of=made, officer=prefecture.planner)
    for deed in (
        lambda: publish_evaluation(of=made, officer=prefecture.planner),
        lambda: evaluate(of=made, officer=prefecture.planner),
        lambda: change_evaluation(evaluation=one, officer=prefecture.planner, class_id="good", reasons={"ja": "x"}),
    ):
        with pytest.raises(PublishedError):
            deed()


def test_the_database_keeps_one_evaluation_for_a_measure(prefecture: Prefecture) -> None:
    one = evaluate(of=prefecture.open(), officer=prefecture.planner)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.create(
            round=one.round,
            measure=one.measure,
            class_id="x",
            mark="x",
            reasons={},
            rule_class="x",
            rule_reasons={},
            measured={},
        )


def test_an_adviser_comments_and_nobody_else(prefecture: Prefecture, town: Town) -> None:
    made = prefecture.open()
    council = Organisation.objects.create(
        code="04-advisers", kind=OrganisationKind.OFFICE, function="advisers", name="有識者", name_en="Advisers"
    )
    adviser = officer("adviser", council, Role.OFFICER)
    add_comment(of=made, officer=adviser, adviser="大学教授", text="よい。", measure="open-data")
    add_comment(of=made, officer=prefecture.planner, adviser="住民代表", text="全体によい。")
    with pytest.raises(NotPlanningOfficeError):
        add_comment(of=made, officer=town.officer, adviser="x", text="x")
    assert made.comments.count() == 2


# --- meetings, teams, paper


def test_a_meeting_keeps_its_papers_decisions_and_minutes(prefecture: Prefecture) -> None:
    made = prefecture.open()
    meeting = call_meeting(of=made, on=clock.today(), agenda=["評価について", " "], officer=prefecture.planner)
    pdf = io.BytesIO()
    written = PdfWriter()
    written.add_blank_page(90, 90)
    written.write(pdf)
    keep_papers(meeting=meeting, content=pdf.getvalue(), officer=prefecture.planner)
    forget_unused_files(stored_before=clock.now() + timedelta(days=9))
    assert StoredFile.objects.count() == 1
    given = {"on": clock.today(), "agenda": ["評価について"], "minutes": "話した。", "officer": prefecture.planner}
    write_meeting(meeting=meeting, decisions=["決めた"], revision=0, **given)
    with pytest.raises(MeetingChangedError):
        write_meeting(meeting=meeting, decisions=["別に決めた"], revision=0, **given)
    meeting.refresh_from_db()
    assert (meeting.decisions, meeting.agenda) == (["決めた"], ["評価について"])


def test_a_team_ends_with_a_result_in_an_offices_hands(prefecture: Prefecture, town: Town) -> None:
    team = found_team(
        policy=prefecture.policy,
        theme="窓口",
        lead=prefecture.digital,
        members=[town.records],
        began_on=clock.today(),
        officer=prefecture.planner,
    )
    call_meeting(of=team, on=clock.today(), agenda=["はじめに"], officer=prefecture.planner)
    end = {"team": team, "ended_on": clock.today(), "officer": prefecture.planner}
    with pytest.raises(UnfinishedTeamError):
        end_team(result="できた", handed_to=None, **end)
    ended = end_team(result="できた", handed_to=town.records, **end)
    assert ended.handed_to == town.records
    assert ended.members.count() == 2


def test_paper_is_counted_and_a_correction_is_the_difference(town: Town, policy: Policy) -> None:
    month = clock.today().replace(day=1)
    count = {"service": "childcare-place", "month": month, "municipality": "04202", "officer": town.officer}
    count_paper(count=40, **count)
    count_uses()
    count_paper(count=35, **count)
    count_paper(count=35, **count)
    count_uses()
    cell = UseCell.objects.get(kind="case-received")
    assert (cell.count, cell.attributes, cell.municipality_code) == (35, {"channel": "paper"}, "04202")
    with pytest.raises(ImpossibleCountError):
        count_paper(count=-1, **count)
    assert AuditEntry.objects.filter(action="paper.counted").count() == 2


def test_side_by_side_begins_with_who_asks_for_help(prefecture: Prefecture, town: Town, settings: Any) -> None:
    for code, name in (("04202", "石巻市"), ("04203", "塩竈市")):
        Municipality.objects.create(
            code=code, prefecture_code=settings.PREFECTURE, name=name, name_en=name, population=1000
        )
    for code, value in (("04202", 30), ("04203", 10)):
        record_figure(
            policy=prefecture.policy,
            indicator="data-sets",
            on=LAST_DAY,
            value=Decimal(value),
            municipality=code,
            origin=Origin.CSV,
            detail="",
            by="system",
        )
    assert [row.place.code for row in side_by_side(prefecture.policy)] == ["04203", "04202"]
    prefecture.open()
    report = prefecture.filled_in(Report.objects.get(municipality_code="04202"), town.officer, support=["people"])
    report = hand_in_report(report=report, officer=town.officer)
    approve_report(report=report, officer=prefecture.municipal_head, revision=revision_of(report))
    assert [row.place.code for row in side_by_side(prefecture.policy)] == ["04202", "04203"]
    assert [row.place.code for row in side_by_side(prefecture.policy, support="people")] == ["04202"]


def test_a_policy_without_anything_to_ask_of_municipalities_asks_none(prefecture: Prefecture) -> None:
    alone = replace(
        prefecture.policy, indicators=tuple(replace(one, municipal=False) for one in prefecture.policy.indicators)
    )
    prefecture.open(policy=alone)
    assert not Report.objects.exclude(municipality_code="").exists()


def test_a_case_of_a_report_is_open_to_its_office_alone(prefecture: Prefecture, town: Town) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    assert report.case
    assert case_for(prefecture.colleague, report.case.receipt_number)
    assert case_for(town.officer, report.case.receipt_number) is None
    assert report.case.state == CaseState.PROPOSED


def test_a_report_that_came_after_the_publication_is_not_in_it(prefecture: Prefecture) -> None:
    made = prefecture.open()
    evaluate(of=made, officer=prefecture.planner)
    publish_evaluation(of=made, officer=prefecture.planner)
    prefecture.approved(prefecture.report(), figure_data_sets=950)
    assert effects("small-policy") == {}
    assert Figure.objects.get(indicator="data-sets", current=True).release_id is None
