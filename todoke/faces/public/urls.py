"""Pages and data for everyone."""

from django.urls import path

from todoke.faces.public import data, message, now, survey
from todoke.faces.public.open_data import addresses as open_data
from todoke.faces.public.progress import addresses as progress

app_name = "public"
urlpatterns = [
    path("m/<str:token>/", message.message, name="message"),
    path("m/<str:token>/questions/", survey.survey, name="survey"),
    path("now/", now.now, name="now"),
    path("now/history/", now.history, name="now-history"),
    path("now.json", data.as_json, name="now-json"),
    path("now.geojson", data.as_geojson, name="now-geojson"),
    path("now.rss", data.as_rss, name="now-rss"),
    path("now.cap", data.as_cap, name="now-cap"),
    *progress.patterns,
    *open_data.patterns,
]
