"""Forecasts by FlexMeasures' own forecaster beside ``auto`` and the naive, on the same cells.

``python benchmarks/forecast_peers.py PYTHON [--origins 5] [--train-period P30D]``: PYTHON is an
interpreter of an environment of its own with ``flexmeasures``, ``fakeredis`` and ``pytest`` (its
testing mode, which needs no Redis, imports them). Its database is the embedded PostgreSQL in a
folder that is removed. Three series of ``../shared/data`` without covariates but, for us,
holidays; as many origins, evenly spread over the last quarter, all learning anew. Prints JSON:
mean absolute errors, skill against the best of persistence, yesterday and last week, median
seconds of processor time and of wall time an origin (to learn and foretell; of theirs with the
database, too).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from forecast_accuracy import FOLDER
from forecast_peer_program import FLEXMEASURES
from forecast_series import TASKS, Task

from config.embedded import Postgres
from forecasting.evaluation.references import reference_points
from forecasting.evaluation.series_record import SeriesRecord, daily_record
from forecasting.features.days import step_minutes
from forecasting.forecasters.base import FORECASTERS, Array

#: By series of the benchmark: the zone of its labels.
_SERIES: Final = {
    "national load DE": "Europe/Berlin",
    "NL day-ahead price 2024": "Europe/Amsterdam",
    "steel plant": "Asia/Seoul",
}


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("python")
    parser.add_argument("--origins", type=int, default=5)
    parser.add_argument("--train-period", default="P30D", help="of FlexMeasures; P30D is its own")
    options = parser.parse_args(arguments)
    tasks = [task for task in TASKS if task.name in _SERIES]
    records = {task.name: _record(task, options.origins) for task in tasks}
    given = {
        "train_period": options.train_period,
        "series": [_told(name, record) for name, record in records.items()],
    }
    theirs = _theirs(options.python, given)
    answer = {name: _compared(record, theirs[name]) for name, record in records.items()}
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _record(task: Task, origins: int) -> SeriesRecord:
    series = task.read(FOLDER)
    n_steps = task.hours * 60 // step_minutes(series.times)
    return daily_record(
        series, n_steps, issue_minute=task.issue_minute, test_share=0.25, max_origins=origins
    )


def _told(name: str, record: SeriesRecord) -> dict[str, Any]:
    series, zone = record.series, ZoneInfo(_SERIES[name])
    first: datetime = series.times[0].astype("datetime64[s]").item()
    values = [None if np.isnan(value) else value for value in series.target.tolist()]
    return {
        "name": name,
        "zone": zone.key,
        "start": first.replace(tzinfo=zone).astimezone(UTC).isoformat(),
        "minutes": step_minutes(series.times),
        "values": values,
        "origins": record.positions.tolist(),
        "n_steps": record.n_steps,
    }


def _theirs(python: str, given: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            url = server.url().replace("postgresql://", "postgresql+psycopg2://")
            found = subprocess.run(  # noqa: S603
                [python, "-c", FLEXMEASURES],
                input=json.dumps(given),
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
                env=os.environ | {"SQLALCHEMY_TEST_DATABASE_URI": url},
            )
        finally:
            server.stop()
    if found.returncode:
        raise SystemExit(found.stderr[-4_000:])
    answer: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return answer


def _compared(record: SeriesRecord, theirs: list[Any]) -> dict[str, Any]:
    truth = np.stack([record.truth(origin) for origin in range(record.origins)])
    points: dict[str, list[Array]] = {"auto": [], "flexmeasures": []}
    took: dict[str, list[tuple[float, float]]] = {"auto": [], "flexmeasures": []}
    for origin in range(record.origins):
        now = record.situation(origin)
        for name, values in reference_points(now.history, now.times).items():
            points.setdefault(name, []).append(values)
        began, wall = time.process_time(), time.perf_counter()
        fitted = FORECASTERS.get("auto")().fit(now.history, record.n_steps)
        points["auto"].append(fitted.predict(now.times, now.covariates, np.array([0.5]))[0])
        took["auto"].append((time.process_time() - began, time.perf_counter() - wall))
        said, processor, passed = theirs[origin]
        points["flexmeasures"].append(np.array(said, dtype=float))
        took["flexmeasures"].append((processor, passed))
    said = {name: np.stack(each) for name, each in points.items()}
    cells = ~np.isnan(truth) & ~np.isnan(np.stack(list(said.values()))).any(axis=0)
    errors = {name: float(np.abs(truth - each)[cells].mean()) for name, each in said.items()}
    naive = min(errors[name] for name in errors if name not in took)
    return {
        "origins": record.origins,
        "cells": int(cells.sum()),
        "errors": errors,
        "skill": {name: 1 - errors[name] / naive for name in took},
        "processor_seconds": {n: statistics.median(p for p, _ in each) for n, each in took.items()},
        "wall_seconds": {n: statistics.median(w for _, w in each) for n, each in took.items()},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
