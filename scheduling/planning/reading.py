"""From the values of a site's columns to power and stock per device."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices import Battery, Load
from scheduling.flex.site import SiteDocument
from scheduling.formulation.site import SiteModel
from scheduling.planning.arrays import series

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Powers:
    """Per device as in ``Plan``."""

    power_kw: dict[str, Array]
    stock_kwh: dict[str, Array]
    curtailed_kw: dict[str, Array]
    grid_power_kw: Array


def read_powers(document: SiteDocument, site: SiteModel, values: Array) -> Powers:
    """Return what ``values`` mean for each device of ``document``, in its order.

    The grid's power is the sum over all devices, so that the balance is exact to rounding.
    """
    n_steps = document.window.grid.n_steps
    power: dict[str, Array] = {}
    stock: dict[str, Array] = {}
    curtailed: dict[str, Array] = {}
    stores = iter(range(len(site.stores.charge)))
    generators = iter(range(len(site.curtailed)))
    for device in document.devices:
        if isinstance(device, Battery):
            s = next(stores)
            power[device.name] = values[site.stores.charge[s]] - values[site.stores.discharge[s]]
            levels = values[site.stores.stock[s]]
            stock[device.name] = np.concatenate([[device.stock_at_start_kwh], levels])
        elif isinstance(device, Load):
            power[device.name] = series(device.power_kw, n_steps)
        else:
            available = series(device.available_kw, n_steps)
            if device.curtailable:
                held_back = values[site.curtailed[next(generators)]]
                curtailed[device.name] = held_back
                available = available - held_back
            power[device.name] = -available
    total = sum(power.values(), np.zeros(n_steps))
    return Powers(power, stock, curtailed, total)
