"""Peaks that are kept at a site: what was reached in the month so far is read from its meter."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Quantity, Sensor
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.models import ScheduleRun
from scheduling.queries import MissingBeliefs, read_problem
from scheduling.services import keep_context, request_schedule
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, node_id
from tests.factories import HOUR, QUARTER, a_customer, a_sensor, a_site, believe

CONTEXT = """
    mutation ($input: SetSiteContextInput!) {
      setSiteContext(input: $input) { object { document } errors { code field detail } }
    }
"""


@pytest.fixture
def meter(site: Asset) -> Sensor:
    """The power of the site at its grid connection, in quarters."""
    return a_sensor(site, Quantity.POWER, name="grid", resolution=QUARTER)


@pytest.fixture
def manager(customer: Customer, client_of: Callable[..., GraphQLClient]) -> GraphQLClient:
    return client_of(customer, Role.MANAGER)


def keep(site: Asset, meter: Sensor, now: datetime, **changes: Any) -> None:
    """Keep a peak by the month at the site, beside its prices."""
    price = {"sensor": Sensor.objects.get(asset=site, quantity=Quantity.PRICE).pk}
    peak = {"name": "month", "price_per_kw": 10.0, "average_minutes": 15, "period": "month"}
    peak |= {"measured_kw": {"sensor": meter.pk}, **changes}
    given = {"prices": {"import_per_kwh": price, "export_per_kwh": price}, "peaks": [peak]}
    context = SiteContext.model_validate(given)
    keep_context(actor=PLATFORM, asset=site, context=context, valid_from=now - HOUR / 2)


def asked(site: Asset, start: datetime, now: datetime) -> ScheduleRun:
    return request_schedule(actor=PLATFORM, asset=site, now=now, grid=TimeGrid(start, HOUR, 2))


def peak_of(run: ScheduleRun) -> Any:
    [peak] = read_problem(run).peaks
    return peak


def test_the_highest_quarter_of_the_month_so_far_is_free(
    site: Asset, meter: Sensor, now: datetime
) -> None:
    """What came in February, and what was fed in, is no peak of imports in March."""
    keep(site, meter, now, incumbent_kw=4.0)
    february = datetime(2026, 2, 28, 22, 0, tzinfo=UTC)  # an hour before March in Amsterdam
    believe(meter, february, [90.0, 90.0, 90.0, 90.0, 20.0], at=now)
    believe(meter, now - HOUR, [31.0, -80.0, 12.0, 3.0], at=now)
    run = asked(site, now, now)

    assert peak_of(run).incumbent_kw == pytest.approx(31.0)
    assert peak_of(run).time_zone == "Europe/Amsterdam"
    assert peak_of(run).measured_kw is None


def test_what_is_known_counts_and_what_was_said_at_least(
    site: Asset, meter: Sensor, now: datetime
) -> None:
    keep(site, meter, now, incumbent_kw=4.0)
    believe(meter, now - HOUR, [31.0], at=now)

    assert peak_of(asked(site, now, now - timedelta(minutes=1))).incumbent_kw == pytest.approx(4.0)


def test_hours_that_do_not_count_are_no_peak(site: Asset, meter: Sensor, now: datetime) -> None:
    """It is Saturday 28 March 2026, and Friday's evening was the highest that counts."""
    keep(
        site, meter, now, weekly=[{"weekdays": [0, 1, 2, 3, 4], "begins": "07:00", "ends": "23:00"}]
    )
    believe(meter, now - HOUR, [31.0], at=now)
    believe(meter, datetime(2026, 3, 27, 19, 0, tzinfo=UTC), [17.0], at=now)

    assert peak_of(asked(site, now, now)).incumbent_kw == pytest.approx(17.0)


def test_an_hour_that_runs_already_is_read_too(site: Asset, meter: Sensor, now: datetime) -> None:
    """Half of an hour at 8 and 4 kW in quarters has seen 3 kWh."""
    keep(site, meter, now, average_minutes=60)
    believe(meter, now, [8.0, 4.0], at=now + 2 * QUARTER)
    grid = TimeGrid(now + 2 * QUARTER, QUARTER, 2)
    run = request_schedule(actor=PLATFORM, asset=site, now=now + 2 * QUARTER, grid=grid)

    assert peak_of(run).metered_kwh == pytest.approx(3.0)


def test_a_meter_that_is_gone_is_named(site: Asset, meter: Sensor, now: datetime) -> None:
    keep(site, meter, now)
    run = asked(site, now, now)
    Sensor.objects.filter(pk=meter.pk).delete()

    with pytest.raises(MissingBeliefs, match=r"peaks\[0\]\.measured_kw: its sensor was removed"):
        peak_of(run)


def test_a_meter_of_another_customer_is_none(
    manager: GraphQLClient, site: Asset, meter: Sensor
) -> None:
    other = a_sensor(a_site(a_customer("South Ltd")), Quantity.POWER, name="grid")
    price = Sensor.objects.get(asset=site, quantity=Quantity.PRICE)
    for sensor, codes in ((meter, []), (other, ["NOT_FOUND"]), (price, ["NOT_ALLOWED"])):
        peak = {"name": "month", "pricePerKw": 10.0, "period": "MONTH"}
        peak["measuredKw"] = {"sensor": node_id(sensor)}
        peak["weekly"] = [{"begins": "07:00", "ends": "23:00"}]
        given = {"asset": node_id(site), "context": {"peaks": [peak]}}
        told = manager.execute(CONTEXT, input=given)["setSiteContext"]

        assert [error["code"] for error in told["errors"]] == codes


def test_a_plan_of_a_day_pays_for_what_goes_beyond_the_month(
    site: Asset, meter: Sensor, now: datetime, run_jobs: Callable[..., int]
) -> None:
    """The battery draws 5 kW at 0.1 where the month has seen 5, and 2 kW where it has seen 2."""
    keep(site, meter, now)
    for reached, drawn in ((2.0, 2.0), (5.0, 5.0)):
        believe(meter, now - HOUR, [reached], at=now)
        run = asked(site, now, now)
        run_jobs()
        run.refresh_from_db()
        assert (run.result or {})["power_kw"]["Battery"][0] == pytest.approx(drawn)
