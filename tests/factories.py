"""The least that a test needs, made through the services that users reach."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from assets.models import Asset, AssetType, Quantity, Sensor, Source, SourceKind
from assets.services import NewSensor, add_asset, add_customer, add_sensor, record_series
from assets.timegrid import TimeGrid
from scheduling.flex.context import SiteContext
from scheduling.services import DeviceFlex, keep_context, keep_device
from tenants.accounts.models import Customer, Membership, User
from tenants.permissions import PLATFORM, Actor, Role, actor_in_role

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def a_customer(name: str = "Depot Ltd") -> Customer:
    return add_customer(actor=PLATFORM, name=name)


def an_actor(customer: Customer | None, role: Role, name: str = "user:1") -> Actor:
    """A planner, a viewer, a stranger: by role and customer."""
    return actor_in_role(name, role, customer.root_path or "nowhere" if customer else "")


def a_user(email: str, customer: Customer | None, role: Role, *, staff: bool = False) -> User:
    user = User.objects.create_user(email, "a long passphrase", is_staff=staff)
    Membership.objects.create(user=user, customer=customer, role=role)
    return user


def a_site(customer: Customer, name: str = "Depot") -> Asset:
    portfolio = Asset.objects.get(path=customer.root_path)
    return add_asset(actor=PLATFORM, parent=portfolio, name=name, asset_type=AssetType.SITE)


def a_device(site: Asset, name: str, asset_type: AssetType) -> Asset:
    return add_asset(actor=PLATFORM, parent=site, name=name, asset_type=asset_type)


def a_sensor(
    asset: Asset, quantity: Quantity, *, name: str = "", resolution: timedelta = HOUR
) -> Sensor:
    sensor = NewSensor(name or quantity.value.lower(), quantity, resolution)
    return add_sensor(actor=PLATFORM, asset=asset, sensor=sensor)


def believe(
    sensor: Sensor,
    start: datetime,
    values: list[float],
    *,
    at: datetime,
    kind: SourceKind = SourceKind.METER,
    name: str = "meter",
    version: str = "",
    probability: float = 0.5,
) -> None:
    """Record ``values`` from ``start`` on, as known at ``at``."""
    record_series(
        actor=PLATFORM,
        sensor=sensor,
        source=Source.objects.of(kind, name, version),
        grid=TimeGrid(start, sensor.resolution, len(values)),
        values=np.array(values, dtype=float),
        belief_time=at,
        cumulative_probability=probability,
    )


def a_site_with_battery(
    customer: Customer,
    start: datetime,
    prices: list[float],
    *,
    known_at: datetime,
    **battery_fields: Any,
) -> Asset:
    """A site with a lossless, wearless 10 kWh, 5 kW battery and ``prices`` per hour, all kept.

    ``battery_fields``: of the battery's document instead of these.
    """
    site = a_site(customer)
    price = a_sensor(site, Quantity.PRICE)
    believe(price, start, prices, at=known_at, kind=SourceKind.MARKET, name="exchange")
    keep_context(
        actor=PLATFORM,
        asset=site,
        context=SiteContext.model_validate(
            {
                "prices": {
                    "import_per_kwh": {"sensor": price.pk},
                    "export_per_kwh": {"sensor": price.pk},
                },
                "connection": {"import_limit_kw": 50.0, "export_limit_kw": 50.0},
            }
        ),
        valid_from=known_at,
    )
    battery = a_device(site, "Battery", AssetType.BATTERY)
    keep_device(
        actor=PLATFORM,
        device=DeviceFlex(
            asset=battery,
            document={
                "kind": "battery",
                "capacity_kwh": 10.0,
                "charge_limit_kw": 5.0,
                "discharge_limit_kw": 5.0,
                "stock_at_start_kwh": 0.0,
                "charge_efficiency": 1.0,
                "discharge_efficiency": 1.0,
                "wear_cost_per_kwh": 0.0,
                "end_value_per_kwh": 0.0,
                **battery_fields,
            },
            power_sensor=a_sensor(battery, Quantity.POWER),
            stock_sensor=a_sensor(battery, Quantity.STOCK),
        ),
        valid_from=known_at,
    )
    return site
