from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "todoke.kernel"
    label = "kernel"
