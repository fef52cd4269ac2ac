"""The past as seen from many origins at once: one row of features per origin and step ahead.

All origins are at one time of day. From an origin on day o the window's steps lie at fixed
distances, so that "the newest known value at that time of day" is a number of days back that
depends on the step alone: nothing that was not known at the origin can slip in.
"""

from typing import Final

import numpy as np

from forecasting.features import known
from forecasting.features.by_sun import by_sun
from forecasting.features.days import (
    DayAxis,
    Index,
    last_known,
    same_kind_means,
    step_minutes,
    trailing_mean,
)
from forecasting.features.scale import Scale
from forecasting.features.series import Array, Sample, Times
from forecasting.features.smoothing import smoothed
from forecasting.features.window import Window

_HOURS_BACK: Final = (1, 3, 6, 24, 72, 168)
_TWO_YEARS: Final = 730
_DAY: Final = np.timedelta64(1, "D")
#: Features that are forecasts themselves, in this order at the front.
PLAIN: Final = ("newest", "same_kind", "mean_7", "mean_4_kind", "persistence")
PROFILES: Final = (*PLAIN, "smoothed", "by_sun")
#: Features that are values of the target, and move with its level.
LEVELS: Final = frozenset(
    {*PROFILES, "newest_2", "mean_28", "hour_mean", "day_mean", "day_mean_before"}
)


class Design:
    """Features of a series; see the module.

    Args:
        history: what is known.
        times: labels of what follows, shape (H,); may be empty while learning.
        covariates: of these, shape (H, K).
        n_ahead: steps ahead to be asked for.
        scale: of the target.
    """

    def __init__(
        self, history: Sample, times: Times, covariates: Array, n_ahead: int, scale: Scale
    ) -> None:
        minutes = step_minutes(history.times)
        begins = times[0] if times.size else history.times[-1] + np.timedelta64(minutes, "m")
        first = history.times[0].astype("datetime64[D]")
        self.origin_day = int((begins.astype("datetime64[D]") - first) // _DAY)
        n_slots = 1_440 // minutes
        slot = int(DayAxis(first, 1, minutes).place(np.array([begins]))[0]) % n_slots
        self.window = Window.of(slot, n_ahead, n_slots)
        self.axis = DayAxis(first, self.origin_day + int(self.window.day.max()) + 2, minutes)
        self.scale = scale
        labels = np.concatenate([history.times, times])
        self._columns = np.concatenate([history.covariates, covariates[: times.size]])
        self._tables = [self.axis.table(labels, column) for column in self._columns.T]
        self.names = history.names
        self.target = scale.into(self.axis.table(history.times, history.target))
        # What lies at or after the origin is not known, even where a label comes twice.
        self.target.reshape(-1)[self.origin_day * n_slots + slot :] = np.nan
        self._kinds = self._kinds_of_days()
        self._asked: Index | None = None
        self._answer: tuple[Array, list[str]]
        self._prepare()

    def columns_of(self, times: Times) -> Index:
        """Return which step of the window each of ``times`` is."""
        start = self.origin_day * self.axis.n_slots + self.window.origin_slot
        return np.clip(self.axis.place(times) - start, 0, self.window.slot.size - 1)

    def truth(self, origins: Index) -> Array:
        """Return what came after each origin, scaled, shape (N, C); NaN where unknown."""
        rows = origins[:, None] + self.window.day
        found: Array = self.target[rows, self.window.slot]
        return found

    def _kinds_of_days(self) -> Index:
        kinds = self.axis.weekdays()
        if known.HOLIDAY in self.names:
            table = self._tables[self.names.index(known.HOLIDAY)]
            self.holidays = np.nan_to_num(np.nanmax(np.nan_to_num(table), axis=1))
            kinds = np.where(self.holidays > 0, 6, kinds)
        else:
            self.holidays = np.zeros(kinds.size)
        return kinds

    def _prepare(self) -> None:
        kinds, target = self._kinds, self.target
        per_hour = max(1, self.axis.n_slots // 24)
        self._mean_7 = trailing_mean(target, 7)
        self._mean_28 = trailing_mean(target, 28)
        self._kind_1 = same_kind_means(target, kinds, 1)
        self._kind_4 = same_kind_means(target, kinds, 4)
        flat = target.reshape(-1, 1)
        self.usual = self._usual()
        deviation = (target - self.usual).reshape(-1, 1)
        self._deviations = [
            trailing_mean(deviation, min(hours * per_hour, deviation.size))[:, 0]
            for hours in _HOURS_BACK
        ]
        self._last = last_known(flat[:, 0])
        self._hour_mean = trailing_mean(flat, per_hour)[:, 0]
        self._day_mean = trailing_mean(flat, self.axis.n_slots)[:, 0]
        self._covariates = [self._prepared(table) for table in self._tables]
        days = np.arange(self.origin_day + 1)
        shape = self._mean_7[days[:, None] + self.window.day - self.window.back, self.window.slot]
        self._smoothed = smoothed(target, kinds, self.window, shape, days.size)
        self._by_sun = self._of_the_sun(shape)

    def _of_the_sun(self, shape: Array) -> Array:
        """Return what the sun to come would give, ``shape`` where unknown; else NaN throughout."""
        if known.SUN not in self.names:
            return np.full_like(shape, np.nan)
        sun, power = self._tables[self.names.index(known.SUN)], self.scale.back(self.target)
        found = self.scale.into(by_sun(power, sun, self.window, shape.shape[0]))
        return np.where(np.isnan(found), shape, found)

    def _usual(self) -> Array:
        """Return what was expected of each day from the days before it, shape (D, S).

        Recent deviations from it are the best hint at the next ones.
        """
        days = np.arange(1, self.axis.n_days)
        usual = np.full_like(self.target, np.nan)
        usual[1:] = self._kind_4[self._kinds[days], days - 1]
        shifted = np.full_like(self.target, np.nan)
        shifted[1:] = self._mean_7[:-1]
        return np.where(np.isnan(usual), shifted, usual)

    def _prepared(self, table: Array) -> tuple[Array, Array, Array, Array, Array]:
        per_hour = max(1, self.axis.n_slots // 24)
        flat = table.reshape(-1, 1)
        return (
            table,
            trailing_mean(table, 7),
            same_kind_means(table, self._kinds, 4),
            trailing_mean(flat, 3 * per_hour).reshape(table.shape),
            trailing_mean(flat, self.axis.n_slots).reshape(table.shape),
        )

    def profiles(self, origins: Index) -> Array:
        """Return the forecasts of ``PROFILES``, scaled, shape (N, C, 7); NaN where unknown."""
        window = self.window
        day = origins[:, None] + window.day
        base = day - window.back
        slot = np.broadcast_to(window.slot, day.shape)
        kind = self._kinds[day]
        at = origins * self.axis.n_slots + window.origin_slot - 1
        last = np.broadcast_to(self._last[at][:, None], day.shape)
        newest = self.target[base, slot]
        mean_7 = self._mean_7[base, slot]
        found = np.stack(
            [
                np.where(np.isnan(newest), mean_7, newest),
                self._kind_1[kind, base, slot],
                mean_7,
                self._kind_4[kind, base, slot],
                last,
                self._smoothed[origins],
                self._by_sun[origins],
            ],
            axis=-1,
        )
        # With little history some are not known yet: then the nearest of their sort.
        for index in (1, 3, 5):
            missing = np.isnan(found[..., index])
            found[..., index][missing] = found[..., 2][missing]
        return found

    def features(self, origins: Index) -> tuple[Array, list[str]]:
        """Return features of each origin and step, shape (N, C, F), and their names.

        Not to be changed: several voices in a row ask for those of the same origins.
        """
        if self._asked is None or not np.array_equal(origins, self._asked):
            self._answer = self._features(origins)
            self._asked = origins.copy()
        return self._answer

    def _features(self, origins: Index) -> tuple[Array, list[str]]:
        day = origins[:, None] + self.window.day
        named = {
            **dict(zip(PROFILES, np.moveaxis(self.profiles(origins), -1, 0), strict=True)),
            **self._of_target(origins, day),
            **self._of_covariates(day),
            **self._of_calendar(day),
        }
        columns = [np.broadcast_to(each, day.shape) for each in named.values()]
        return np.stack(columns, axis=-1), list(named)

    def _of_target(self, origins: Index, day: Index) -> dict[str, Array]:
        base = day - self.window.back
        slot = np.broadcast_to(self.window.slot, day.shape)
        at = origins * self.axis.n_slots + self.window.origin_slot - 1
        yesterday = at - self.axis.n_slots
        found = {
            "newest_2": self.target[base - 1, slot],
            "mean_28": self._mean_28[base, slot],
            "hour_mean": self._hour_mean[at][:, None],
            "day_mean": self._day_mean[at][:, None],
            "day_mean_before": self._day_mean[yesterday][:, None],
        }
        for hours, each in zip(_HOURS_BACK, self._deviations, strict=True):
            found[f"deviation_{hours}"] = each[at][:, None]
        return found

    def _of_covariates(self, day: Index) -> dict[str, Array]:
        base = day - self.window.back
        slot = np.broadcast_to(self.window.slot, day.shape)
        found: dict[str, Array] = {}
        for index, each in enumerate(self._covariates):
            name = self.names[index] if self.names else ""
            if name == known.HOLIDAY:
                continue
            now, mean_7, kind_4, recent, whole = each
            value = now[day, slot]
            found |= {
                f"{index}_now": value,
                f"{index}_against_7": value - mean_7[base, slot],
                f"{index}_against_kind": value - kind_4[self._kinds[day], base, slot],
                f"{index}_against_newest": value - now[base, slot],
                f"{index}_3h": recent[day, slot],
                f"{index}_day": whole[day, slot],
            }
        return found

    def _of_calendar(self, day: Index) -> dict[str, Array]:
        kind, holidays = self._kinds[day], np.pad(self.holidays, 1)
        found = {f"kind_{each}": (kind == each).astype(float) for each in range(7)}
        found |= {
            "holiday": self.holidays[day],
            "after_holiday": holidays[day],
            "before_holiday": holidays[day + 2],
            "slot": self.window.slot.astype(float),
            "ahead": np.arange(self.window.slot.size, dtype=float),
        }
        # Under two years, the time of year is only a name for how long ago.
        if self.origin_day > _TWO_YEARS:
            first = self.axis.first.astype("datetime64[D]").astype(int)
            angle = (first + day) / 365.25 * 2 * np.pi
            found |= {"year_sin": np.sin(angle), "year_cos": np.cos(angle)}
        return found
