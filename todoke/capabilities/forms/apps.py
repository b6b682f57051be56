from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "todoke.capabilities.forms"
    label = "forms"
