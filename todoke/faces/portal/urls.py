"""The residents' pages."""

from django.urls import path

from todoke.faces.portal import application, cases, follow, home, inbox, login, my_data, pages, places, services

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("language/", pages.language, name="language"),
    path("help/", pages.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("login/", login.start, name="login"),
    path("login/callback", login.callback, name="login-callback"),
    path("logout", login.logout, name="logout"),
    path("logout-everywhere", login.logout_everywhere, name="logout-everywhere"),
    path(".well-known/todoke-jwks.json", login.jwks, name="jwks"),
    path("services/", services.service_list, name="services"),
    path("services/<slug:pack_id>/", services.service, name="service"),
    path("services/<slug:pack_id>/start/", services.start, name="start"),
    path("places/postal-code/", places.postal_code, name="postal-code"),
    path("apply/<uuid:draft_id>/", application.resume, name="draft"),
    path("apply/<uuid:draft_id>/discard/", application.discard, name="discard"),
    path("apply/<uuid:draft_id>/review/", application.review, name="review"),
    path("apply/<uuid:draft_id>/files/<uuid:upload_id>/", application.uploaded_file, name="upload"),
    path("apply/<uuid:draft_id>/files/<uuid:upload_id>/remove/", application.remove_upload, name="upload-remove"),
    path("apply/<uuid:draft_id>/<slug:page_id>/", application.page, name="page"),
    path("apply/<uuid:draft_id>/<slug:page_id>/save/", application.autosave, name="autosave"),
    path("apply/<uuid:draft_id>/<slug:page_id>/questions/", application.questions, name="questions"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<slug:receipt_number>/", cases.case, name="case"),
    path("cases/<slug:receipt_number>/answers/", cases.answers, name="case-answers"),
    path("cases/<slug:receipt_number>/files/<int:attachment_id>/", cases.attachment, name="case-file"),
    path("cases/<slug:receipt_number>/message/", cases.write_message, name="case-message"),
    path("cases/<slug:receipt_number>/correct/", cases.correct, name="case-correct"),
    path("cases/<slug:receipt_number>/withdraw/", cases.withdraw, name="case-withdraw"),
    path("cases/<slug:receipt_number>/decision/", cases.decision, name="case-decision"),
    path("cases/<slug:receipt_number>/receipt/", cases.receipt, name="case-receipt"),
    path("follow/", follow.follow, name="follow"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:message_id>/", inbox.message, name="message"),
    path("my-data/", my_data.my_data, name="my-data"),
    path("my-data/contact/", my_data.contact, name="contact"),
]
