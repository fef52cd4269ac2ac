"""The app of forecasts."""

from django.apps import AppConfig


class ForecastingConfig(AppConfig):
    name = "forecasting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from forecasting import subscribers, tasks  # noqa: F401, PLC0415 - declares jobs

        subscribers.register()
