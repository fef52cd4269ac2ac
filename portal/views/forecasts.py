"""Forecasts of a site's sensors: which there are, one with its band, and asking for a new one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Asset, Sensor
from forecasting.models import ForecastRun
from forecasting.queries import foreseeable, read_shown, shown_chart, shown_rows
from forecasting.services import request_forecast
from portal.views.sites import visible_site
from portal.words import language_of, words_for
from tenants.accounts.actors import actor_of
from tenants.permissions import Actor, Permission


@require_safe
@login_required
@never_cache
def forecasts(request: HttpRequest, site_id: int) -> HttpResponse:
    """Show the sensors beneath a site, each with how its newest forecast stands."""
    actor = actor_of(request.user)
    site = visible_site(actor, site_id)
    words = words_for(request)
    rows = [
        {"sensor": sensor, "run": run, "state": words[run.state] if run else words["none"]}
        for sensor, run in foreseeable(actor, site)
    ]
    return _page(request, "portal/forecasts.html", {"site": site, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def forecast(request: HttpRequest, site_id: int, sensor_id: int) -> HttpResponse:
    """Show the newest forecast of a sensor; posted to, ask for one."""
    actor = actor_of(request.user)
    site, sensor = _visible_sensor(actor, site_id, sensor_id)
    refused = _ask(actor, sensor) if request.method == "POST" else ""
    if request.method == "POST" and not refused:
        return redirect("portal:forecast", site.pk, sensor.pk)
    shown = read_shown(sensor, now=timezone.now())
    latest = shown.attempt or shown.run
    found = {
        "site": site,
        "shown": shown,
        "rows": shown_rows(shown),
        "refused": refused,
        "said": _said(shown.run, language_of(request)),
        "failure": _said(shown.attempt, language_of(request)).get("failure"),
        "waits": latest is not None and latest.finished_at is None,
        "may_ask": actor.may_on(Permission.FORECAST_REQUEST, sensor.asset.path),
    }
    return _page(request, "portal/forecast.html", found, status=400 if refused else 200)


@require_safe
@login_required
@never_cache
def forecast_chart(request: HttpRequest, site_id: int, sensor_id: int) -> JsonResponse:
    """Answer the chart of a sensor's newest forecast; without panels when there is none."""
    _, sensor = _visible_sensor(actor_of(request.user), site_id, sensor_id)
    shown = read_shown(sensor, now=timezone.now())
    return JsonResponse(shown_chart(shown, words_for(request)))


def _said(run: ForecastRun | None, language: str) -> dict[str, str]:
    """Return what is said of a forecast, by field."""
    fields = ("fallback", "reason", "input_notes", "failure")
    return {field: run.text(field, language) for field in fields} if run else {}


def _ask(actor: Actor, sensor: Sensor) -> str:
    """Ask for a forecast unless one is being made; return why it is refused, if it is."""
    if ForecastRun.objects.filter(sensor=sensor).unfinished().exists():
        return ""  # a second click, or somebody else's first
    try:
        request_forecast(actor=actor, sensor=sensor, now=timezone.now())
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""


def _visible_sensor(actor: Actor, site_id: int, sensor_id: int) -> tuple[Asset, Sensor]:
    """Return site and sensor, as ``actor`` may see them. Raises ``Http404``."""
    site = visible_site(actor, site_id)
    sensors = Sensor.objects.visible_to(actor).beneath(site).select_related("asset")
    sensor = sensors.filter(pk=sensor_id).first()
    if sensor is None:
        raise Http404("no such sensor")
    return site, sensor


def _page(
    request: HttpRequest, template: str, found: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return render(request, template, found | {"words": words_for(request)}, status=status)
