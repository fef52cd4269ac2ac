"""What a real battery went through, as a partner's programme reads it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.models import Asset, Quantity, Sensor
from scheduling.models import AssetFlex
from tenants.accounts.models import Customer
from tenants.accounts.tokens import issue_token
from tenants.models import Tenant
from tenants.permissions import PLATFORM, Role
from tests.client import GraphQLClient, host_of, node_id
from tests.factories import HOUR, a_customer, a_site_with_battery, believe

WEAR = """
    query ($asset: ID!, $start: DateTime!, $end: DateTime!) {
      batteryWear(asset: $asset, start: $start, end: $end) {
        fullCycles deepestShare cyclesByDepth lifeShare cost { amount currency }
      }
    }
"""


@pytest.fixture
def battery(customer: Customer, now: datetime) -> Asset:
    site = a_site_with_battery(customer, now, [0.1, 0.5], known_at=now - HOUR)
    return Asset.objects.get(parent=site, name="Battery")


def a_client(tenant: Tenant, customer: Customer, now: datetime) -> GraphQLClient:
    issued = issue_token(actor=PLATFORM, name="test", role=Role.VIEWER, customer=customer, now=now)
    return GraphQLClient(host_of(tenant), issued.key)


def span(battery: Asset, start: datetime, hours: int) -> dict[str, Any]:
    return {
        "asset": node_id(battery),
        "start": start.isoformat(),
        "end": (start + hours * HOUR).isoformat(),
    }


def test_measured_cycles_are_told_in_life_and_money(
    tenant: Tenant, customer: Customer, battery: Asset, now: datetime
) -> None:
    kept = AssetFlex.objects.get(asset=battery)
    capacity = kept.document["capacity_kwh"]
    stock = Sensor.objects.get(asset=battery, quantity=Quantity.STOCK)
    start = now - 10 * HOUR
    believe(stock, start, [capacity, capacity / 2, capacity, capacity / 2, capacity], at=now)

    viewer = a_client(tenant, customer, now)
    told = viewer.execute(WEAR, **span(battery, start, 5))["batteryWear"]

    # LFP of industry: 7,000 full cycles, 140 to replace a kWh.
    assert told["fullCycles"] == pytest.approx(1.0)
    assert told["deepestShare"] == pytest.approx(0.5)
    assert told["cyclesByDepth"] == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert told["lifeShare"] == pytest.approx(1 / 7_000)
    assert float(told["cost"]["amount"]) == pytest.approx(140 * capacity / 7_000, abs=1e-5)


def test_what_cannot_be_told_is_said(
    tenant: Tenant, customer: Customer, battery: Asset, now: datetime
) -> None:
    viewer = a_client(tenant, customer, now)

    assert battery.parent is not None
    assert viewer.execute(WEAR, **span(battery.parent, now, 5))["batteryWear"] is None
    for start, hours in (
        (now - 10 * HOUR, 5),
        (now, -1),
        (now, 200_000),
        (now + timedelta(minutes=1), 5),
    ):
        assert viewer.errors(WEAR, **span(battery, start, hours))


def test_others_read_nothing(tenant: Tenant, battery: Asset, now: datetime) -> None:
    stranger = a_client(tenant, a_customer("Stranger"), now)

    assert stranger.execute(WEAR, **span(battery, now, 5))["batteryWear"] is None
