"""The plan of a plain site straight from its document: for quotes, and for many at once.

Plain is a site of one battery, with loads and a roof, behind one connection with prices, of which
nothing else is said. Such a document is arrays already: no model is built of it, which takes
longer than all the rest. What explains a plan needs the model; then it is built after all.
"""

from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scheduling.engines.base import Unsuited
from scheduling.engines.stores import StorePlans, Stores, plan_stores
from scheduling.flex.devices import Battery, Load, Photovoltaics
from scheduling.flex.network import Prices
from scheduling.flex.quantities import Document
from scheduling.flex.site import SiteDocument
from scheduling.formulation.nodes import EXPORT, IMPORT
from scheduling.formulation.preferences import Ties
from scheduling.formulation.storage import worth_term
from scheduling.planning.plan import Plan, PlanStatus
from scheduling.planning.refilling import refill_price
from scheduling.planning.series import series

Array = NDArray[np.float64]

#: What may be said of each; where more is, the site is not plain.
_OF_SITE: Final = frozenset(
    {"version", "window", "currency", "prices", "connection", "uncontrolled_kw", "devices", "ties"}
)
_OF_PARTS: Final = frozenset(
    {"start", "end", "step_minutes", "import_limit_kw", "export_limit_kw", "kind", "name"}
)
_OF_DEVICES: Final[dict[type, frozenset[str]]] = {
    Load: _OF_PARTS | {"power_kw"},
    Photovoltaics: _OF_PARTS | {"available_kw", "curtailable"},
    Battery: _OF_PARTS
    | {
        "capacity_kwh",
        "charge_limit_kw",
        "discharge_limit_kw",
        "charge_efficiency",
        "discharge_efficiency",
        "stock_at_start_kwh",
        "stock_min_kwh",
        "stock_max_kwh",
        "end_value_per_kwh",
        "chemistry",
        "wear_cost_per_kwh",
        "loss_per_hour",
    },
}


@dataclass(frozen=True, slots=True)
class _Plain:
    """A plain site. ``fixed``: power of what stands still, by device; ``net``, in all [kW]."""

    prices: Prices
    battery: Battery
    roof: Photovoltaics | None
    fixed: dict[str, Array]
    net: Array


def plan_plain(document: SiteDocument, *, engine: str) -> Plan | None:
    """Return the cheapest plan of a plain site; None where ``document`` is another, or has none.

    ``engine``: what the plan is said to be by.
    """
    began, plain = perf_counter(), _plain(document)
    if plain is None:
        return None
    try:
        stores = _stores(document, plain)
        built = perf_counter()
        found = plan_stores(stores, ties=document.ties)
    except (ValueError, Unsuited):
        return None
    if np.isnan(found.cost[0]):
        return None
    solved = perf_counter()
    plan = _read(document, plain, stores, found, engine=engine)
    plan.timings_ms.update(
        build=1000 * (built - began),
        solve=1000 * (solved - built),
        read=1000 * (perf_counter() - solved),
    )
    return plan


def _plain(document: SiteDocument) -> _Plain | None:
    """Return what a plain site is made of; None if more is said."""
    devices, n_steps = document.devices, document.window.grid.n_steps
    parts = (document.window, _OF_PARTS), (document.connection, _OF_PARTS), (document, _OF_SITE)
    own = ((device, _OF_DEVICES.get(type(device), frozenset())) for device in devices)
    if not all(_says_only(known, part) for part, known in (*parts, *own)):
        return None
    batteries = [each for each in devices if isinstance(each, Battery)]
    roofs = [each for each in devices if isinstance(each, Photovoltaics) and each.curtailable]
    if document.prices is None or document.prices.parts or document.ties is Ties.SMOOTH:
        return None
    if len(batteries) != 1 or len(roofs) > 1:
        return None
    net, fixed = series(document.uncontrolled_kw, n_steps), {}
    for device in devices:
        if isinstance(device, Load):
            fixed[device.name] = series(device.power_kw, n_steps)
        elif isinstance(device, Photovoltaics):
            fixed[device.name] = -series(device.available_kw, n_steps)
        if device.name in fixed and device not in roofs:
            net += fixed[device.name]
    return _Plain(document.prices, batteries[0], roofs[0] if roofs else None, fixed, net)


def _says_only(known: frozenset[str], part: Document) -> bool:
    """Return whether all fields of ``part`` but those ``known`` are as if nothing was said."""
    more = part.model_fields_set - known
    fields = type(part).model_fields
    return not more or all(getattr(part, name) == fields[name].default for name in more)


def _stores(document: SiteDocument, plain: _Plain) -> Stores:
    grid, battery, link = document.window.grid, plain.battery, document.connection
    n_steps = grid.n_steps
    buy = series(plain.prices.import_per_kwh, n_steps)
    worth = battery.end_value_per_kwh
    most = series(battery.stock_max_kwh, n_steps, missing=np.inf)
    return Stores(
        n_stores=1,
        n_steps=n_steps,
        step_hours=grid.step_hours,
        import_price=buy,
        export_price=series(plain.prices.export_per_kwh, n_steps),
        ceiling_kwh=np.minimum(most, battery.capacity_kwh),
        floor_kwh=series(battery.stock_min_kwh, n_steps, missing=-np.inf),
        initial_kwh=battery.stock_at_start_kwh,
        charge_limit_kw=series(battery.charge_limit_kw, n_steps),
        discharge_limit_kw=series(battery.discharge_limit_kw, n_steps),
        charge_efficiency=battery.charge_efficiency,
        discharge_efficiency=battery.discharge_efficiency,
        kept=(1.0 - series(battery.loss_per_hour, n_steps)) ** grid.step_hours,
        net_kw=plain.net,
        curtailable_kw=0.0 if plain.roof is None else -plain.fixed[plain.roof.name],
        import_limit_kw=series(link.import_limit_kw, n_steps, missing=np.inf),
        export_limit_kw=series(link.export_limit_kw, n_steps, missing=np.inf),
        wear_cost=battery.wear_price,
        end_value=refill_price(buy, battery.charge_efficiency) if worth is None else worth,
    )


def _read(
    document: SiteDocument, plain: _Plain, stores: Stores, found: StorePlans, *, engine: str
) -> Plan:
    power, stock = found.power_kw[0], found.stock_kwh[0]
    bought, sold = found.import_kw[0], found.export_kw[0]
    names, fixed, roof = (each.name for each in document.devices), plain.fixed, plain.roof
    power_kw = {name: fixed.get(name, power) for name in names}
    curtailed = {}
    if roof is not None:
        held_back = bought - sold - plain.net - fixed[roof.name] - power
        curtailed[roof.name] = held_back
        power_kw[roof.name] = fixed[roof.name] + held_back
    battery, cost = plain.battery.name, float(found.cost[0])
    return Plan(
        status=PlanStatus.OPTIMAL,
        engine=engine,
        currency=document.currency,
        grid=document.window.grid,
        cost=cost,
        bound=cost,
        costs=_costs(battery, stores, found),
        power_kw=power_kw,
        stock_kwh={battery: stock},
        grid_power_kw=bought - sold,
        curtailed_kw=curtailed,
    )


def _costs(battery: str, stores: Stores, found: StorePlans) -> dict[str, float]:
    """Return what the plan costs under each term that the model would have [currency]."""
    hours, (stock,), (power,) = stores.step_hours, found.stock_kwh, found.power_kw
    costs = {}
    if stores.end_value:
        costs[worth_term(battery)] = -float(stores.end_value * (stock[-1] - stock[0]))
    costs[IMPORT] = hours * float(found.import_kw[0] @ stores.import_price)
    costs[EXPORT] = -hours * float(found.export_kw[0] @ stores.export_price)
    if stores.wear_cost:
        costs[f"wear: {battery}"] = 0.5 * hours * float(stores.wear_cost * np.abs(power).sum())
    return costs
