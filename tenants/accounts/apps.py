"""The app of people and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenants.accounts"
    label = "accounts"
    verbose_name = "People and tokens"
    default_auto_field = "django.db.models.BigAutoField"
