"""From a document to the arrays of its problem."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.flex.devices import Battery, Load, Photovoltaics
from scheduling.flex.quantities import SensorReference
from scheduling.flex.site import SiteDocument
from scheduling.formulation.curtailable import Curtailables
from scheduling.formulation.grid import GridConnection
from scheduling.formulation.site import SiteProblem
from scheduling.formulation.storage import Stores

Array = NDArray[np.float64]
Quantity = float | tuple[float, ...] | SensorReference | None


def problem_of(document: SiteDocument) -> SiteProblem:
    """Return ``document`` in numbers. All its sensors have been resolved."""
    grid = document.window.grid
    n_steps, hours = grid.n_steps, grid.step_hours
    import_price = series(document.prices.import_per_kwh, n_steps)
    batteries = [device for device in document.devices if isinstance(device, Battery)]
    generators = [device for device in document.devices if isinstance(device, Photovoltaics)]
    stores = _stores(batteries, n_steps, import_price)
    curtailables = _curtailables(
        [generator for generator in generators if generator.curtailable], n_steps
    )
    inflexible = np.zeros(n_steps)
    for device in document.devices:
        if isinstance(device, Load):
            inflexible += series(device.power_kw, n_steps)
        elif isinstance(device, Photovoltaics) and not device.curtailable:
            inflexible -= series(device.available_kw, n_steps)
    connection = _connection(document, stores, curtailables, inflexible, import_price)
    return SiteProblem(
        step_hours=hours,
        grid=connection,
        stores=stores,
        generators=curtailables,
        inflexible=inflexible,
    )


def series(quantity: Quantity, n_steps: int, *, missing: float = np.nan) -> Array:
    """Return ``quantity`` per step, shape (n_steps,); ``missing`` where it is None."""
    if isinstance(quantity, SensorReference):
        raise TypeError(f"sensor {quantity.sensor} has no values here")
    given = np.array(missing if quantity is None else quantity, dtype=np.float64)
    return np.broadcast_to(given, n_steps).copy()


def _table(quantities: Sequence[Quantity], n_steps: int) -> Array:
    rows = [series(quantity, n_steps) for quantity in quantities]
    return np.array(rows).reshape(len(rows), n_steps)


def _column(numbers: Sequence[float]) -> Array:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)


def _stores(batteries: Sequence[Battery], n_steps: int, import_price: Array) -> Stores:
    floor = _table([battery.stock_min_kwh for battery in batteries], n_steps)
    for row, battery in zip(floor, batteries, strict=True):
        row[-1] = max(row[-1], battery.stock_at_end_min_kwh or 0.0)
    ceiling = _table(
        [
            battery.capacity_kwh if battery.stock_max_kwh is None else battery.stock_max_kwh
            for battery in batteries
        ],
        n_steps,
    )
    capacity = _column([battery.capacity_kwh for battery in batteries])
    return Stores(
        names=[battery.name for battery in batteries],
        initial_stock=_column([battery.stock_at_start_kwh for battery in batteries]),
        charge_efficiency=_column([battery.charge_efficiency for battery in batteries]),
        discharge_efficiency=_column([battery.discharge_efficiency for battery in batteries]),
        loss_per_hour=_column([battery.loss_per_hour for battery in batteries]),
        wear_price=_column([battery.wear_price for battery in batteries]),
        end_value=_column([end_value(battery, import_price) for battery in batteries]),
        charge_limit=_table([battery.charge_limit_kw for battery in batteries], n_steps),
        discharge_limit=_table([battery.discharge_limit_kw for battery in batteries], n_steps),
        stock_floor=floor,
        stock_ceiling=np.minimum(ceiling, capacity),
    )


def end_value(battery: Battery, import_price: Array) -> float:
    """Return what a kWh in stock at the end is worth [currency/kWh].

    When the document does not say: what it costs to put back in the cheapest quarter of the
    window. Nothing at all would make the stock free, and every plan end empty.
    """
    if battery.end_value_per_kwh is not None:
        return battery.end_value_per_kwh
    cheapest = np.sort(import_price)[: max(1, import_price.size // 4)]
    return max(0.0, float(cheapest.mean())) / battery.charge_efficiency


def _curtailables(generators: Sequence[Photovoltaics], n_steps: int) -> Curtailables:
    return Curtailables(
        names=[generator.name for generator in generators],
        available=_table([generator.available_kw for generator in generators], n_steps),
        price=_column([generator.curtailment_cost_per_kwh for generator in generators]),
    )


def _connection(
    document: SiteDocument,
    stores: Stores,
    generators: Curtailables,
    inflexible: Array,
    import_price: Array,
) -> GridConnection:
    n_steps, given = inflexible.size, document.connection
    taken = inflexible + stores.charge_limit.sum(axis=0)
    given_back = stores.discharge_limit.sum(axis=0) + generators.available.sum(axis=0) - inflexible

    def breach_price(price: Quantity) -> Array | None:
        return None if price is None else series(price, n_steps)

    return GridConnection(
        import_price=import_price,
        export_price=series(document.prices.export_per_kwh, n_steps),
        import_limit=series(given.import_limit_kw, n_steps, missing=np.inf),
        export_limit=series(given.export_limit_kw, n_steps, missing=np.inf),
        import_most=np.maximum(taken, 0.0),
        export_most=np.maximum(given_back, 0.0),
        import_breach_price=breach_price(given.import_breach_price_per_kwh),
        export_breach_price=breach_price(given.export_breach_price_per_kwh),
    )
