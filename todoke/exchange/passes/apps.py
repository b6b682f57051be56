from django.apps import AppConfig


class PassesConfig(AppConfig):
    name = "todoke.exchange.passes"
    label = "passes"
