"""What forecasting does when it is told of something."""

from collections.abc import Sequence

from django.utils import timezone

from assets.events import BeliefsRecorded
from assets.lookup import Formed, find_runs_by
from tenants.events import subscribe
from tenants.permissions import Actor


def register() -> None:
    """Subscribe to events; called once, at start."""
    subscribe(BeliefsRecorded, _renew)
    find_runs_by("FORECASTER", _runs_behind)


def _renew(event: BeliefsRecorded) -> None:
    """Hasten what ``periodic`` would find by state: a plan that follows its data, a sum."""
    from forecasting import services  # noqa: PLC0415  # see tasks

    now = timezone.now()
    if event.start <= now:  # of what only lies ahead, no forecast learns
        services.renew_after_data(sensor_ids=event.sensor_ids, now=now)
    if event.end > now:  # a forecast, maybe of a part
        services.renew_sums(part_ids=event.sensor_ids, now=now)


def _runs_behind(actor: Actor, source_id: int, formed: Sequence[Formed]) -> list[tuple[str, str]]:
    from forecasting.queries.provenance import runs_behind  # noqa: PLC0415  # see tasks

    return runs_behind(actor, source_id, formed)
