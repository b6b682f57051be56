"""The staff's pages of a round: each opens for whom it is, and does what its buttons say."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apply.conftest import picture
from tests.apply.test_access import signed_in
from tests.improve.conftest import Town
from tests.improve.round_offices import LAST_DAY, YEAR, Prefecture, prefecture, revision_of
from todoke.kernel import clock
from todoke.loops.improve.actions.figures import record_figure
from todoke.loops.improve.models import Evaluation, Figure, Meeting, PaperCount, Report, Round, Team
from todoke.loops.improve.types import Origin
from todoke.registry.organisations.models import Officer
from todoke.registry.places.models import Municipality

__all__ = ["prefecture"]

BASE = "/console/policy"


def at(officer: Officer) -> Client:
    return signed_in(officer)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(f"{BASE}{path}", headers={"accept-language": "ja"})
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def press(client: Client, path: str, status: int = 302, **data: Any) -> str:
    answer = client.post(f"{BASE}{path}", data, headers={"accept-language": "ja"})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode() if status != 302 else answer.headers["Location"]


def answers(report: Report, **changed: Any) -> dict[str, Any]:
    report.refresh_from_db()
    assert report.draft
    given = {"done": "作った。", "figure_data_sets": "950", "effect": "使われた。", "next": "続ける。"}
    given |= {"effect_easy": "", "effect_en": "", **changed}
    here = {f"{name}-here": "1" for name in given}
    return {**given, **here, "revision": str(report.draft.revision)}


def test_a_whole_round_by_its_buttons(prefecture: Prefecture) -> None:
    planner, head = at(prefecture.planner), at(prefecture.head)
    assert "まだ始まっていません" in text(at(prefecture.municipal), "/")
    days = {
        name: str(clock.today() + timedelta(days=n)) for n, name in enumerate(("due_on", "meeting_on", "publishes_on"))
    }
    press(planner, "/rounds/open/", year=YEAR, **days)
    report = prefecture.report()
    assert "あなたを待っているもの" in text(planner, "/")
    assert "書きはじめる" in text(planner, f"/reports/{report.pk}/")
    press(planner, f"/reports/{report.pk}/begin/")
    assert "提出する" in text(planner, f"/reports/{report.pk}/write/")
    said = press(
        planner, f"/reports/{report.pk}/write/", 422, action="hand-in", **answers(report, figure_data_sets="-5")
    )
    assert "0から" in said
    press(planner, f"/reports/{report.pk}/write/", action="hand-in", **answers(report))
    page = text(head, f"/reports/{report.pk}/")
    assert "承認する" in page
    assert "未承認" in page
    press(head, f"/reports/{report.pk}/return/", reason="数を確かめて", revision=revision_of(report))
    assert "数を確かめて" in text(planner, f"/reports/{report.pk}/")
    press(planner, f"/reports/{report.pk}/begin/")
    press(planner, f"/reports/{report.pk}/write/", action="hand-in", **answers(report, figure_data_sets="960"))
    press(head, f"/reports/{report.pk}/approve/", revision=revision_of(report))
    assert Figure.objects.get(indicator="data-sets", current=True).value == 960
    this = Round.objects.get()
    press(planner, f"/rounds/{this.pk}/evaluate/")
    page = text(planner, f"/rounds/{this.pk}/evaluation/")
    assert "県民に公表する" in page
    one = Evaluation.objects.get(measure="open-data")
    press(planner, f"/evaluations/{one.pk}/", 422, **{"class": "rest"})
    press(planner, f"/evaluations/{one.pk}/", **{"class": "rest", "reason-ja": "質を見ている。"})
    press(planner, f"/rounds/{this.pk}/comments/", adviser="大学教授", text="よい。", measure="open-data")
    assert "大学教授" in text(head, f"/rounds/{this.pk}/evaluation/")
    press(planner, "/meetings/call/", round=this.pk, on=str(clock.today()), agenda="評価を決める\n次の年")
    meeting = Meeting.objects.get()
    press(planner, f"/meetings/{meeting.pk}/lay/")
    assert at(prefecture.head).get(f"{BASE}/meetings/{meeting.pk}/papers.pdf").content.startswith(b"%PDF-")
    written = {"on": str(clock.today()), "agenda": "評価を決める", "decisions": "案のとおり", "minutes": "話した。"}
    press(planner, f"/meetings/{meeting.pk}/", revision=0, **written)
    press(planner, f"/meetings/{meeting.pk}/", 409, revision=0, **written)
    assert "案のとおり" in text(head, f"/meetings/{meeting.pk}/")
    assert "決定 1　案のとおり" in text(head, f"/meetings/{meeting.pk}/minutes.txt")
    press(head, f"/rounds/{this.pk}/publish/", status=302)
    assert "公表しました" in text(head, f"/rounds/{this.pk}/evaluation/")
    assert "公表した" in text(planner, "/")


def test_the_papers_are_a_pdf_that_can_be_kept_and_read_aloud(prefecture: Prefecture) -> None:
    this = prefecture.open()
    for language in ("ja", "en"):
        client = at(prefecture.planner)
        client.cookies["todoke-language"] = language
        content = client.get(f"{BASE}/rounds/{this.pk}/papers.pdf").content
        assert b"pdfuaid:part" in content
        assert b"pdfaid:part" in content


def test_two_colleagues_at_one_report(prefecture: Prefecture) -> None:
    prefecture.open()
    report = prefecture.report()
    planner, colleague = at(prefecture.planner), at(prefecture.colleague)
    press(planner, f"/reports/{report.pk}/begin/")
    seen = answers(report, done="一人目")
    press(colleague, f"/reports/{report.pk}/write/", action="save", **answers(report, done="二人目"))
    page = press(planner, f"/reports/{report.pk}/write/", 409, action="save", **seen)
    assert "一人目" in page
    saved = planner.post(f"{BASE}/reports/{report.pk}/autosave/", seen)
    assert saved.status_code == 409
    saved = planner.post(f"{BASE}/reports/{report.pk}/autosave/", answers(report, done="一人目"))
    assert saved.json()["revision"]


def test_documents_are_attached_read_and_taken_off(prefecture: Prefecture) -> None:
    prefecture.open()
    report, planner = prefecture.report(), at(prefecture.planner)
    press(planner, f"/reports/{report.pk}/begin/")
    file = SimpleUploadedFile("根拠.jpg", picture(), content_type="image/jpeg")
    press(planner, f"/reports/{report.pk}/write/", action="save", evidence=file, **answers(report))
    report.refresh_from_db()
    assert report.draft
    upload = report.draft.uploads.get()
    assert planner.get(f"{BASE}/reports/{report.pk}/uploads/{upload.pk}/").status_code == 200
    assert at(prefecture.municipal).get(f"{BASE}/reports/{report.pk}/uploads/{upload.pk}/").status_code == 404
    press(planner, f"/reports/{report.pk}/uploads/{upload.pk}/remove/", **answers(report, done="書きかけ"))
    report.refresh_from_db()
    assert not report.draft.uploads.exists()
    assert report.draft.answers["done"] == "書きかけ"


def test_an_unlikely_figure_is_accepted_by_the_head_with_a_reason(prefecture: Prefecture) -> None:
    record_figure(
        policy=prefecture.policy,
        indicator="data-sets",
        on=LAST_DAY - timedelta(days=100),
        value=Decimal(900),
        origin=Origin.CSV,
        detail="",
        by="system",
    )
    prefecture.open()
    report, planner, head = prefecture.report(), at(prefecture.planner), at(prefecture.head)
    press(planner, f"/reports/{report.pk}/begin/")
    page = press(
        planner, f"/reports/{report.pk}/write/", 422, action="hand-in", **answers(report, figure_data_sets="9,500")
    )
    assert "why_data_sets" in page
    press(
        planner,
        f"/reports/{report.pk}/write/",
        action="hand-in",
        **answers(report, figure_data_sets="9500", why_data_sets="合わせた"),
    )
    assert "まだ承認できません" in text(head, f"/reports/{report.pk}/")
    given = {"check": "unlikely_data_sets", "reason": "元の表を見た", "revision": revision_of(report)}
    press(head, f"/reports/{report.pk}/accept/", **given)
    press(head, f"/reports/{report.pk}/approve/", revision=revision_of(report))
    assert Figure.objects.get(indicator="data-sets", on=LAST_DAY).note == "合わせた"


def test_last_years_words_can_be_taken_over(prefecture: Prefecture) -> None:
    this = prefecture.open()
    prefecture.approved(prefecture.report(), figure_data_sets=950)
    Round.objects.filter(pk=this.pk).update(year=YEAR - 1)
    prefecture.open()
    report = Report.objects.get(measure="open-data", round__year=YEAR)
    planner = at(prefecture.planner)
    press(planner, f"/reports/{report.pk}/begin/")
    assert "前の年の文" in text(planner, f"/reports/{report.pk}/write/")
    press(planner, f"/reports/{report.pk}/write/", action="copy:done", **answers(report, done=""))
    report.refresh_from_db()
    assert report.draft
    assert report.draft.answers["done"] == "作りました。"


def test_a_report_is_not_open_to_others_before_it_is_approved(prefecture: Prefecture, town: Town) -> None:
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=950)
    text(at(prefecture.municipal), f"/reports/{report.pk}/", 404)
    case = signed_in(prefecture.head).get(f"/console/cases/{report.case.receipt_number}/")  # type: ignore[union-attr]
    assert case.headers["Location"] == f"{BASE}/reports/{report.pk}/"
    assert signed_in(prefecture.head).get("/console/").status_code == 200
    press(at(prefecture.head), f"/reports/{report.pk}/approve/", revision=revision_of(report))
    text(at(prefecture.municipal), f"/reports/{report.pk}/")


def test_teams(prefecture: Prefecture, town: Town) -> None:
    planner = at(prefecture.planner)
    today = str(clock.today())
    press(planner, "/teams/", theme="窓口", lead=prefecture.digital.pk, member=[town.records.pk], began_on=today)
    team = Team.objects.get()
    press(planner, "/meetings/call/", team=team.pk, on=today, agenda="はじめに")
    press(planner, f"/teams/{team.pk}/end/", 422, ended_on=today, result="", handed_to="")
    press(planner, f"/teams/{team.pk}/end/", ended_on=today, result="できた", handed_to=town.records.pk)
    assert "できた" in text(at(prefecture.municipal), f"/teams/{team.pk}/")
    assert "窓口" in text(planner, "/teams/")
    press(at(prefecture.municipal), "/teams/", 403, theme="x", lead=town.records.pk, began_on=today)


def test_figures_are_entered_corrected_and_released(prefecture: Prefecture) -> None:
    planner = at(prefecture.planner)
    entered = {"on": str(LAST_DAY), "value": "950"}
    press(planner, "/figures/data-sets/", **entered)
    press(planner, "/figures/data-sets/", 422, on=str(LAST_DAY), value="9")
    press(planner, "/figures/data-sets/", on=str(LAST_DAY), value="９６０", note="数え直した")
    page = text(planner, "/figures/data-sets/")
    assert "<s>950</s>" in page
    assert "数え直した" in page
    press(planner, "/figures/data-sets/", 422, on=str(LAST_DAY), value="NaN")
    press(planner, "/figures/received/", 403, **entered)
    press(at(prefecture.municipal), "/figures/data-sets/", 403, **entered)
    press(at(prefecture.municipal), "/figures/release/", 403)
    press(planner, "/figures/release/")
    press(planner, "/figures/release/", 409)


def test_paper_is_counted_in_a_table(prefecture: Prefecture, town: Town) -> None:
    month = clock.today().replace(day=1)
    name = f"n:childcare-place:04202:{month}"
    officer = at(town.officer)
    assert name in text(officer, "/paper/")
    press(officer, "/paper/", **{name: "４０"})
    press(officer, "/paper/", 422, **{name: "-1"})
    assert PaperCount.objects.get(current=True).count == 40


def test_municipalities_side_by_side_as_a_page_and_as_csv(prefecture: Prefecture, settings: Any) -> None:
    Municipality.objects.create(
        code="04202", prefecture_code=settings.PREFECTURE, name="石巻市", name_en="Ishinomaki", population=1000
    )
    assert "支援を相談できる市町村" in text(at(prefecture.municipal), "/municipalities/")
    assert "04202,石巻市" in text(at(prefecture.municipal), "/municipalities.csv")


def test_the_menu_has_it_for_those_concerned(prefecture: Prefecture, town: Town) -> None:
    for officer, has in (
        (prefecture.planner, True),
        (town.officer, True),
        (town.platform, False),
        (town.auditor, False),
    ):
        page = signed_in(officer).get("/console/", headers={"accept-language": "ja"}).content.decode()
        assert (">検証</a>" in page) is has, officer
        assert signed_in(officer).get(f"{BASE}/").status_code == (200 if has else 404)


def test_a_file_of_figures_is_taken_in_whole_or_not_at_all(prefecture: Prefecture) -> None:
    planner = at(prefecture.planner)

    def sent(lines: str, status: int, **data: str) -> str:
        file = SimpleUploadedFile("実績.csv", f"数値,指標,日付\n{lines}".encode("cp932"))
        return press(planner, "/figures/take-in/", status, file=file, **data)

    refused = sent("900,data-sets,2026/3/31\n-1,data-sets,2026/6/30\n", 422)
    assert "3行目" in refused
    assert not Figure.objects.filter(indicator="data-sets").exists()
    assert "新しい数値1件" in sent("900,data-sets,2026/3/31\n", 200)
    assert "10倍以上か" in sent("90,data-sets,2026/3/31\n", 422)
    sent("90,data-sets,2026/3/31\n", 200, note="数え方を変えたため")
    figure = Figure.objects.get(indicator="data-sets", current=True)
    assert (figure.value, figure.detail, figure.note) == (90, "実績.csv", "数え方を変えたため")
    assert "ファイルから登録する" not in text(at(prefecture.municipal), "/figures/")
    press(at(prefecture.municipal), "/figures/take-in/", 403)
