"""Addresses on the platform's own host: the operators' admin and health."""

from django.urls import path

from config import admin_sites
from config.health import live, ready
from tenants.admin import public_site

admin_sites.fill()

urlpatterns = [
    path("admin/", public_site.urls),
    path("livez", live),
    path("readyz", ready),
]
