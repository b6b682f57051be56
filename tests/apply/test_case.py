"""A case from hand-in to decision, and what must never happen to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.apply.conftest import Town, picture
from todoke.capabilities.forms.actions import (
    DraftChangedElsewhereError,
    DraftSubmittedError,
    attach_file,
    save_answers,
)
from todoke.exchange.messages.models import Delivery, Message
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.loops.apply.actions.decision import approve_decision, propose_decision, send_back
from todoke.loops.apply.actions.review import ask_correction, dismiss_finding, withdraw_case, write_note
from todoke.loops.apply.actions.submission import begin_correction, correction_of, submit_draft
from todoke.loops.apply.errors import (
    AnswersIncompleteError,
    CaseChangedError,
    OpenFindingsError,
    OwnProposalError,
    ReasonsMissingError,
    TicksMissingError,
    TooManyAttemptsError,
    WrongSecretError,
    WrongStateError,
)
from todoke.loops.apply.findings import findings_of
from todoke.loops.apply.models import Case, Decision, Proposal
from todoke.loops.apply.queries import case_by_secret, case_for, cases_for, worklist
from todoke.loops.apply.types import CaseState
from todoke.registry.people.queries import own_facts


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_handing_in_twice_makes_one_case(town: Town) -> None:
    draft = town.childcare_draft()
    first = submit_draft(draft=draft, language="ja")
    second = submit_draft(draft=draft, language="ja")
    assert first.pk == second.pk
    assert Case.objects.count() == 1
    assert Message.objects.count() == 1
    with pytest.raises(DraftSubmittedError):
        save_answers(draft=draft, answers={"phone": "1"}, revision=None)


def test_receipt_numbers_have_no_gaps_when_a_submission_rolls_back(town: Town) -> None:
    first = town.case()
    with transaction.atomic():
        town.case()
        transaction.set_rollback(True)
    second = town.case()
    assert int(second.receipt_number[-6:]) == int(first.receipt_number[-6:]) + 1


def test_incomplete_answers_are_refused_and_kept(town: Town) -> None:
    draft = town.childcare_draft(wish1="")
    with pytest.raises(AnswersIncompleteError):
        submit_draft(draft=draft, language="ja")
    draft.refresh_from_db()
    assert draft.answers["hours"] == 140
    assert Case.objects.count() == 0


def test_what_was_said_is_known_the_next_time(town: Town) -> None:
    case = town.case()
    facts = own_facts(town.mother)
    employer = facts["work.employer"]
    assert (employer.value, employer.source, employer.detail) == ("見本商店", "self", case.receipt_number)
    assert facts["name"].source == facts["address.full"].source == "register"


def test_two_devices_do_not_overwrite_each_other(town: Town) -> None:
    draft = town.childcare_draft()
    seen = draft.revision
    save_answers(draft=draft, answers={"wish2": "見本保育園"}, revision=seen)
    with pytest.raises(DraftChangedElsewhereError):
        save_answers(draft=draft, answers={"wish2": "例示保育園"}, revision=seen)
    draft.refresh_from_db()
    assert draft.answers["wish2"] == "見本保育園"


def test_the_story_of_a_case(town: Town) -> None:
    case = town.case()
    due = case.due_on
    today = clock.today()
    case = ask_correction(
        case=case,
        officer=town.officer,
        question="proof",
        text="読めません",
        due_on=today + timedelta(days=7),
        revision=case.revision,
    )
    assert (case.state, case.stopped_on) == (CaseState.RETURNED, today)
    draft, secret = begin_correction(case=case)
    assert secret == ""
    assert begin_correction(case=case)[0].pk == draft.pk
    attach_file(draft=draft, question="proof", name="撮り直し.jpg", content=picture("gray"))
    Case.objects.filter(pk=case.pk).update(stopped_on=today - timedelta(days=4))
    case = submit_draft(draft=draft, language="ja")
    assert (case.state, case.stopped_on) == (CaseState.CORRECTED, None)
    assert case.due_on >= due + timedelta(days=4)
    assert [s.number for s in case.submissions.order_by("number")] == [1, 2]
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    case = fresh(case)
    with pytest.raises(OwnProposalError):
        approve_decision(case=case, officer=town.officer, ticks=[], revision=case.revision)
    decision = approve_decision(case=case, officer=town.approver, ticks=[], revision=case.revision)
    assert "石巻市長に対して審査請求" in decision.letter
    assert "教育・保育給付認定通知書" in decision.letter
    assert fresh(case).state == CaseState.DECIDED
    subjects = list(Message.objects.order_by("created_at").values_list("subject", flat=True))
    assert len(subjects) == 4
    assert all(delivery.channel == "inbox" for delivery in Delivery.objects.all())


def test_an_approval_that_comes_twice_decides_once(town: Town) -> None:
    case = town.case()
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    case = fresh(case)
    approve_decision(case=case, officer=town.approver, ticks=[], revision=case.revision)
    with pytest.raises(CaseChangedError):
        approve_decision(case=case, officer=town.approver, ticks=[], revision=case.revision)
    assert Decision.objects.count() == 1


def test_two_officers_at_one_case_the_second_is_told(town: Town) -> None:
    case = town.case()
    seen = case.revision
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=seen)
    with pytest.raises(CaseChangedError):
        propose_decision(case=case, officer=town.approver, outcome="refused", reasons="理由", revision=seen)


def test_the_database_itself_refuses_an_approval_of_ones_own(town: Town) -> None:
    case = town.case()
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(answered_by=town.officer)


def test_an_adverse_decision_needs_reasons_and_ticks(town: Town) -> None:
    case = town.case()
    with pytest.raises(ReasonsMissingError):
        propose_decision(case=case, officer=town.officer, outcome="refused", reasons=" ", revision=case.revision)
    propose_decision(case=case, officer=town.officer, outcome="refused", reasons="理由", revision=case.revision)
    case = fresh(case)
    with pytest.raises(TicksMissingError):
        approve_decision(case=case, officer=town.approver, ticks=["changes"], revision=case.revision)
    send_back(case=case, officer=town.approver, reason="根拠が足りない", revision=case.revision)
    case = fresh(case)
    assert case.state == CaseState.REVIEW
    propose_decision(case=case, officer=town.officer, outcome="refused", reasons="理由2", revision=case.revision)
    case = fresh(case)
    ticks = ["changes", "reasons", "letter"]
    decision = approve_decision(case=case, officer=town.approver, ticks=ticks, revision=case.revision)
    assert "理由2" in decision.letter


def test_a_correction_asks_what_its_answers_lead_to_and_takes_nothing_else(town: Town) -> None:
    case = town.case()
    tomorrow = clock.today() + timedelta(days=1)
    case = ask_correction(
        case=case, officer=town.officer, question="reason", text="確かめて", due_on=tomorrow, revision=case.revision
    )
    draft, _ = begin_correction(case=case)
    draft = save_answers(draft=draft, answers={"reason": "birth"}, revision=None)
    assert correction_of(draft) == {"reason", "due_date"}
    with pytest.raises(AnswersIncompleteError):
        submit_draft(draft=draft, language="ja")
    save_answers(draft=draft, answers={"due_date": "2031-01-10"}, revision=None)
    assert submit_draft(draft=draft, language="ja").state == CaseState.CORRECTED


def test_a_request_that_the_applicant_has_not_seen_stays_open(town: Town) -> None:
    case = town.case()
    tomorrow = clock.today() + timedelta(days=1)
    case = ask_correction(
        case=case, officer=town.officer, question="proof", text="一つ目", due_on=tomorrow, revision=case.revision
    )
    seen = list(case.correction_requests.values_list("pk", flat=True))
    draft, _ = begin_correction(case=case)
    case = fresh(case)
    ask_correction(
        case=case, officer=town.officer, question="hours", text="二つ目", due_on=tomorrow, revision=case.revision
    )
    with pytest.raises(CaseChangedError):
        submit_draft(draft=draft, language="ja", seen_requests=seen)
    assert fresh(case).state == CaseState.RETURNED


def test_a_correction_that_never_comes_can_be_decided_when_its_day_has_passed(town: Town) -> None:
    case = town.case()
    tomorrow = clock.today() + timedelta(days=1)
    case = ask_correction(
        case=case, officer=town.officer, question="proof", text="読めません", due_on=tomorrow, revision=case.revision
    )
    with pytest.raises(WrongStateError):
        propose_decision(case=case, officer=town.officer, outcome="refused", reasons="理由", revision=case.revision)
    assert not worklist(town.officer, "overdue").exists()
    case.correction_requests.update(due_on=clock.today() - timedelta(days=1))
    assert worklist(town.officer, "overdue").exists()
    propose_decision(case=case, officer=town.officer, outcome="refused", reasons="理由", revision=case.revision)
    assert fresh(case).stopped_on is None


def test_files_of_questions_that_are_not_asked_any_more_stay_behind(town: Town) -> None:
    draft = town.childcare_draft(has_spouse=True, spouse_reason="study")
    attach_file(draft=draft, question="spouse_proof", name="診断書.jpg", content=picture("gray"))
    draft = save_answers(draft=draft, answers={"has_spouse": False}, revision=None)
    case = submit_draft(draft=draft, language="ja")
    assert [a.question for a in case.submissions.get().attachments.all()] == ["proof"]


def test_who_was_sent_back_may_approve_what_a_colleague_proposes(town: Town) -> None:
    case = town.case()
    propose_decision(case=case, officer=town.approver, outcome="certified", reasons="", revision=case.revision)
    assert not worklist(town.approver, "to-approve").exists()
    Proposal.objects.update(state="sent-back")
    Case.objects.update(state=CaseState.REVIEW)
    case = fresh(case)
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    assert worklist(town.approver, "to-approve").exists()
    assert not worklist(town.officer, "to-approve").exists()


def test_a_finding_to_be_checked_blocks_until_it_is_dealt_with(town: Town) -> None:
    case = town.case(hours=48)
    assert {f.check_id for f in findings_of(case) if f.raised} >= {"hours-below-limit"}
    with pytest.raises(OpenFindingsError):
        propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    case = dismiss_finding(
        case=case,
        officer=town.officer,
        check_id="hours-below-limit",
        reason="市の下限は48時間",
        revision=case.revision,
    )
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)


def test_withdrawal_voids_an_open_proposal(town: Town) -> None:
    case = town.case()
    propose_decision(case=case, officer=town.officer, outcome="certified", reasons="", revision=case.revision)
    withdraw_case(case=case)
    case = fresh(case)
    assert case.state == CaseState.WITHDRAWN
    with pytest.raises(WrongStateError):
        approve_decision(case=case, officer=town.approver, ticks=[], revision=case.revision)
    with pytest.raises(WrongStateError):
        withdraw_case(case=case)


def test_nobody_sees_another_offices_cases(town: Town) -> None:
    case = town.case()
    assert case_for(town.officer, case.receipt_number) == case
    for stranger in (town.elsewhere, town.administrator, town.auditor, town.platform):
        assert case_for(stranger, case.receipt_number) is None
        assert not cases_for(stranger).exists()


def test_a_request_without_log_in_opens_by_its_secret_alone(town: Town) -> None:
    draft, secret = town.records_draft()
    case = submit_draft(draft=draft, language="ja")
    assert case_by_secret(case.receipt_number, secret.replace("-", "").lower()) == case
    for _attempt in range(5):
        with pytest.raises(WrongSecretError):
            case_by_secret(case.receipt_number, "0000-0000-0000-0000")
    with pytest.raises(TooManyAttemptsError):
        case_by_secret(case.receipt_number, secret)
    with pytest.raises(WrongSecretError):
        case_by_secret("2026-04-999999", secret)
    assert secret not in str(Case.objects.values().get(pk=case.pk))


def test_notes_stay_inside_and_the_trail_only_grows(town: Town) -> None:
    case = town.case()
    note = write_note(case=case, officer=town.officer, text="電話で確かめる")
    assert not case.messages.filter(internal=False).exists()
    assert note.internal
    assert AuditEntry.objects.filter(action="case.noted", organisation_id=town.office.pk).exists()
    with pytest.raises(Exception, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_audit_entry SET actor = 'nobody'")
