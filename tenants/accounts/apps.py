"""The app of people and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenants.accounts"
    label = "accounts"
    verbose_name = "People and tokens"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take Django's own groups from the admin: rights come from memberships."""
        from django.contrib import admin  # noqa: PLC0415
        from django.contrib.auth.models import Group  # noqa: PLC0415

        if admin.site.is_registered(Group):
            admin.site.unregister(Group)
