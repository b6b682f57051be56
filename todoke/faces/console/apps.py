from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "todoke.faces.console"
    label = "console"
