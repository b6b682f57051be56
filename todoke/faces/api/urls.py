"""Addresses for machines."""

from django.urls import path

from todoke.faces.api.commons import push_message
from todoke.faces.api.line import line
from todoke.faces.api.receipts import arrived, receipts
from todoke.faces.api.records import data_sets, description, records
from todoke.faces.api.sources import push_reading, push_telegram

app_name = "api"
urlpatterns = [
    path("data/", data_sets, name="data"),
    path("data/openapi.json", description, name="openapi"),
    path("data/<slug:name>/records", records, name="records"),
    path("telegrams/", push_telegram, name="telegrams"),
    path("commons/", push_message, name="commons"),
    path("readings/", push_reading, name="readings"),
    path("line/", line, name="line"),
    path("receipts/<slug:channel>/", receipts, name="receipts"),
    path("arrived/<str:token>/", arrived, name="arrived"),
]
