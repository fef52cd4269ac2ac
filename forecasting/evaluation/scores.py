"""The scores of a backtest, as numbers for people and programmes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.evaluation import metrics
from forecasting.evaluation.backtest import Backtest, ModelRun
from forecasting.forecasters.base import Array


@dataclass(frozen=True, slots=True)
class Scores:
    """How good one model was on the cells that all could be scored on; unit of the series.

    Attributes:
        mae, rmse, bias, mase, pinball, crps: see ``metrics``; MASE against the same time a day
            before, pinball as a mean over the probabilities.
        coverage: share of truths between the 0.1 and 0.9 quantiles; None without these two.
        skill: against the best of persistence, yesterday and last week on the same cells.
        skill_seasonal: against the better of yesterday and last week.
        cells: how many steps were scored.
    """

    mae: float
    rmse: float
    bias: float
    mase: float
    pinball: float
    crps: float
    coverage: float | None
    skill: float
    skill_seasonal: float
    cells: int


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of all models, by name, overall and by lead.

    Attributes:
        references: MAE of each reference on the same cells.
        best_reference: the name of the best.
        overall: by model.
        by_lead: by model: for each group of steps ahead, first and last step (1 is the first
            step of the window) and scores.
    """

    references: Mapping[str, float]
    best_reference: str
    overall: Mapping[str, Scores]
    by_lead: Mapping[str, list[tuple[int, int, Scores]]]

    def as_json(self) -> dict[str, Any]:
        """Return plain numbers and names; None where a score is not defined."""
        return {
            "references": dict(self.references),
            "best_reference": self.best_reference,
            "models": {
                name: _plain(asdict(scores))
                | {
                    "by_horizon": [
                        {"first_step": first, "last_step": last} | _plain(asdict(each))
                        for first, last, each in self.by_lead[name]
                    ]
                }
                for name, scores in self.overall.items()
            },
        }


def report(found: Backtest, *, steps_per_day: int, lead_steps: int) -> Report:
    """Return the scores of ``found``; ``lead_steps`` are scored together as one horizon."""
    known = ~np.isnan(found.truth)
    for points in found.references.values():
        known &= ~np.isnan(points)
    for run in found.models.values():
        known &= ~np.isnan(run.quantiles).any(axis=1)
    errors = _reference_errors(found, known)
    n_steps = found.truth.shape[1]
    groups = [(at, min(at + lead_steps, n_steps)) for at in range(0, n_steps, lead_steps)]
    by_lead: dict[str, list[tuple[int, int, Scores]]] = {}
    for name, run in found.models.items():
        by_lead[name] = []
        for first, end in groups:
            cells = np.zeros_like(known)
            cells[:, first:end] = known[:, first:end]
            by_lead[name].append((first + 1, end, _scores(found, run, cells, steps_per_day)))
    return Report(
        references=errors,
        best_reference=min(errors, key=errors.__getitem__),
        overall={
            name: _scores(found, run, known, steps_per_day) for name, run in found.models.items()
        },
        by_lead=by_lead,
    )


def _reference_errors(found: Backtest, cells: NDArray[np.bool_]) -> dict[str, float]:
    truth = found.truth[cells]
    return {name: metrics.mae(truth, each[cells]) for name, each in found.references.items()}


def _scores(found: Backtest, run: ModelRun, cells: NDArray[np.bool_], steps_per_day: int) -> Scores:
    truth = found.truth[cells]
    quantiles = run.quantiles.transpose(1, 0, 2)[:, cells]
    levels = found.probabilities
    point = _at(quantiles, levels, 0.5)
    errors = _reference_errors(found, cells)
    error = metrics.mae(truth, point)
    has_band = {0.1, 0.9} <= set(levels.tolist())
    return Scores(
        mae=error,
        rmse=metrics.rmse(truth, point),
        bias=metrics.bias(truth, point),
        mase=metrics.mase(truth, point, found.first_history.target, steps_per_day),
        pinball=metrics.pinball(truth, quantiles, levels),
        crps=metrics.crps(truth, quantiles, levels),
        coverage=metrics.coverage(truth, _at(quantiles, levels, 0.1), _at(quantiles, levels, 0.9))
        if has_band
        else None,
        skill=metrics.skill(error, min(errors.values())),
        skill_seasonal=metrics.skill(error, min(errors["yesterday"], errors["last_week"])),
        cells=int(cells.sum()),
    )


def _at(quantiles: Array, levels: Array, level: float) -> Array:
    row: Array = quantiles[int(np.argmin(np.abs(levels - level)))]
    return row


def _plain(scores: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in scores.items()
    }
