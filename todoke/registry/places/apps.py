from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "todoke.registry.places"
    label = "places"
