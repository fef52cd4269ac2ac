"""A depot whose room on the grid is asked for."""

from datetime import datetime
from typing import Final

import numpy as np

from assets.models import Asset, AssetType, Quantity, SourceKind
from scheduling.flex.context import SiteContext
from scheduling.services import DeviceFlex, keep_context, keep_device
from tenants.accounts.models import Customer
from tenants.permissions import PLATFORM
from tests.factories import a_device, a_sensor, a_site, believe

#: How long it was measured, and from when on (a Monday).
DAYS: Final = 14
START: Final = datetime.fromisoformat("2026-01-05T00:00:00+00:00")


def a_depot(customer: Customer, *, known_at: datetime) -> Asset:
    """A site behind 60 kW that draws 40 kW by day and 10 by night, and has a roof."""
    site = a_site(customer)
    hours = np.arange(DAYS * 24)
    by_day = (hours % 24 >= 7) & (hours % 24 < 19)
    load = a_device(site, "Hall", AssetType.LOAD)
    roof = a_device(site, "Roof", AssetType.PV)
    drawn = a_sensor(load, Quantity.POWER)
    given = a_sensor(roof, Quantity.POWER)
    believe(drawn, START, np.where(by_day, 40.0, 10.0).tolist(), at=known_at)
    believe(given, START, np.where(hours % 24 == 12, -20.0, 0.0).tolist(), at=known_at)
    price = a_sensor(site, Quantity.PRICE)
    prices = np.where(by_day, 0.30, 0.10).tolist()
    believe(price, START, prices, at=known_at, kind=SourceKind.MARKET, name="exchange")
    context = {
        "prices": {"import_per_kwh": {"sensor": price.pk}},
        "connection": {"import_limit_kw": 60.0},
    }
    keep_context(
        actor=PLATFORM, asset=site, context=SiteContext.model_validate(context), valid_from=START
    )
    for device, sensor, document in (
        (load, drawn, {"kind": "load", "power_kw": {"sensor": drawn.pk}}),
        (roof, given, {"kind": "pv", "available_kw": {"sensor": given.pk}}),
    ):
        flex = DeviceFlex(asset=device, document=document, power_sensor=sensor)
        keep_device(actor=PLATFORM, device=flex, valid_from=START)
    return site
