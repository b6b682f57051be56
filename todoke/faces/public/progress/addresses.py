"""The addresses of progress; ids of a policy never change, so neither do they."""

from django.urls import path

from todoke.faces.public.progress import evaluations, explore, indicators, measures, overview, pictures, places

patterns = [
    path("progress/", overview.overview, name="progress"),
    path("progress/card-<slug:language>.png", pictures.card, name="progress-card"),
    path("progress/indicators/", indicators.indicator_list, name="progress-indicators"),
    path("progress/indicators/<slug:indicator_id>/", indicators.indicator, name="progress-indicator"),
    path("progress/indicators/<slug:indicator_id>.<slug:form>", pictures.chart, name="progress-chart"),
    path("progress/measures/<slug:measure_id>/", measures.measure, name="progress-measure"),
    path("progress/places/", places.place_list, name="progress-places"),
    path("progress/places/<slug:code>/", places.place, name="progress-place"),
    path("progress/evaluations/<int:year>/", evaluations.evaluation, name="progress-evaluation"),
    path("progress/explore/", explore.explore, name="progress-explore"),
    path("progress/explore.<slug:form>", explore.explore_file, name="progress-explore-file"),
]
