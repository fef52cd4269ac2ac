"""Addresses on a tenant's host: interface, bulk readings, admin, portal."""

from django.contrib import admin
from django.urls import include, path

from config import admin_sites
from config.bulk import readings
from config.graphiql import graphiql
from config.graphql_views import graphql

admin_sites.fill()

handler403 = "portal.views.looks.forbidden"
handler404 = "portal.views.looks.not_found"
handler500 = "config.failures.broken"

urlpatterns = [
    path("graphql/", graphql, name="graphql"),
    path("readings/", readings, name="readings"),
    path("graphiql/", graphiql, name="graphiql"),
    path("admin/", admin.site.urls),
    path("", include("portal.urls")),
]
