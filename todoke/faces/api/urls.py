"""Addresses for machines."""

from django.urls import path

from todoke.faces.api.commons import push_message
from todoke.faces.api.receipts import receipts
from todoke.faces.api.sources import push_reading, push_telegram

app_name = "api"
urlpatterns = [
    path("telegrams/", push_telegram, name="telegrams"),
    path("commons/", push_message, name="commons"),
    path("readings/", push_reading, name="readings"),
    path("receipts/<slug:channel>/", receipts, name="receipts"),
]
