"""How well ``auto`` foretells real series, against the bars and the best naive forecast.

``python benchmarks/forecast_accuracy.py [--model NAME] [--only TEXT] [--json PATH]`` stands at
every day of the last quarter of each series in ``../shared/data`` and forecasts from what came
before. Skill is against the best of persistence, yesterday and last week on the same cells.
The exit status is 1 when a bar is missed. An hour on one core, most of it for five years of prices.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from forecast_series import TASKS, Task

from forecasting.evaluation.backtest import Backtest, backtest
from forecasting.evaluation.scores import report
from forecasting.evaluation.series_record import daily_record
from forecasting.features.days import step_minutes
from forecasting.forecasters.base import FORECASTERS, Sample
from forecasting.forecasters.wall_clock import minute_of_day
from forecasting.interpret import QUANTILES

FOLDER: Final = Path(__file__).parents[2] / "shared" / "data"
_MEAN_BAR: Final = 0.26


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="auto")
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--refit-days", type=int, default=28)
    options = parser.parse_args(arguments)
    if not FOLDER.is_dir():
        sys.stdout.write(f"no series in {FOLDER}: nothing was measured\n")
        return 0
    head = f"{'series':26}{'n':>5}{'naive':>12}{'skill':>8}{'bar':>7}{'10-90':>7}{'s':>7}\n"
    sys.stdout.write(head)
    rows = []
    for task in TASKS:
        if options.only.lower() in task.name.lower():
            rows.append(_measure(task, options.model, options.refit_days))
            sys.stdout.write(_line(rows[-1]))
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    mean = float(np.mean([row["skill"] for row in rows])) if rows else 0.0
    sys.stdout.write(f"{'mean':43}{mean:8.1%}{_MEAN_BAR:7.0%}\n")
    missed = [row for row in rows if row["skill"] < row["bar"]]
    return int(bool(missed) or (len(rows) == len(TASKS) and mean < _MEAN_BAR))


def _measure(task: Task, model: str, refit_days: int) -> dict[str, Any]:
    series = task.read(FOLDER)
    n_steps = task.hours * 60 // step_minutes(series.times)
    record = daily_record(
        series, n_steps, issue_minute=task.issue_minute, test_share=0.25, max_origins=None
    )
    found = backtest(record, {model: FORECASTERS.get(model)}, QUANTILES, refit_days=refit_days)
    if task.daylight:
        found = _by_daylight(found, series)
    scores = report(found, steps_per_day=1_440 // step_minutes(series.times), lead_steps=n_steps)
    mine = scores.overall[model]
    return {
        "series": task.name,
        "origins": record.origins,
        "naive": scores.best_reference,
        "naive_mae": scores.references[scores.best_reference],
        "mae": mine.mae,
        "skill": mine.skill,
        "bar": task.bar,
        "coverage": mine.coverage,
        "crps": mine.crps,
        "seconds": found.models[model].seconds,
        "failures": len(found.models[model].failures),
        "reason": found.models[model].reason,
    }


def _by_daylight(found: Backtest, series: Sample) -> Backtest:
    """Return ``found`` without the truths of dark times of day: zeros flatter every forecast."""
    minutes = minute_of_day(series.times)
    most = float(np.nanmax(series.target))
    light = [
        each
        for each in np.unique(minutes)
        if np.nanmean(series.target[minutes == each]) > 0.01 * most
    ]
    truth = np.where(np.isin(minute_of_day(found.times), light), found.truth, np.nan)
    return Backtest(
        found.times,
        truth,
        found.references,
        found.models,
        found.probabilities,
        found.first_history,
    )


def _line(row: dict[str, Any]) -> str:
    verdict = "" if row["skill"] >= row["bar"] else "  missed"
    return (
        f"{row['series']:26}{row['origins']:5}{row['naive']:>12}{row['skill']:8.1%}{row['bar']:7.0%}"
        f"{row['coverage']:7.0%}{row['seconds']:7.0f}{verdict}\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
