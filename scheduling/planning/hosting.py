"""Which fleet fits behind a connection with which battery, and what is in the way.

Over a long time, a year as a rule.

The time is cut into weeks, between stays, and each is handed the battery as the week before
left it. A week in which everybody is served as soon as there is room needs no more; any other
is solved looking ahead, so that what passes the limit in it is least.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assets.timegrid import TimeGrid
from scheduling.engines.highs import HighsEngine
from scheduling.engines.kept import Kept
from scheduling.flex.study import Charging, HostingStudy
from scheduling.formulation.hosting import Hosted, build_hosted
from scheduling.interpret.failures import FAILURES
from scheduling.interpret.intervals import bounds, runs
from scheduling.planning.series import series, tick_after, tick_before
from scheduling.planning.sizing import StudyRefused
from tenants.sayings import Saying

Array = NDArray[np.float64]
Steps = NDArray[np.int64]

_WEEK: Final = timedelta(days=7)
_TIME_LIMIT: Final = timedelta(seconds=30)
#: Less than this beyond the limit is rounding [kW].
_NOTHING: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Shortage:
    """[start, end) in which ``most_kw`` more would be needed, ``energy_kwh`` in all."""

    start: datetime
    end: datetime
    most_kw: float
    energy_kwh: float


@dataclass(frozen=True, slots=True)
class Point:
    """``chargers`` with a battery of ``size_kwh``; they fit where there is no shortage."""

    chargers: int
    size_kwh: float
    shortages: tuple[Shortage, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether everybody is served within the limit at all times."""
        return not self.shortages

    @property
    def short_kwh(self) -> float:
        """Energy that the connection lacks."""
        return sum(each.energy_kwh for each in self.shortages)

    @property
    def short_kw(self) -> float:
        """How much larger the connection would have to be, at most."""
        return max((each.most_kw for each in self.shortages), default=0.0)

    @property
    def short_hours(self) -> float:
        """How long it is too small."""
        return sum((each.end - each.start) / timedelta(hours=1) for each in self.shortages)


@dataclass(frozen=True, slots=True)
class Hosting:
    """All points asked for, by chargers and size."""

    points: tuple[Point, ...]

    def smallest_battery(self) -> dict[int, float | None]:
        """Return the smallest size that lets each number of chargers fit; None if none does."""
        found: dict[int, float | None] = {point.chargers: None for point in self.points}
        for point in sorted(self.points, key=lambda point: -point.size_kwh):
            if point.fits:
                found[point.chargers] = point.size_kwh
        return found

    def largest_fleet(self) -> dict[float, int | None]:
        """Return the most chargers that fit with each size; None if none of them does."""
        found: dict[float, int | None] = {point.size_kwh: None for point in self.points}
        for point in sorted(self.points, key=lambda point: point.chargers):
            if point.fits:
                found[point.size_kwh] = point.chargers
        return found

    def in_the_way(self) -> dict[float, Point]:
        """Return the smallest fleet that does not fit with each size: its shortages bind."""
        found: dict[float, Point] = {}
        for point in sorted(self.points, key=lambda point: -point.chargers):
            if not point.fits:
                found[point.size_kwh] = point
        return found


def study_hosting(study: HostingStudy) -> Hosting:
    """Return what fits, of all pairs of chargers and sizes.

    Raises:
        StudyRefused: a vehicle cannot be served in its stay even by itself, or stays overlap.
    """
    site = _Site.read(study)
    found: dict[tuple[int, float], Point] = {}
    sizes = sorted(set(study.sizes_kwh))
    for chargers in sorted(set(study.chargers)):
        for size in sizes[::-1]:
            found[chargers, size] = site.point(chargers, size)
    return Hosting(tuple(found[pair] for pair in sorted(found)))


@dataclass(slots=True)
class _Site:
    """``room`` below the limit (T,) [kW]; ``stay`` of each step; ``cuts`` between weeks."""

    study: HostingStudy
    grid: TimeGrid
    room: Array
    stay: Steps
    n_stays: int
    cuts: list[int]
    kept: dict[int, Kept] = field(default_factory=dict)

    @classmethod
    def read(cls, study: HostingStudy) -> "_Site":
        grid = study.window.grid
        n_steps = grid.n_steps
        net = series(study.load_kw, n_steps) - series(study.pv_kw, n_steps)
        stay, n_stays = _stays(study, grid)
        room = series(study.import_limit_kw, n_steps) - net
        return cls(study, grid, room, stay, n_stays, _cuts(stay, grid))

    def point(self, chargers: int, size: float) -> Point:
        """Return how ``chargers`` fit with a battery of ``size``, half full at the start."""
        # Loads the compiler of loops: a third of a second, and only here.
        from scheduling.engines.loops.hosting import follow  # noqa: PLC0415

        charging, battery, hours = self.study.charging, self.study.battery, self.grid.step_hours
        need = np.full(self.n_stays, chargers * charging.energy_kwh / charging.charge_efficiency)
        fleet, power = chargers * charging.charge_limit_kw, size / battery.duration_hours
        level = size / 2
        given = (size, power, battery.charge_efficiency, battery.discharge_efficiency)
        shortages: list[Shortage] = []
        for number, (first, beyond) in enumerate(pairwise(self.cuts)):
            reached, end = follow(
                self.room, self.stay, need, fleet, hours, given, first, beyond, level
            )
            if reached < beyond:
                stay = self.stay[first:beyond]
                base = int(stay[stay >= 0][0]) if (stay >= 0).any() else 0
                hosted = Hosted(
                    room=self.room[first:beyond],
                    stay=np.where(stay >= 0, stay - base, -1),
                    need=need[base : int(stay.max(initial=-1)) + 1],
                    fleet_kw=fleet,
                    hours=hours,
                    capacity_kwh=size,
                    power_kw=power,
                    charge_efficiency=given[2],
                    discharge_efficiency=given[3],
                    level_kwh=level,
                )
                excess, end = self._ahead(number, hosted)
                shortages += self._shortages(excess, first)
            level = end
        return Point(chargers, size, tuple(shortages))

    def _ahead(self, number: int, hosted: Hosted) -> tuple[Array, float]:
        model, columns = build_hosted(hosted)
        engine = HighsEngine(self.kept.setdefault(number, Kept()))
        values = engine.solve(model.compile(), time_limit=_TIME_LIMIT).values
        return values[columns.excess], float(values[columns.stock[-1]])

    def _shortages(self, excess: Array, first: int) -> list[Shortage]:
        found = []
        for begin, end in runs(excess > _NOTHING):
            part = excess[begin:end]
            times = bounds(self.grid, first + begin, first + end)
            energy = float(part.sum()) * self.grid.step_hours
            found.append(Shortage(*times, float(part.max()), energy))
        return found


def _stays(study: HostingStudy, grid: TimeGrid) -> tuple[Steps, int]:
    """Return the number of the stay of each step, and how many whole stays there are."""
    charging, zone = study.charging, study.zone
    arrive, leave = time.fromisoformat(charging.arrive), time.fromisoformat(charging.leave)
    stay = np.full(grid.n_steps, -1, dtype=np.int64)
    day = grid.start.astimezone(zone).date() - timedelta(days=1)
    last = grid.end.astimezone(zone).date()
    number = 0
    least = charging.energy_kwh / charging.charge_efficiency / charging.charge_limit_kw
    while day <= last:
        if day.weekday() in charging.weekdays:
            until = day if leave > arrive else day + timedelta(days=1)
            first = tick_after(grid, datetime.combine(day, arrive, zone))
            beyond = tick_before(grid, datetime.combine(until, leave, zone))
            if first >= 0 and beyond <= grid.n_steps:
                if (beyond - first) * grid.step_hours < least - 1e-9:
                    raise StudyRefused(_too_short(charging, least))
                stay[first:beyond] = number
                number += 1
        day += timedelta(days=1)
    if not number:
        raise StudyRefused(FAILURES("no_stay"))
    return stay, number


def _too_short(charging: Charging, least_hours: float) -> Saying:
    return FAILURES(
        "stay_too_short",
        energy=charging.energy_kwh,
        least=least_hours,
        limit=charging.charge_limit_kw,
        arrive=charging.arrive,
        leave=charging.leave,
    )


def _cuts(stay: Steps, grid: TimeGrid) -> list[int]:
    """Return the ends of weeks as steps, each moved on until it cuts no stay."""
    week = max(_WEEK // grid.step, 1)
    cuts = [0]
    while cuts[-1] + week < grid.n_steps:
        at = cuts[-1] + week
        while at < grid.n_steps and stay[at] >= 0 and stay[at] == stay[at - 1]:
            at += 1
        cuts.append(at)
    if cuts[-1] < grid.n_steps:
        cuts.append(grid.n_steps)
    return cuts
