"""A file and what is wanted of it, through a backtest, to a document. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from assets.calendars import wall_clock
from forecasting.evaluation.backtest import Backtest, NothingToScore, backtest
from forecasting.evaluation.scores import report
from forecasting.evaluation.series_record import SeriesRecord, daily_record
from forecasting.features.calendar import with_holidays
from forecasting.features.school import with_school
from forecasting.forecasters.base import FORECASTERS, Array, Place, Sample
from forecasting.interpret import QUANTILES
from integrations.ingest.recognition import recognised
from integrations.ingest.series_file import (
    Duplicates,
    SeriesFile,
    SeriesRead,
    WrongFile,
    read_series_file,
)
from integrations.ingest.stamps import Label, StampRules

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MAX_STEPS: Final = 4_032


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestWanted:
    """What to foretell and how to read the file; see the command's options."""

    column: str
    covariates: tuple[str, ...]
    step: timedelta
    zone: ZoneInfo
    horizon: timedelta
    models: tuple[str, ...]
    issue_minute: int | None
    test_share: float
    max_origins: int | None
    refit_days: int
    time_column: str | None
    time_format: str | None
    label: Label
    midnight_ends_day: bool
    duplicates: Duplicates
    decimal_comma: bool
    position: tuple[float, float] | None
    region: str


def run_backtest(content: bytes, wanted: BacktestWanted) -> dict[str, Any]:
    """Return the scores of each wanted model, as plain numbers and names.

    Raises:
        WrongFile: the file cannot be read so, or a span does not fit.
        NothingToScore: it is too short.
    """
    n_steps, rest = divmod(wanted.horizon, wanted.step)
    if rest or not 1 <= n_steps <= _MAX_STEPS:
        raise WrongFile(
            f"--horizon {wanted.horizon} is not 1 to {_MAX_STEPS} whole steps of {wanted.step}"
        )
    if _DAY % wanted.step:
        raise WrongFile(f"--resolution {wanted.step}: a day has no whole number of such steps")
    read = _read(content, wanted, wanted.column)
    series = _sample(content, wanted, read)
    issue = wanted.issue_minute
    if issue is None:
        issue = int(-wanted.horizon.total_seconds() // 60 % 1440)
    record = daily_record(
        series,
        n_steps,
        issue_minute=issue,
        test_share=wanted.test_share,
        max_origins=wanted.max_origins,
    )
    makers = {name: FORECASTERS.get(name) for name in wanted.models}
    found = backtest(record, makers, QUANTILES, refit_days=wanted.refit_days)
    return _document(wanted, read, record, found, issue)


def _read(content: bytes, wanted: BacktestWanted, column: str) -> SeriesRead:
    rules = StampRules(
        wanted.zone,
        label=wanted.label,
        time_format=wanted.time_format,
        midnight_ends_day=wanted.midnight_ends_day,
    )
    if wanted.time_column is None:
        rules = recognised(content, rules, wanted.step)
    file = SeriesFile(
        column=column,
        stamps=rules,
        step=wanted.step,
        time_column=wanted.time_column,
        duplicates=wanted.duplicates,
        decimal_comma=wanted.decimal_comma,
        skip_no_such_hour=True,
    )
    return read_series_file(content, file)


def _sample(content: bytes, wanted: BacktestWanted, read: SeriesRead) -> Sample:
    times = wall_clock(read.grid.starts(), wanted.zone.key)
    columns = [_covariate(content, wanted, name, read) for name in wanted.covariates]
    place = Place(*wanted.position, wanted.zone.key) if wanted.position else None
    values = np.column_stack(columns) if columns else np.empty((times.size, 0))
    known = np.flatnonzero(~np.isnan(read.values))
    if not known.size:
        raise NothingToScore(f"the column {wanted.column!r} has no numbers")
    kept = slice(known[0], known[-1] + 1)
    series = Sample(times, read.values, values, wanted.covariates, place)[kept]
    # What every forecast of a sensor knows of its days.
    return with_school(with_holidays(series, wanted.zone.key, wanted.region), wanted.region)


def _covariate(content: bytes, wanted: BacktestWanted, name: str, read: SeriesRead) -> Array:
    values = _read(content, wanted, name).values
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        raise WrongFile(f"the column {name!r} has no numbers")
    # Sparse columns, such as hourly weather beside quarter-hours: between two known values.
    return np.interp(np.arange(read.values.size), known, values[known])


def _document(
    wanted: BacktestWanted,
    read: SeriesRead,
    record: SeriesRecord,
    found: Backtest,
    issue: int,
) -> dict[str, Any]:
    scores = report(
        found, steps_per_day=_DAY // wanted.step, lead_steps=max(1, 6 * _HOUR // wanted.step)
    ).as_json()
    for name, run in found.models.items():
        at = {str(found.times[origin, 0]): reason for origin, reason in run.failures.items()}
        extra = {"fits": run.fits, "seconds": run.seconds, "reason": run.reason, "failures": at}
        scores["models"][name] |= extra
    return {
        "column": wanted.column,
        "covariates": list(wanted.covariates),
        "calendar": list(record.series.names[len(wanted.covariates) :]),
        "resolution_minutes": wanted.step / timedelta(minutes=1),
        "time_zone": wanted.zone.key,
        "horizon_steps": record.n_steps,
        "issue_time": f"{issue // 60:02d}:{issue % 60:02d}",
        "probabilities": list(QUANTILES),
        "origins": {
            "count": record.origins,
            "first": str(found.times[0, 0]),
            "last": str(found.times[-1, 0]),
        },
        "rows": read.n_rows,
        "missing_steps": read.n_missing,
        **scores,
        "notes": _notes(read),
    }


def _notes(read: SeriesRead) -> list[str]:
    notes = []
    if read.n_missing:
        notes.append(f"{read.n_missing} steps without a value are not scored")
    if read.n_duplicates:
        notes.append(f"{read.n_duplicates} rows repeat a time")
    return notes
