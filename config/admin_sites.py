"""Fills the admin's sites; only who serves them pays for it."""

from django.contrib import admin
from django.contrib.auth.models import Group

from tenants.admin.site import public_site


def fill() -> None:
    """Import each app's admin. Rights come from memberships, so Django's groups are left out."""
    admin.autodiscover()
    admin.site.index_title = public_site.index_title = "Overview"
    if admin.site.is_registered(Group):
        admin.site.unregister(Group)
