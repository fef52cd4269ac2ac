"""Recording the demo's series: 60 days as meters saw them, prices as the exchange told them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assets.models import Sensor, Source, SourceKind
from assets.services import SeriesOfBeliefs, record_many
from assets.timegrid import TimeGrid
from config.demo.catalogue import Battery, Site
from config.demo.generator import Country, country_over, device_power, import_prices
from config.demo.window import TIME_ZONE, DemoWindow
from integrations.ingest.knowledge import told_day_ahead
from tenants.permissions import PLATFORM

Array = NDArray[np.float64]

_AUCTION: Final = time(13)  # when the next day's prices are told, local time


@dataclass(frozen=True)
class Filling:
    """What is filled in, and who is said to have measured it."""

    window: DemoWindow
    seed: int
    meter_name: ClassVar[str] = "demo meter"
    market_name: ClassVar[str] = "demo exchange"

    @property
    def version(self) -> str:
        """The version of the sources: names the seed, so that no second story is mixed in."""
        return f"seed {self.seed}"

    @cached_property
    def country(self) -> Country:
        """Weather and prices; made when first needed, for an earlier demo may have left all."""
        return country_over(self.window.everything, seed=self.seed)


def fill_site(
    site: Site,
    filling: Filling,
    *,
    power: Mapping[str, Sensor],
    net_power: Sensor,
    import_price: Sensor,
    export_price: Sensor,
) -> None:
    """Record measured power per device and at the grid, and prices to the end of the next day.

    Args:
        power: sensor of each device by its name.
    """
    meter = Source.objects.of(SourceKind.METER, filling.meter_name, filling.version)
    measured = filling.window.measured
    total = np.zeros(measured.n_steps)
    series = []
    for device in site.devices:
        if isinstance(device, Battery):
            continue  # it was installed today: there is nothing to tell
        values = device_power(filling.country, site, device)[: measured.n_steps]
        total += values
        series.append(_measured(power[device.name], meter, measured, values))
    series.append(_measured(net_power, meter, measured, total))
    series += _day_by_day(import_price, filling, import_prices(filling.country, site))
    series += _day_by_day(export_price, filling, filling.country.prices)
    record_many(actor=PLATFORM, series=series)


def _measured(sensor: Sensor, meter: Source, grid: TimeGrid, values: Array) -> SeriesOfBeliefs:
    # Meters know to the watt.
    return SeriesOfBeliefs(
        sensor=sensor, source=meter, grid=grid, values=np.round(values, 3), belief_time=None
    )


def _day_by_day(sensor: Sensor, filling: Filling, prices: Array) -> Iterator[SeriesOfBeliefs]:
    """Yield the prices of each local day, believed since the auction of the day before."""
    grid = filling.window.everything
    market = Source.objects.of(SourceKind.MARKET, filling.market_name, filling.version)
    for day, known_since in told_day_ahead(grid, _AUCTION, ZoneInfo(TIME_ZONE)):
        values = prices[day]
        yield SeriesOfBeliefs(
            sensor=sensor,
            source=market,
            grid=TimeGrid(grid.start + day.start * grid.step, grid.step, values.size),
            values=values,
            belief_time=known_since,
        )
