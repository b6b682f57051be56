from django.apps import AppConfig


class ImproveConfig(AppConfig):
    name = "todoke.loops.improve"
    label = "improve"

    def ready(self) -> None:
        """Listen to what the rooms below tell of their use, and to what becomes of reports."""
        from todoke.loops.improve import uses  # noqa: F401
        from todoke.loops.improve.actions import reports  # noqa: F401
        from todoke.loops.improve.open_data import releasing  # noqa: F401
