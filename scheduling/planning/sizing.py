"""What batteries of several sizes would earn at one site over a long time."""

from dataclasses import dataclass

import numpy as np

from scheduling.engines.base import Unsuited
from scheduling.engines.stores import Stores, plan_stores
from scheduling.flex.study import BatteryStudy
from scheduling.interpret.failures import FAILURES
from scheduling.planning.series import series


class StudyRefused(ValueError):
    """The study asks for what cannot be answered; words for the user."""


@dataclass(frozen=True, slots=True)
class SizeEarns:
    """A battery of ``size_kwh`` over the window.

    ``cost`` of the site with it, and ``saving`` against the site without [currency]; None where
    no plan keeps the limits. ``full_cycles``: energy discharged by size; 0 without one.
    """

    size_kwh: float
    cost: float | None
    saving: float | None
    full_cycles: float


def study_sizes(study: BatteryStudy) -> list[SizeEarns]:
    """Return what each size earns; all prices are known beforehand, so it is the most it could.

    The stock is empty at the start, and worth nothing at the end.

    Raises:
        StudyRefused: export earns more than import costs, or burning energy would pay.
    """
    n_steps, battery = study.window.grid.n_steps, study.battery
    sizes = np.array([0.0, *study.sizes_kwh])
    power = (sizes / battery.duration_hours)[:, None]
    try:
        found = plan_stores(
            Stores(
                n_stores=sizes.size,
                n_steps=n_steps,
                step_hours=study.window.grid.step_hours,
                import_price=series(study.prices.import_per_kwh, n_steps),
                export_price=series(study.prices.export_per_kwh, n_steps),
                ceiling_kwh=sizes[:, None],
                initial_kwh=0.0,
                charge_limit_kw=power,
                discharge_limit_kw=power,
                net_kw=series(study.load_kw, n_steps),
                curtailable_kw=series(study.pv_kw, n_steps),
                import_limit_kw=series(study.import_limit_kw, n_steps, missing=np.inf),
                export_limit_kw=series(study.export_limit_kw, n_steps, missing=np.inf),
                charge_efficiency=battery.charge_efficiency,
                discharge_efficiency=battery.discharge_efficiency,
                wear_cost=battery.wear_cost_per_kwh,
            )
        )
    except (ValueError, Unsuited) as error:
        raise StudyRefused(FAILURES("prices_refused", reason=str(error))) from None
    hours = study.window.grid.step_hours
    given = np.maximum(-found.power_kw, 0.0).sum(axis=1) * hours
    without = float(found.cost[0])
    return [
        SizeEarns(
            size_kwh=size,
            cost=None if np.isnan(cost) else cost,
            saving=None if np.isnan(cost) or np.isnan(without) else without - cost,
            full_cycles=energy / size if size else 0.0,
        )
        for size, cost, energy in zip(
            study.sizes_kwh, found.cost[1:].tolist(), given[1:].tolist(), strict=True
        )
    ]
