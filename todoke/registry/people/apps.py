from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "todoke.registry.people"
    label = "people"
