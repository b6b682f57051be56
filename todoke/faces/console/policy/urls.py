"""Addresses of the pages of 検証."""

from django.urls import path

from todoke.faces.console.policy import evaluation, figures, meetings, overview, paper, papers, places, reports, writing

urlpatterns = [
    path("", overview.overview, name="policy"),
    path("rounds/open/", overview.open_year, name="policy-open"),
    path("rounds/<int:round_id>/move/", overview.move, name="policy-move"),
    path("reports/<int:report_id>/", reports.report, name="policy-report"),
    path("reports/<int:report_id>/begin/", reports.begin, name="policy-report-begin"),
    path("reports/<int:report_id>/write/", writing.write, name="policy-report-write"),
    path("reports/<int:report_id>/autosave/", writing.autosave, name="policy-report-autosave"),
    path("reports/<int:report_id>/uploads/<uuid:upload_id>/", writing.upload, name="policy-upload"),
    path(
        "reports/<int:report_id>/uploads/<uuid:upload_id>/remove/", writing.remove_upload, name="policy-upload-remove"
    ),
    path("reports/<int:report_id>/accept/", reports.accept, name="policy-report-accept"),
    path("reports/<int:report_id>/approve/", reports.approve, name="policy-report-approve"),
    path("reports/<int:report_id>/return/", reports.back, name="policy-report-return"),
    path("rounds/<int:round_id>/evaluation/", evaluation.evaluation, name="policy-evaluation"),
    path("rounds/<int:round_id>/evaluate/", evaluation.work_out, name="policy-evaluate"),
    path("rounds/<int:round_id>/publish/", evaluation.publish, name="policy-publish"),
    path("rounds/<int:round_id>/comments/", evaluation.comment, name="policy-comment"),
    path("rounds/<int:round_id>/papers.pdf", papers.preview, name="policy-papers"),
    path("evaluations/<int:evaluation_id>/", evaluation.change, name="policy-evaluation-change"),
    path("meetings/", meetings.meetings, name="policy-meetings"),
    path("meetings/call/", meetings.call, name="policy-meeting-call"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="policy-meeting"),
    path("meetings/<int:meeting_id>/lay/", meetings.lay_papers, name="policy-meeting-lay"),
    path("meetings/<int:meeting_id>/papers.pdf", meetings.papers, name="policy-meeting-papers"),
    path("meetings/<int:meeting_id>/minutes.txt", meetings.minutes, name="policy-meeting-minutes"),
    path("teams/", meetings.teams, name="policy-teams"),
    path("teams/<int:team_id>/", meetings.team, name="policy-team"),
    path("teams/<int:team_id>/end/", meetings.end, name="policy-team-end"),
    path("municipalities/", places.places, name="policy-places"),
    path("municipalities.csv", places.download, name="policy-places-csv"),
    path("paper/", paper.paper, name="policy-paper"),
    path("figures/", figures.figures, name="policy-figures"),
    path("figures/release/", figures.release, name="policy-release"),
    path("figures/take-in/", figures.take_in, name="policy-take-in"),
    path("figures/<slug:indicator_id>/", figures.indicator, name="policy-indicator"),
]
