from django.apps import AppConfig


class ApplyConfig(AppConfig):
    name = "todoke.loops.apply"
    label = "apply"
