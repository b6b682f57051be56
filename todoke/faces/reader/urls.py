"""The pages of readers at the doors of shelters."""

from django.urls import path

from todoke.faces.reader import door, enrolment, offline, uploads

app_name = "reader"
urlpatterns = [
    path("", door.door, name="door"),
    path("find/", door.find_people, name="find"),
    path("check-in/", door.check_in, name="check-in"),
    path("operator/", door.operator, name="operator"),
    path("scans/", uploads.scans, name="scans"),
    path("enrol/<str:secret>/", enrolment.enrol, name="enrol"),
    path("shell/", offline.shell, name="shell"),
    path("sw.js", offline.service_worker, name="service-worker"),
    path("keys.json", enrolment.keys, name="keys"),
]
