"""The app of remembered requests."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "tenants.idempotency"
    label = "idempotency"
    verbose_name = "Remembered requests"
    default_auto_field = "django.db.models.BigAutoField"
