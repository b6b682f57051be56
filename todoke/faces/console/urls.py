"""The staff's pages."""

from django.urls import include, path

from todoke.faces.console import agencies, case, decision, rules, worklist

app_name = "console"
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("peek/<slug:receipt_number>/", worklist.peek, name="peek"),
    path("assign/", worklist.assign_selected, name="assign-selected"),
    path("cases/<slug:receipt_number>/", case.case, name="case"),
    path("cases/<slug:receipt_number>/reason/", case.say_reason, name="case-reason"),
    path("cases/<slug:receipt_number>/files/<int:attachment_id>/", case.attachment, name="case-file"),
    path("cases/<slug:receipt_number>/assign/", case.assign, name="case-assign"),
    path("cases/<slug:receipt_number>/correction/", case.correction, name="case-correction"),
    path("cases/<slug:receipt_number>/note/", case.note, name="case-note"),
    path("cases/<slug:receipt_number>/message/", case.message, name="case-message"),
    path("cases/<slug:receipt_number>/dismiss/", case.dismiss, name="case-dismiss"),
    path("cases/<slug:receipt_number>/propose/", decision.propose, name="case-propose"),
    path("cases/<slug:receipt_number>/approve/", decision.approve, name="case-approve"),
    path("cases/<slug:receipt_number>/send-back/", decision.back, name="case-send-back"),
    path("rules/", rules.rules, name="rules"),
    path("agencies/", agencies.agencies, name="agencies"),
    path("", include("todoke.faces.console.staff_urls")),
]
