"""Fills the admin's sites; only who serves them pays for it."""

from django.contrib import admin
from django.contrib.auth.models import Group


def fill() -> None:
    """Import each app's admin. Rights come from memberships, so Django's groups are left out."""
    admin.autodiscover()
    if admin.site.is_registered(Group):
        admin.site.unregister(Group)
