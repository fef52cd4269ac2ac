"""Jobs of integrations.

The pipeline, and numpy with it, is imported by who works: a command says its help without.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from tenants.jobs import Claim, job


def _give_up(payload: dict[str, Any], reason: str) -> None:
    from integrations import pipeline  # noqa: PLC0415

    pipeline.give_up(int(payload["connection_id"]), reason=reason)


@job("integrations.read", queue="integration", on_quarantine=_give_up)
def read_connection(claim: Claim, *, connection_id: int, start: str, end: str, **_: Any) -> None:
    """Read [start, end) from a connection. Safe to repeat: the same belief twice is no news."""
    from integrations import pipeline  # noqa: PLC0415

    pipeline.read(
        claim,
        connection_id,
        datetime.fromisoformat(start),
        datetime.fromisoformat(end),
        clock=timezone.now,
    )


def _give_up_file(payload: dict[str, Any], reason: str) -> None:
    from integrations import pipeline  # noqa: PLC0415

    pipeline.give_up_file(payload["file_id"], reason=reason)


@job("integrations.import_file", queue="integration", on_quarantine=_give_up_file)
def import_file(claim: Claim, *, file_id: str, **_: Any) -> None:
    """Import a file that somebody brought. Safe to repeat: nothing is stored but at the end."""
    from integrations import pipeline  # noqa: PLC0415

    pipeline.import_file(claim, file_id, clock=timezone.now)
