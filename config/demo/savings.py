"""What a plan is worth: against the same day without the battery, and without any planning."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.demo.planning import PlannedSite
from scheduling.flex import SiteDocument
from scheduling.models import ScheduleRun
from scheduling.planning import Plan, PlanStatus, plan
from scheduling.queries import read_problem

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Savings:
    """Costs of one site's planned day [EUR], lower is better, and the plans behind them.

    Attributes:
        import_prices: [EUR/kWh], shape (steps,).
        planned: with all that is flexible.
        without_battery: panels may still be held back.
        doing_nothing: no battery, and panels feed in at any price.
    """

    place: PlannedSite
    run: ScheduleRun
    plan: Plan
    idle: Plan
    planned: float
    without_battery: float
    doing_nothing: float

    import_prices: Array

    @property
    def saved(self) -> float:
        """Against doing nothing."""
        return self.doing_nothing - self.planned


def savings_of(place: PlannedSite, run: ScheduleRun) -> Savings:
    """Return what the ready ``run`` saves; the comparison is solved here, in milliseconds.

    All three see the same forecasts and prices, as they were known at the run's knowledge time.
    """
    with place.entered():
        problem = read_problem(run)
    planned = _solved(problem, run.engine)
    no_battery = _solved(_without_batteries(problem), run.engine)
    idle = _solved(_without_choice(_without_batteries(problem)), run.engine)
    assert run.cost is not None  # noqa: S101  # a ready run has one
    return Savings(
        place=place,
        run=run,
        plan=planned,
        idle=idle,
        import_prices=_import_prices(problem),
        planned=run.cost,
        without_battery=no_battery.cost,
        doing_nothing=idle.cost,
    )


def _solved(problem: SiteDocument, engine: str) -> Plan:
    found = plan(problem, engine=engine)
    # The demo's limits are priced, not hard, so that doing nothing has a price too.
    assert found.status is PlanStatus.OPTIMAL, found.infeasible  # noqa: S101
    return found


def _import_prices(problem: SiteDocument) -> Array:
    assert problem.prices is not None  # noqa: S101
    price = problem.prices.import_per_kwh
    # Sensors have been replaced by numbers: ``read_problem`` sees to that.
    assert isinstance(price, float | tuple)  # noqa: S101
    return np.broadcast_to(np.asarray(price, dtype=np.float64), problem.window.grid.n_steps)


def _without_batteries(problem: SiteDocument) -> SiteDocument:
    kept = tuple(device for device in problem.devices if device.kind != "battery")
    return problem.model_copy(update={"devices": kept})


def _without_choice(problem: SiteDocument) -> SiteDocument:
    devices = tuple(
        device.model_copy(update={"curtailable": False}) if device.kind == "pv" else device
        for device in problem.devices
    )
    return problem.model_copy(update={"devices": devices})
