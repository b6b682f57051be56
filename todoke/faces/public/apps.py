from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "todoke.faces.public"
    label = "public"
