"""How long models take to learn 60 days of hours: ``python benchmarks/forecast_speed.py``.

Processor time of this process, median of five after one to warm up, nine quantiles; then the
memory that all of them together have taken.
"""

import resource
import statistics
import sys
import time
from typing import Final

import numpy as np

from forecasting.forecasters.base import FORECASTERS, Sample, WrongSeries
from forecasting.interpret import QUANTILES

#: What the model must not take longer than [s].
BARS: Final = {"linear": 0.15, "lightgbm": 2.0, "prophet": 4.0}


def main() -> int:
    """Measure, print, and return 1 when a bar is missed."""
    hours = np.arange(62 * 24)
    times = np.datetime64("2026-01-05", "s") + hours * np.timedelta64(3_600, "s")
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
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{'memory of all together':24}{memory:8.0f} MB     600\n")
    return int(missed or memory > 600)


def _seconds(name: str, times: np.ndarray, target: np.ndarray) -> float:
    series = Sample(times, target, np.empty((times.size, 0)))
    history, future = series[:-48], series[-48:]
    took = []
    for _ in range(6):
        began = time.process_time()
        try:
            fitted = FORECASTERS.get(name)().fit(history, 48)
        except WrongSeries:
            return float("nan")
        fitted.predict(future.times, future.covariates, np.array(QUANTILES))
        took.append(time.process_time() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    sys.exit(main())
