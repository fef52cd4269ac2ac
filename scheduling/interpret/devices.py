"""Why each device does what it does, from what a kWh is worth where it stands and in its stock.

A device charges where a kWh costs less than it is worth in stock, and gives where it is worth
more than that. What a kWh in stock is worth is decided by where it is used: the steps up to
the next moment at which the stock is as empty, or as full, as it may be.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.linear_model import take
from scheduling.formulation.processes import WholeJob
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.formulation.storage import NO_STOCK
from scheduling.interpret.intervals import bounds, runs
from scheduling.interpret.wording import Action, Purpose, device_words
from scheduling.interpret.worth import Worth

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Less than a watt is rounding.
_NOTHING: Final = 1e-3
#: What is paid beyond what it is worth is so because there was no choice [currency/kWh].
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class DeviceReason:
    """``device`` does ``action`` over [start, end) for ``purpose``.

    Attributes:
        energy_kwh: moved, >= 0.
        price: mean of what a kWh costs, or saves, at its node [currency/kWh].
        worth: what a kWh drawn is worth to the device, or what one given costs it, its wear
            counted [currency/kWh]. Of a job: the mean price of all steps in which it may run.
        span_start, span_end: what the purpose refers to; None where it refers to no time.
    """

    device: str
    action: Action
    purpose: Purpose
    start: datetime
    end: datetime
    energy_kwh: float
    price: float
    worth: float
    currency: str
    span_start: datetime | None = None
    span_end: datetime | None = None

    @property
    def text(self) -> str:
        """The reason in English, times in UTC; ``wording`` knows other languages."""
        span = (self.span_start, self.span_end) if self.span_start and self.span_end else None
        return device_words(
            self.action,
            self.purpose,
            price=self.price,
            worth=self.worth,
            span=span,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    site: SiteModel
    problem: SiteProblem
    values: Array
    worth: Worth
    grid: TimeGrid
    currency: str
    hours: Array
    entering: Array
    duals: Array

    def flow(self, number: int) -> list[DeviceReason]:
        """Return why flow ``number``, which has a stock, charges and discharges."""
        flows, storage = self.problem.flows, self.site.storage
        stock, price = int(flows.stock[number]), self.worth.price[flows.node[number]]
        charge = take(self.values, storage.charge[number])
        discharge = take(self.values, storage.discharge[number])
        value = self.entering[stock]
        drawn = flows.charge_efficiency[number] * value - flows.charge_cost[number]
        given = value / flows.discharge_efficiency[number] + flows.discharge_cost[number]
        slices = self.site.slices.get(number)
        if slices is not None:
            # The first slice may stand still while deeper ones move: what that is worth adds.
            drawn = drawn + self.duals[slices.charge] / self.hours
            given = given - self.duals[slices.discharge] / self.hours
        segment = self._segments(stock)
        found = []
        for action, power, worth in (
            (Action.CHARGES, charge, drawn),
            (Action.DISCHARGES, discharge, given),
        ):
            for first, last in _stretches(power > _NOTHING, segment):
                energy = power[first:last] * self.hours[first:last]
                mean = float(energy @ price[first:last] / energy.sum())
                own = float(energy @ worth[first:last] / energy.sum())
                gains = own - mean if action is Action.CHARGES else mean - own
                purpose, span = Purpose.NO_CHOICE, None
                if gains >= -_TOLERANCE:
                    part = np.flatnonzero(segment == segment[first])
                    purpose, span = self._purpose(
                        action, stock, (first, last), part, (charge, discharge)
                    )
                found.append(
                    self._reason(
                        flows.names[number],
                        (action, purpose),
                        (first, last),
                        (float(energy.sum()), mean, own),
                        span,
                    )
                )
        return found

    def _segments(self, stock: int) -> NDArray[np.int64]:
        """Return for each step the number of the stretch in which a kWh in stock is worth one."""
        ends = self.worth.falls[stock] | self.worth.rises[stock]
        return np.concatenate([[0], np.cumsum(ends[:-1])])

    def _purpose(
        self,
        action: Action,
        stock: int,
        span: tuple[int, int],
        part: NDArray[np.int64],
        powers: tuple[Array, Array],
    ) -> tuple[Purpose, tuple[int, int] | None]:
        charge, discharge = powers
        first, last = span
        if action is Action.DISCHARGES:
            return _charged_before(charge[:first] > _NOTHING, int(part[0]))
        after = part[(part >= last) & (discharge[part] > _NOTHING)]
        if after.size:
            return Purpose.USED_LATER, (int(after[0]), int(after[-1]) + 1)
        end = int(part[-1])
        if self.worth.falls[stock, end]:
            return Purpose.NEEDED_BY, (first, end + 1)
        if self.worth.rises[stock, end]:
            return Purpose.FULL_BY, (first, end + 1)
        return Purpose.KEPT, None

    def generator(self, number: int) -> list[DeviceReason]:
        """Return why generator ``number`` is held back."""
        generators = self.problem.generators
        held = self.values[self.site.curtailed[number]]
        price = self.worth.price[generators.node[number]]
        found = []
        for first, last in runs(held > _NOTHING):
            energy = held[first:last] * self.hours[first:last]
            mean = float(energy @ price[first:last] / energy.sum())
            what = (float(energy.sum()), mean, -float(generators.price[number]))
            name, acts = generators.names[number], (Action.HELD_BACK, Purpose.NONE)
            found.append(self._reason(name, acts, (first, last), what, None))
        return found

    def job(self, number: int) -> list[DeviceReason]:
        """Return why job ``number`` runs when it does."""
        job, price = self.problem.jobs[number], self.worth.price
        power = self.site.jobs[number].power(self.values, self.grid.n_steps)
        allowed = np.zeros(self.grid.n_steps, dtype=bool)
        if isinstance(job, WholeJob):
            allowed[(job.starts[:, None] + np.arange(job.profile.size)).ravel()] = True
        else:
            allowed[job.allowed] = True
        usual = float(price[job.node][allowed].mean())
        found = []
        for first, last in runs(np.abs(power) > _NOTHING):
            energy = power[first:last] * self.hours[first:last]
            total = float(energy.sum())
            mean = float(price[job.node][first:last].mean())
            if total:
                mean = float(energy @ price[job.node][first:last]) / total
            acts = (Action.RUNS, Purpose.NONE)
            found.append(
                self._reason(job.name, acts, (first, last), (abs(total), mean, usual), None)
            )
        return found

    def _reason(
        self,
        device: str,
        acts: tuple[Action, Purpose],
        steps: tuple[int, int],
        what: tuple[float, float, float],
        span: tuple[int, int] | None,
    ) -> DeviceReason:
        (action, purpose), (energy, price, worth) = acts, what
        times = bounds(self.grid, *span) if span else None
        start, end = bounds(self.grid, *steps)
        return DeviceReason(
            device, action, purpose, start, end, energy, price, worth, self.currency, *(times or ())
        )


def read_device_reasons(
    site: SiteModel,
    problem: SiteProblem,
    values: Array,
    row_duals: Array,
    grid: TimeGrid,
    *,
    currency: str,
) -> list[DeviceReason]:
    """Return why stores charge and discharge, generators are held back and jobs run, by time."""
    worth = Worth.read(site, problem, row_duals)
    hours = np.full(grid.n_steps, problem.step_hours, dtype=np.float64)
    entering = worth.entering(problem)
    reader = _Reader(site, problem, values, worth, grid, currency, hours, entering, row_duals)
    found = []
    for number in np.flatnonzero(problem.flows.stock != NO_STOCK).tolist():
        found += reader.flow(number)
    for number in range(len(problem.generators.names)):
        found += reader.generator(number)
    for number in range(len(problem.jobs)):
        found += reader.job(number)
    return sorted(found, key=lambda reason: (reason.start, reason.device))


def _charged_before(charges: Flags, start: int) -> tuple[Purpose, tuple[int, int] | None]:
    """Return when what is given was charged: since ``start``, else just before."""
    before = np.flatnonzero(charges)
    if not before.size:
        return Purpose.HELD_AT_START, None
    own = before[before >= start]
    first = int(own[0]) if own.size else runs(charges)[-1][0]
    return Purpose.CHARGED_BEFORE, (first, int(before[-1]) + 1)


def _stretches(flags: Flags, segment: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return each unbroken stretch of True within one segment as (first, beyond last)."""
    found = []
    for first, last in runs(flags):
        cuts = np.flatnonzero(segment[first + 1 : last] != segment[first : last - 1]) + 1 + first
        found += list(pairwise([first, *cuts.tolist(), last]))
    return found
