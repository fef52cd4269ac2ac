"""Addresses on the platform's own host: the operators' admin and health."""

from django.urls import path
from tenants.admin import public_site

from config.health import live, ready

urlpatterns = [
    path("admin/", public_site.urls),
    path("livez", live),
    path("readyz", ready),
]
