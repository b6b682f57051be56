from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "todoke.faces.look"
    label = "look"
