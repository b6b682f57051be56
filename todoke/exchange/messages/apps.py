from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "todoke.exchange.messages"
    label = "messages"
