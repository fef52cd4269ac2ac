"""Why each device does what it does, from what a kWh is worth where it stands and in its stock.

A device charges where a kWh costs less than it is worth in stock, and gives where it is worth
more than that. What a kWh in stock is worth is decided by where it is used: the steps up to
the next moment at which the stock is as empty, or as full, as it may be.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.formulation.blocks import take
from scheduling.formulation.processes import WholeJob
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.formulation.storage import NO_STOCK
from scheduling.interpret.device_wording import Action, Purpose, device_words
from scheduling.interpret.intervals import bounds, runs
from scheduling.interpret.worth import Worth

Array = NDArray[np.float64]
Steps = NDArray[np.int64]

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
    n_told: int
    heating: frozenset[str]

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
        charging, giving = (np.flatnonzero(power > _NOTHING) for power in (charge, discharge))
        moves = charging.tolist(), giving.tolist()
        found = []
        for action, power, worth, at in (
            (self._drawing(flows.names[number]), charge, drawn, charging),
            (Action.DISCHARGES, discharge, given, giving),
        ):
            spans = _stretches(at[at < self.n_told], segment)
            for span, what in zip(spans, self._means(spans, power, price, worth), strict=True):
                _, mean, own = what
                gains = mean - own if action is Action.DISCHARGES else own - mean
                acts, refers = (action, Purpose.NO_CHOICE), None
                if gains >= -_TOLERANCE:
                    part = np.searchsorted(segment, segment[span[0]] + np.arange(2)).tolist()
                    purpose, refers = self._purpose(action, stock, span, part, moves)
                    acts = action, purpose
                found.append(self._reason(flows.names[number], acts, span, what, refers))
        return found

    def _drawing(self, name: str) -> Action:
        return Action.HEATS if name in self.heating else Action.CHARGES

    def _means(
        self, spans: list[tuple[int, int]], power: Array, price: Array, worth: Array
    ) -> list[tuple[float, float, float]]:
        """Return per span the energy [kWh], and the means by energy of ``price`` and ``worth``."""
        if not spans:
            return []
        energy = power * self.hours
        summed = np.zeros((3, power.size + 1))
        summed[:, :-1] = energy, energy * price, energy * worth
        total, paid, own = np.add.reduceat(summed, np.array(spans).ravel(), axis=1)[:, ::2]
        return list(
            zip(total.tolist(), (paid / total).tolist(), (own / total).tolist(), strict=True)
        )

    def _segments(self, stock: int) -> NDArray[np.int64]:
        """Return for each step the number of the stretch in which a kWh in stock is worth one."""
        ends = self.worth.falls[stock] | self.worth.rises[stock]
        return np.concatenate([[0], np.cumsum(ends[:-1])])

    def _purpose(
        self,
        action: Action,
        stock: int,
        span: tuple[int, int],
        part: list[int],
        moves: tuple[list[int], list[int]],
    ) -> tuple[Purpose, tuple[int, int] | None]:
        """``part``: the steps [first, beyond) in which a kWh in stock is worth what it is in it.

        ``moves``: in which steps it charges, and in which it discharges.
        """
        charging, giving = moves
        first, last = span
        if action is Action.DISCHARGES:
            return _charged_before(charging[: bisect_left(charging, first)], part[0])
        after = giving[bisect_left(giving, last) : bisect_left(giving, part[1])]
        if after:
            return Purpose.USED_LATER, (after[0], after[-1] + 1)
        end = part[1] - 1
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
        if not allowed.any():
            return []
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
    worth: Worth,
    currency: str,
    n_decided: int | None = None,
    heating: frozenset[str] = frozenset(),
) -> list[DeviceReason]:
    """Return why stores charge and discharge, generators are held back and jobs run, by time.

    Args:
        worth: what ``row_duals`` say.
        n_decided: of a plan over scenarios: only in so many steps powers are the same in all of
            them, and can be told; what is held back never is.
        heating: names of what makes heat of what it draws.
    """
    hours = np.full(grid.n_steps, problem.step_hours, dtype=np.float64)
    entering = worth.entering(problem)
    told = grid.n_steps if n_decided is None else n_decided
    reader = _Reader(
        site, problem, values, worth, grid, currency, hours, entering, row_duals, told, heating
    )
    found = []
    for number in np.flatnonzero(problem.flows.stock != NO_STOCK).tolist():
        found += reader.flow(number)
    for number in range(len(problem.generators.names) if n_decided is None else 0):
        found += reader.generator(number)
    for number in range(len(problem.jobs)):
        found += reader.job(number)
    return sorted(found, key=lambda reason: (reason.start, reason.device))


def _charged_before(charging: list[int], start: int) -> tuple[Purpose, tuple[int, int] | None]:
    """Return when what is given was charged: since ``start``, else just before."""
    if not charging:
        return Purpose.HELD_AT_START, None
    own = bisect_left(charging, start)
    if own == len(charging):
        own -= 1
        while own and charging[own - 1] == charging[own] - 1:
            own -= 1
    return Purpose.CHARGED_BEFORE, (charging[own], charging[-1] + 1)


def _stretches(at: Steps, segment: Steps) -> list[tuple[int, int]]:
    """Return each unbroken stretch of steps ``at`` within one segment as (first, beyond last)."""
    if not at.size:
        return []
    cuts = np.flatnonzero((np.diff(at) > 1) | (np.diff(segment[at]) != 0))
    firsts, lasts = at[np.append(0, cuts + 1)], at[np.append(cuts, at.size - 1)] + 1
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
