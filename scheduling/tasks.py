"""Jobs of scheduling: what a worker is asked to do, by identifier alone.

Planning is imported by who plans: it is a third of what a command would import to say its help.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from tenants.jobs import Claim, job


def _give_up(payload: dict[str, Any], reason: str) -> None:
    from scheduling import pipeline  # noqa: PLC0415

    pipeline.give_up(payload["run_id"], reason=reason, at=timezone.now())


@job("scheduling.solve", queue="solver", on_quarantine=_give_up)
def solve_schedule(claim: Claim, *, run_id: str, **_: Any) -> None:
    """Solve the run ``run_id``. Safe to repeat: a finished run is left as it is.

    ``**_`` takes what a newer web process may send to this older worker.
    """
    from scheduling import pipeline  # noqa: PLC0415

    pipeline.solve(claim, run_id, clock=_now)


def _give_up_identifying(payload: dict[str, Any], reason: str) -> None:
    from scheduling import models, pipeline  # noqa: PLC0415

    key, at = payload["identification_id"], timezone.now()
    pipeline.give_up_inquiry(models.Identification, key, reason=reason, at=at)


@job("scheduling.identify", queue="nonlinear", on_quarantine=_give_up_identifying)
def identify_parameters(claim: Claim, *, identification_id: str, **_: Any) -> None:
    """Make the identification of that id. Safe to repeat: a finished one is left as it is."""
    from scheduling import pipeline  # noqa: PLC0415

    pipeline.identify(claim, identification_id, clock=_now)


def _give_up_studying(payload: dict[str, Any], reason: str) -> None:
    from scheduling import models, pipeline  # noqa: PLC0415

    key, at = payload["study_id"], timezone.now()
    pipeline.give_up_inquiry(models.Study, key, reason=reason, at=at)


@job("scheduling.study", queue="nonlinear", on_quarantine=_give_up_studying)
def answer_study(claim: Claim, *, study_id: str, **_: Any) -> None:
    """Answer the study of that id. Safe to repeat: a finished one is left as it is.

    A year takes seconds: it waits where no plan of a site waits behind it.
    """
    from scheduling import pipeline  # noqa: PLC0415

    pipeline.study(claim, study_id, clock=_now)


@job("scheduling.refine", queue="nonlinear", on_quarantine=_give_up)
def refine_schedule(claim: Claim, *, run_id: str, **_: Any) -> None:
    """Solve the run ``run_id`` whose physics bend: that takes seconds, others a part of one.

    As ``solve_schedule`` in all else.
    """
    from scheduling import pipeline  # noqa: PLC0415

    pipeline.solve(claim, run_id, clock=_now)


def _now() -> datetime:
    return timezone.now()
