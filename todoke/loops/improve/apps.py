from django.apps import AppConfig


class ImproveConfig(AppConfig):
    name = "todoke.loops.improve"
    label = "improve"

    def ready(self) -> None:
        """Listen to what the rooms below tell of their use."""
        from todoke.loops.improve import uses  # noqa: F401
