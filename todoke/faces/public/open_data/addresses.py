"""Addresses of open data, and what tells crawlers of them."""

from django.urls import path

from todoke.faces.public.open_data import crawlers, files, pages

patterns = [
    path("data/", pages.index, name="data"),
    path("data/catalog.jsonld", files.json_ld, name="data-json-ld"),
    path("data/catalog.ttl", files.turtle, name="data-turtle"),
    path("data/<slug:name>/", pages.viewer, name="data-set"),
    path("data/<slug:name>.schema.json", files.described, name="data-schema"),
    *(
        path(f"data/<slug:name>.{form}", files.download, {"form": form}, name=f"data-{form}")
        for form in ("csv", "json", "parquet")
    ),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
]
