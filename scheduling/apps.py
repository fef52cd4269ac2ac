"""The app of schedules."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from scheduling import subscribers, tasks  # noqa: F401, PLC0415

        subscribers.register()
