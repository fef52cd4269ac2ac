"""Addresses on a tenant's host: interface, admin, portal."""

from django.contrib import admin
from django.urls import include, path

from config.graphql_views import graphql

urlpatterns = [
    path("graphql/", graphql, name="graphql"),
    path("admin/", admin.site.urls),
    path("", include("portal.urls")),
]
