"""How long models take to learn 60 days of hours: ``python benchmarks/forecast_speed.py``.

Processor time of this process, median of five after one to warm up, nine quantiles; then what
``auto`` takes of one processor for several kinds of sensors, how long two of them take for a
thousand, and the memory that all of it together has taken.
"""

import resource
import statistics
import sys
import time
from typing import Final

import numpy as np

from forecasting.features.calendar import with_holidays
from forecasting.forecasters.base import FORECASTERS, Place, Sample, WrongSeries
from forecasting.interpret import QUANTILES

#: Minutes of a step, days of history, whether it is of panels.
_KINDS: Final = (
    ("load, 60 days of hours", 60, 60, False),
    ("load, 60 days of quarter-hours", 15, 60, False),
    ("panels, 60 days of quarter-hours", 15, 60, True),
    ("load, 365 days of hours", 60, 365, False),
    ("load, 365 days of quarter-hours", 15, 365, False),
)
#: With Easter and more within the 60 days after it: holidays cost time too.
_FIRST: Final = np.datetime64("2026-03-02", "s")
#: What the model must not take longer than [s].
BARS: Final = {"linear": 0.15, "lightgbm": 2.0, "prophet": 4.0}


def main() -> int:
    """Measure, print, and return 1 when a bar is missed."""
    hours = np.arange(62 * 24)
    times = _FIRST + hours * np.timedelta64(3_600, "s")
    noise = np.random.default_rng(1).normal(0, 5, hours.size)
    sun = np.maximum(0.0, np.sin(np.pi * (hours % 24 - 7) / 10)) * (hours % 24 < 17)
    load = 100 - 40 * np.cos(2 * np.pi * hours / 24) - 30 * (hours // 24 % 7 >= 5) + noise
    missed = False
    for name in FORECASTERS.names():
        took = _seconds(name, times, sun * 50 if name == "pv" else load)
        bar = BARS.get(name)
        missed |= bar is not None and took > bar
        told = f"{bar * 1000:8.0f}" if bar else ""
        sys.stdout.write(f"{name:24}{took * 1000:8.0f} ms{told}\n")
    missed |= _a_thousand()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{'memory of all together':24}{memory:8.0f} MB     600\n")
    return int(missed or memory > 600)


def _a_thousand() -> bool:
    """Measure ``auto``, print, and return whether a thousand sensors take more than an hour."""
    slow = False
    for kind, minutes, days, sunny in _KINDS:
        steps = np.arange((days + 2) * 1_440 // minutes)
        hours = steps * minutes / 60
        noise = np.random.default_rng(1).normal(0, 5, steps.size)
        sun = np.maximum(0.0, np.sin(np.pi * (hours % 24 - 7) / 10)) * (hours % 24 < 17)
        load = 100 - 40 * np.cos(2 * np.pi * hours / 24) - 30 * (hours // 24 % 7 >= 5) + noise
        times = _FIRST + steps * np.timedelta64(minutes * 60, "s")
        target = -sun * (50 + noise) if sunny else load
        place = Place(52.1, 5.2, "Europe/Amsterdam") if sunny else None
        took = _seconds("auto", times, target, place=place, repeats=3)
        together = took * 1_000 / 2 / 60
        slow |= together > 60
        sys.stdout.write(f"auto, {kind:40}{took:6.2f} s, 1,000 on 2 {together:5.0f} min   60\n")
    return slow


def _seconds(
    name: str,
    times: np.ndarray,
    target: np.ndarray,
    *,
    place: Place | None = None,
    repeats: int = 5,
) -> float:
    series = with_holidays(
        Sample(times, target, np.empty((times.size, 0)), (), place), "Europe/Amsterdam"
    )
    n_ahead = int(np.timedelta64(48, "h") / (times[1] - times[0]))
    history, future = series[:-n_ahead], series[-n_ahead:]
    took = []
    for _ in range(repeats + 1):
        began = time.process_time()
        try:
            fitted = FORECASTERS.get(name)().fit(history, n_ahead)
        except WrongSeries:
            return float("nan")
        fitted.predict(future.times, future.covariates, np.array(QUANTILES))
        took.append(time.process_time() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    sys.exit(main())
