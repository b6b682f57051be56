"""Every address of Todoke."""

from django.urls import include, path

urlpatterns = [
    path("", include("todoke.faces.operations.urls")),
    path("api/", include("todoke.faces.api.urls")),
    path("console/", include("todoke.faces.console.urls")),
    path("reader/", include("todoke.faces.reader.urls")),
    path("", include("todoke.faces.public.urls")),
    path("", include("todoke.faces.portal.urls")),
]

handler404 = "todoke.faces.failures.page_not_found"
handler500 = "todoke.faces.failures.server_error"
