"""Addresses of the portal, on a tenant's host."""

from django.urls import path

from portal.views.files import site_file, site_files
from portal.views.forecasts import forecast, forecast_chart, forecasts
from portal.views.live import site_live
from portal.views.looks import brand_css
from portal.views.room import room
from portal.views.sign_in import SignIn, SignOut
from portal.views.sites import site, site_chart, sites
from portal.views.speaking import choose_language, in_their_language

app_name = "portal"

urlpatterns = [
    path("", in_their_language(sites), name="sites"),
    path("sites/<int:site_id>/", in_their_language(site), name="site"),
    path("sites/<int:site_id>/chart.json", in_their_language(site_chart), name="chart"),
    path("sites/<int:site_id>/files/", in_their_language(site_files), name="files"),
    path("sites/<int:site_id>/files/<uuid:file_id>/", in_their_language(site_file), name="file"),
    path("sites/<int:site_id>/forecasts/", in_their_language(forecasts), name="forecasts"),
    path(
        "sites/<int:site_id>/forecasts/<int:sensor_id>/",
        in_their_language(forecast),
        name="forecast",
    ),
    path(
        "sites/<int:site_id>/forecasts/<int:sensor_id>/chart.json",
        in_their_language(forecast_chart),
        name="forecast_chart",
    ),
    path("sites/<int:site_id>/room/", in_their_language(room), name="room"),
    path("live/sites/<int:site_id>", site_live, name="live"),
    path("sign-in/", in_their_language(SignIn.as_view()), name="sign_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("language/", choose_language, name="language"),
    path("brand.css", brand_css, name="brand"),
]
