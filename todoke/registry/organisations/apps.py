from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "todoke.registry.organisations"
    label = "organisations"
