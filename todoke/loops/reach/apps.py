from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "todoke.loops.reach"
    label = "reach"
