"""Jobs of forecasting: what a worker is asked to do, by identifier alone.

The pipeline, and numpy with it, is imported by who works: a command says its help without.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from tenants.jobs import Claim, job


def _give_up(payload: dict[str, Any], reason: str) -> None:
    from forecasting import pipeline  # noqa: PLC0415

    pipeline.give_up(payload["run_id"], reason=reason, at=timezone.now())


@job("forecasting.forecast", queue="forecast", on_quarantine=_give_up)
def forecast_sensor(claim: Claim, *, run_id: str, **_: Any) -> None:
    """Make the forecast of run ``run_id``. Safe to repeat: a finished run is left as it is.

    ``**_`` takes what a newer web process may send to this older worker.
    """
    from forecasting import pipeline  # noqa: PLC0415

    pipeline.forecast(claim, run_id, clock=_now)


def _now() -> datetime:
    return timezone.now()
