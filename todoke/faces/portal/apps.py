from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "todoke.faces.portal"
    label = "portal"
