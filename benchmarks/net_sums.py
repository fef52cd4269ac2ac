"""Net power as the sum of its parts' forecasts: against forecasting it itself, and how wide.

``python benchmarks/net_sums.py [--model NAME]`` stands at noon of every day of the last quarter
of real nets of ``../shared/data``, forecasts 36 hours of the net and of each part, and prints
what error either way has and, for several ways to add quantiles (see ``forecasting.aggregate``),
the pinball loss and how much the 10-90 band holds. Five minutes on one core with ``linear``. It
holds itself to nothing.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np
from forecast_series import NETS, NOON

from forecasting.aggregate import TOGETHER, summed
from forecasting.evaluation import metrics
from forecasting.evaluation.backtest import Backtest, backtest
from forecasting.evaluation.series_record import daily_record
from forecasting.forecasters.base import FORECASTERS, Array, Sample
from forecasting.interpret import QUANTILES

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data"
_HOURS: Final = 36
_MIDDLE: Final = QUANTILES.index(0.5)
_BAND: Final = (QUANTILES.index(0.1), QUANTILES.index(0.9))


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="linear")
    options = parser.parse_args(arguments)
    if not FOLDER.is_dir():
        sys.stdout.write(f"no series in {FOLDER}: nothing was measured\n")
        return 0
    for name, read in NETS.items():
        sys.stdout.write(f"{name}\n")
        _measure(read(FOLDER), options.model)
    return 0


def _measure(parts: list[Sample], model: str) -> None:
    first = parts[0]
    total = np.sum([each.target for each in parts], axis=0)
    net = Sample(first.times, total, first.covariates, first.names, first.place)
    itself = _walked(net, model)
    _tell("itself", itself.truth, itself.models[model].quantiles)
    said = np.stack([_walked(each, model).models[model].quantiles for each in parts])
    for together in (0.0, TOGETHER, 0.5, 1.0):
        added = [summed(said[:, origin], _MIDDLE, together) for origin in range(said.shape[1])]
        _tell(f"added, r = {together:g}", itself.truth, np.stack(added))


def _walked(series: Sample, model: str) -> Backtest:
    record = daily_record(series, _HOURS, issue_minute=NOON, test_share=0.25, max_origins=None)
    return backtest(record, {model: FORECASTERS.get(model)}, QUANTILES)


def _tell(how: str, truth: Array, quantiles: Array) -> None:
    flat = np.moveaxis(quantiles, 1, 0).reshape(len(QUANTILES), -1)
    error = metrics.mae(truth.ravel(), flat[_MIDDLE])
    loss = metrics.pinball(truth.ravel(), flat, np.array(QUANTILES))
    held = metrics.coverage(truth.ravel(), flat[_BAND[0]], flat[_BAND[1]])
    sys.stdout.write(f"  {how:16}MAE{error:10.4g}  pinball{loss:10.4g}  10-90{held:7.1%}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
