"""Accuracy from beliefs: by lead time, live, drifting; each tenant's and customer's own."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
from django_tenants.utils import schema_context

from assets.models import Quantity, Sensor, SourceKind
from forecasting.models import ForecastPlan, ForecastRun
from forecasting.queries import day_chart, lead_chart, read_accuracy
from forecasting.services import keep_plan, renew_forecasts, score_forecasts
from tenants.accounts.models import Customer
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.conftest import OTHER_SCHEMA
from tests.factories import HOUR, a_customer, a_sensor, a_site, an_actor, believe

pytestmark = pytest.mark.usefixtures("tenant")

DAY = timedelta(days=1)


def a_load(name: str) -> Sensor:
    return a_sensor(a_site(a_customer(name)), Quantity.POWER)


def foretell(
    sensor: Sensor, start: datetime, values: list[float], *, at: datetime, band: float = 1.0
) -> None:
    for probability, off in ((0.1, -band), (0.5, 0.0), (0.9, band)):
        believe(
            sensor,
            start,
            [value + off for value in values],
            at=at,
            kind=SourceKind.FORECASTER,
            name="model",
            probability=probability,
        )


def scored(sensor: Sensor, now: datetime, error: float, *, late: float) -> None:
    """Forecasts of three weeks that were off by ``error``, and by ``late`` in the last one."""
    start = now - 21 * DAY
    values = np.tile(np.arange(24.0), 21)
    off = np.where(np.arange(values.size) < 14 * 24, error, late)
    foretell(sensor, start, (values + off).tolist(), at=start)
    believe(sensor, start, values.tolist(), at=now)


def test_each_lead_time_has_the_error_of_what_was_held_then(now: datetime) -> None:
    """Off by 4 a day ahead, by 2 from six hours before on, by 1 in the last hour."""
    load = a_load("Depot Ltd")
    start = now - 5 * DAY
    values = [10.0 + hour for hour in range(12)]
    believe(load, start, values, at=now)
    foretell(load, start, [value + 4 for value in values], at=start - 2 * DAY, band=5.0)
    for n, value in enumerate(values):
        event = start + n * HOUR
        foretell(load, event, [value + 2], at=event - 6 * HOUR)
        foretell(load, event, [value + 1], at=event - HOUR / 2)

    found = read_accuracy(load, now=now)

    told = {lead // HOUR: (each.events, each.mae) for lead, each in found.by_lead.items()}
    assert told == {0: (12, 1.0), 1: (12, 2.0), 6: (12, 2.0), 24: (12, 4.0)}
    held = [each.coverage for each in found.by_lead.values()]
    assert held == [1.0, 0.0, 0.0, 1.0]
    chart = lead_chart(load, found)
    assert chart["labels"] == ["newest", "1 h before", "6 h before", "24 h before", ""]
    assert chart["panels"][0]["series"][0]["values"] == [1.0, 2.0, 2.0, 4.0]
    assert chart["panels"][1]["series"][0]["values"] == [100.0, 0.0, 0.0, 100.0]


def test_what_became_known_later_is_not_scored(now: datetime) -> None:
    load = a_load("Depot Ltd")
    foretell(load, now - 2 * DAY, [1.0] * 24, at=now - 3 * DAY)
    believe(load, now - 2 * DAY, [2.0] * 24, at=now + HOUR)

    found = read_accuracy(load, now=now)

    assert lead_chart(load, found)["panels"] == day_chart(load, found)["panels"] == []


def test_the_error_of_each_day_stands_beside_that_of_last_week(now: datetime) -> None:
    load = a_load("Depot Ltd")
    scored(load, now, 1.0, late=3.0)

    chart = day_chart(load, read_accuracy(load, now=now))

    mine, week = (each["values"] for each in chart["panels"][0]["series"])
    assert len(mine) == chart["steps"] == 28
    assert mine[10] == 1.0
    assert mine[-3] == 3.0
    assert week[-3] == 0.0
    assert mine[0] is None


def test_scores_drift_and_plans_of_two_tenants_and_two_customers_do_not_mix(
    now: datetime, tenant: Tenant, other_tenant: Tenant, run_jobs: Callable[..., int]
) -> None:
    drifting, steady = a_load("Depot Ltd"), a_load("Other Ltd")
    scored(drifting, now, 1.0, late=5.0)
    scored(steady, now, 2.0, late=2.0)
    for each in (drifting, steady):
        keep_plan(actor=PLATFORM, sensor=each, forecaster="seasonal_naive", rhythm=HOUR)
    with schema_context(OTHER_SCHEMA):
        theirs = a_load("Depot Ltd")
        scored(theirs, now, 7.0, late=7.0)
        keep_plan(actor=PLATFORM, sensor=theirs, forecaster="linear", rhythm=HOUR)

    assert score_forecasts(now=now) == 1
    assert renew_forecasts(now=now) == 2
    run_jobs("forecast")

    plans = {plan.sensor_id: plan for plan in ForecastPlan.objects.all()}
    assert plans[drifting.pk].drifts
    assert not plans[steady.pk].drifts
    assert plans[steady.pk].mae == pytest.approx(2.0)
    assert read_accuracy(steady, now=now).by_lead[timedelta(0)].mae == pytest.approx(2.0)
    for name, own in (("Depot Ltd", drifting), ("Other Ltd", steady)):
        viewer = an_actor(Customer.objects.get(name=name), Role.VIEWER)
        assert [plan.sensor for plan in ForecastPlan.objects.visible_to(viewer)] == [own]
        assert [run.sensor for run in ForecastRun.objects.visible_to(viewer)] == [own]
    with schema_context(OTHER_SCHEMA):
        assert not ForecastRun.objects.exists()
        assert ForecastPlan.objects.get().mae is None
        assert score_forecasts(now=now) == 0
        assert ForecastPlan.objects.get().mae == pytest.approx(7.0)
    assert ForecastPlan.objects.get(sensor=steady).mae == pytest.approx(2.0)
