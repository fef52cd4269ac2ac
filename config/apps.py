"""The app that holds commands which concern all floors."""

import gc

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        """Start the collection of waste, which ``manage.py`` holds back while all is imported."""
        gc.enable()
