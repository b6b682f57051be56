from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "todoke.registry.catalogue"
    label = "catalogue"
