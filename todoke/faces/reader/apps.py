from django.apps import AppConfig


class ReaderConfig(AppConfig):
    name = "todoke.faces.reader"
    label = "reader"
