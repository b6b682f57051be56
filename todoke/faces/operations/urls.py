"""Addresses for probes and monitoring."""

from django.urls import path

from todoke.faces.operations.metrics import metrics
from todoke.faces.operations.probes import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
